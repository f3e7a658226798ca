"""Logistic and softmax regression with a Gaussian prior, by Newton's method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MAX_STEPS = 30
LARGEST_STEP = 3.0
TOLERANCE = 1e-6
_SMALLEST_SPREAD = 1e-6


def fit_logistic(rows: Array, targets: Array, sample_weights: Array, prior: Array, strength: float) -> Array:
    """Return the weights of the columns of `rows`, with the bias last, that are most probable given the prior.

    `strength` is the precision of the prior for a column of unit variance. A column that does not vary, or to which the
    examples give the opposite sign, keeps its prior weight.
    """
    weights = _fit_columns(rows, targets, sample_weights, prior, strength, np.zeros(len(rows)))
    kept = weights[:-1] * prior[:-1] < 0.0
    if not kept.any():
        return weights
    others = np.append(~kept, True)
    offset = rows[:, kept] @ prior[:-1][kept]
    weights = prior.copy()
    weights[others] = _fit_columns(rows[:, ~kept], targets, sample_weights, prior[others], strength, offset)
    return weights


def _fit_columns(
    rows: Array, targets: Array, sample_weights: Array, prior: Array, strength: float, offset: Array
) -> Array:
    """Fit the weights of the columns and the bias, with `offset` added to the log-odds of each row."""
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread < _SMALLEST_SPREAD, 1.0, spread)
    table = np.column_stack(((rows - centre) / spread, np.ones(len(rows))))
    start = np.append(prior[:-1] * spread, prior[-1] + prior[:-1] @ centre)
    weights = start
    for _ in range(MAX_STEPS):
        probabilities = 1.0 / (1.0 + np.exp(-np.clip(table @ weights + offset, -30.0, 30.0)))
        gradient = table.T @ (sample_weights * (probabilities - targets)) + strength * (weights - start)
        curvature = (table * (sample_weights * probabilities * (1.0 - probabilities))[:, np.newaxis]).T @ table
        step = _step(gradient, curvature + strength * np.eye(len(weights)))
        weights = weights - step
        if np.abs(step).max() < TOLERANCE:
            break
    scaled = weights[:-1] / spread
    return np.append(scaled, weights[-1] - scaled @ centre)


def fit_offset(log_odds: Array, targets: Array, strength: float) -> float:
    """Return the most probable offset of the log-odds. `strength` is the precision of the prior, whose mean is 0."""
    offset = 0.0
    for _ in range(MAX_STEPS):
        probabilities = 1.0 / (1.0 + np.exp(-np.clip(log_odds + offset, -30.0, 30.0)))
        gradient = (probabilities - targets).sum() + strength * offset
        step = float(gradient / ((probabilities * (1.0 - probabilities)).sum() + strength))
        offset -= min(max(step, -LARGEST_STEP), LARGEST_STEP)
        if abs(step) < TOLERANCE:
            break
    return offset


def fit_softmax(groups: Sequence[tuple[Array, NDArray[np.bool_]]], prior: Array, strength: float) -> Array:
    """Return the non-negative weights of features that are most probable given the prior.

    Each group has the features (examples x features x classes) and the acceptable classes (examples x classes); the
    groups may differ in their classes. `strength` is the precision of the prior for a feature of unit variance.
    """
    spread = np.sqrt(np.mean([table.var(axis=(0, 2)) for table, _ in groups], axis=0)) + _SMALLEST_SPREAD
    scaled = [(table / spread[:, np.newaxis], wanted) for table, wanted in groups]
    start = prior * spread
    active = np.ones(len(prior), dtype=bool)
    weights = start.copy()
    while True:
        weights = _fit_active(scaled, weights, start, active, strength)
        negative = active & (weights < 0.0)
        if not negative.any():
            return np.asarray(weights / spread, dtype=np.float64)
        active &= ~negative
        weights = np.where(active, weights, 0.0)


def _fit_active(
    groups: Sequence[tuple[Array, NDArray[np.bool_]]],
    weights: Array,
    start: Array,
    active: NDArray[np.bool_],
    strength: float,
) -> Array:
    for _ in range(MAX_STEPS):
        gradient = strength * (weights - start)
        curvature = strength * np.eye(len(weights))
        for table, wanted in groups:
            probabilities = _softmax(np.einsum("f,nfe->ne", weights, table))
            targets = probabilities * wanted
            targets = targets / np.maximum(targets.sum(axis=1, keepdims=True), 1e-12)
            gradient += np.einsum("nfe,ne->f", table, probabilities - targets)
            weighted = table * probabilities[:, np.newaxis, :]
            means = weighted.sum(axis=2)
            curvature += np.einsum("nfe,nge->fg", weighted, table, optimize=True) - means.T @ means
        step = np.zeros(len(weights))
        step[active] = _step(gradient[active], curvature[np.ix_(active, active)])
        weights = weights - step
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            break
    return weights


def _step(gradient: Array, curvature: Array) -> Array:
    return np.asarray(np.clip(np.linalg.solve(curvature, gradient), -LARGEST_STEP, LARGEST_STEP), dtype=np.float64)


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)
