"""Kernel multinomial logistic regression over the phrasings, fitted when the matcher is built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slackguide.matching.features import Floats, Ints

RIDGE = 0.05
"""The weight of the L2 penalty. A smaller value fits the phrasings more closely."""

CURVATURE = 0.12
"""The initial estimate of the curvature of the loss. It is doubled when a step fails.

The upper bound is 0.5 (Böhning 1992), reached only if two entries have equal probability.
"""

STEPS = 16
"""The number of gradient steps. More do not improve accuracy on held-out phrasings and on public data."""

_SUBSPACE_ITERATIONS = 2
_POWER_ITERATIONS = 8
_REST_MARGIN = 1.1


def fit(gram_matrix: Floats, entry_of: Ints, entries: int, *, steps: int = STEPS) -> Floats:
    """Fit the coefficients (phrasings x entries). A query's cosines with the phrasings times these are its logits.

    `gram_matrix` contains the cosines of all pairs of phrasings, `entry_of` the entry of each. The optimizer is
    Nesterov's accelerated gradient method with restarts, preconditioned by the main eigenvectors of the Gram matrix.
    The result is deterministic.
    """
    targets = np.zeros((len(gram_matrix), entries), dtype=np.float32)
    targets[np.arange(len(gram_matrix)), entry_of] = 1.0
    metric = _Metric.of(gram_matrix, targets)
    curvature = CURVATURE
    best = ahead = current = np.zeros_like(targets)
    gradient = best
    lowest_loss = float("inf")
    momentum = 1.0
    for _ in range(steps):
        logits = gram_matrix @ ahead
        norm = float(np.vdot(ahead, logits))
        logits -= logits.max(axis=1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        loss = 0.5 * RIDGE * norm - float(np.log(np.maximum(probabilities[targets > 0], 1e-30)).sum())
        if loss <= lowest_loss:
            best, lowest_loss = ahead, loss
            gradient = targets - probabilities - np.float32(RIDGE) * ahead
        else:
            curvature *= 2.0 if momentum == 1.0 else 1.0
            current, momentum = best, 1.0
        moved = best + metric.step(gradient, curvature)
        faster = (1.0 + (1.0 + 4.0 * momentum * momentum) ** 0.5) / 2.0
        ahead = moved + np.float32((momentum - 1.0) / faster) * (moved - current)
        current, momentum = moved, faster
    return best


@dataclass(frozen=True, slots=True)
class _Metric:
    """A preconditioner: the main eigenvectors of a Gram matrix, with a common bound for all other eigenvalues.

    The few large eigenvalues (of features shared by all phrasings, or by those of one entry) slow down plain gradient
    steps. The eigenvectors are approximated by subspace iteration, starting with the indicator vectors of the entries.
    """

    eigenvectors: Floats
    """Orthonormal eigenvectors (phrasings x entries)."""
    eigenvalues: Floats
    """Their eigenvalues."""
    rest: float
    """An upper estimate of the other eigenvalues."""

    @classmethod
    def of(cls, gram_matrix: Floats, targets: Floats) -> _Metric:
        basis = targets
        for _ in range(_SUBSPACE_ITERATIONS):
            basis = np.linalg.qr(gram_matrix @ basis)[0]
        eigenvalues, rotation = np.linalg.eigh(basis.T @ (gram_matrix @ basis))
        eigenvectors = basis @ rotation
        across = np.ones(len(gram_matrix), dtype=np.float32)
        across[::2] = -1.0
        rest = 0.0
        for _ in range(_POWER_ITERATIONS):
            across = across - eigenvectors @ (eigenvectors.T @ across)
            across /= np.float32(max(float(np.linalg.norm(across)), 1e-9))
            image = gram_matrix @ across
            rest, across = float(across @ image), image
        return cls(eigenvectors, np.maximum(eigenvalues, 0.0), max(rest * _REST_MARGIN, 0.0))

    def step(self, gradient: Floats, curvature: float) -> Floats:
        """Return the preconditioned step along `gradient` for this curvature of the loss."""
        plain = np.float32(1.0 / (curvature * self.rest + RIDGE))
        main = 1.0 / (curvature * self.eigenvalues + RIDGE) - plain
        return plain * gradient + self.eigenvectors @ (main[:, np.newaxis] * (self.eigenvectors.T @ gradient))
