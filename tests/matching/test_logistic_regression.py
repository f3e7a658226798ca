"""The regression converges to the result of an exact solver for any phrasings."""

from __future__ import annotations

import numpy as np
import pytest

from slackguide.matching.features import Floats, Ints
from slackguide.matching.logistic_regression import RIDGE, fit


def problem(seed: int, phrasings: int, entries: int) -> tuple[Floats, Ints]:
    """Return unit vectors that share a direction, one of them zero (a phrasing without a word). Every entry has one."""
    jitter = np.random.default_rng(seed)
    vectors = (jitter.normal(size=(phrasings, 12)) + 1.0).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[0] = 0.0
    owners = np.sort(np.concatenate((np.arange(entries), jitter.integers(0, entries, phrasings - entries))))
    return np.asarray(2.5 * vectors @ vectors.T, dtype=np.float32), owners


def loss(gram: Floats, owners: Ints, coefficients: Floats) -> float:
    logits = (gram @ coefficients).astype(float)
    peak = logits.max(axis=1)
    total = np.log(np.exp(logits - peak[:, None]).sum(axis=1)) + peak - logits[np.arange(len(owners)), owners]
    return float(total.sum() + 0.5 * RIDGE * np.vdot(coefficients, logits))


@pytest.mark.parametrize(("phrasings", "entries"), [(2, 2), (3, 2), (40, 2), (30, 5), (300, 3), (120, 60), (60, 60)])
def test_few_steps_come_close_to_many(phrasings: int, entries: int) -> None:
    gram, owners = problem(phrasings, phrasings, entries)
    found = loss(gram, owners, fit(gram, owners, entries))
    nothing = loss(gram, owners, np.zeros((phrasings, entries), dtype=np.float32))
    least = loss(gram, owners, fit(gram, owners, entries, steps=2_000))
    assert least <= found + 1e-3
    assert found - least <= 0.01 * (nothing - least) + 1e-3


def test_phrasings_that_are_all_alike_or_empty_do_no_harm() -> None:
    owners = np.array([0, 0, 1, 2])
    for gram in (np.zeros((4, 4), dtype=np.float32), np.ones((4, 4), dtype=np.float32)):
        coefficients = fit(gram, owners, 3)
        assert np.isfinite(coefficients).all()
        chances = gram @ coefficients
        assert (chances[0] == chances[1]).all()


def test_the_same_phrasings_teach_the_same() -> None:
    gram, owners = problem(7, 50, 6)
    assert (fit(gram, owners, 6) == fit(gram.copy(), owners, 6)).all()
