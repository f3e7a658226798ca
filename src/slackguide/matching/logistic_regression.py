"""Multinomial logistic regression over the phrasings, fitted when the matcher is built."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from slackguide.matching.features import Floats, Ints

RIDGE: Final = 0.05
"""Weight of the squared norm; smaller fits the phrasings closer."""

CURVATURE: Final = 0.12
"""Taken for the curvature of the loss to begin with, and doubled whenever a step shows it to be more.

Its bound is 0.5 (Böhning 1992), reached only where two entries split the chances.
"""

STEPS: Final = 16
"""More gain nothing: accuracy stands from about here on, for phrasings left out and on public data."""

_WIDENINGS: Final = 2
_REST_ROUNDS: Final = 8
_REST_MARGIN: Final = 1.1


def fit(gram_matrix: Floats, entry_of: Ints, entries: int, *, steps: int = STEPS) -> Floats:
    """Coefficients (phrasings x entries): a question's cosines with the phrasings times these are its entries' logits.

    `gram_matrix` holds the cosine of every phrasing with every other, `entry_of` the entry of each. Kernel logistic
    regression by accelerated gradient steps (Nesterov, with restarts where the loss rises) in a metric that knows the
    gram matrix's main directions. Deterministic: no sampling, no starting point to choose.
    """
    wanted = np.zeros((len(gram_matrix), entries), dtype=np.float32)
    wanted[np.arange(len(gram_matrix)), entry_of] = 1.0
    metric = _Metric.of(gram_matrix, wanted)
    curvature = CURVATURE
    best = ahead = current = np.zeros_like(wanted)
    downhill = best
    least = float("inf")
    momentum = 1.0
    for _ in range(steps):
        logits = gram_matrix @ ahead
        norm = float(np.vdot(ahead, logits))
        logits -= logits.max(axis=1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        loss = 0.5 * RIDGE * norm - float(np.log(np.maximum(probabilities[wanted > 0], 1e-30)).sum())
        if loss <= least:
            best, least = ahead, loss
            downhill = wanted - probabilities - np.float32(RIDGE) * ahead
        else:
            curvature *= 2.0 if momentum == 1.0 else 1.0
            current, momentum = best, 1.0
        moved = best + metric.step(downhill, curvature)
        faster = (1.0 + (1.0 + 4.0 * momentum * momentum) ** 0.5) / 2.0
        ahead = moved + np.float32((momentum - 1.0) / faster) * (moved - current)
        current, momentum = moved, faster
    return best


@dataclass(frozen=True, slots=True)
class _Metric:
    """A gram matrix by its main directions; all the others count as long as the longest of them.

    The few long directions (what all phrasings share, what an entry's share) are what makes plain steps slow. They are
    found by subspace iteration from the entries themselves.
    """

    directions: Floats
    """Phrasings x entries, orthonormal."""
    lengths: Floats
    """The matrix's eigenvalue along each."""
    rest: float
    """Its largest eigenvalue across them."""

    @classmethod
    def of(cls, gram_matrix: Floats, wanted: Floats) -> "_Metric":
        basis = wanted
        for _ in range(_WIDENINGS):
            basis = np.linalg.qr(gram_matrix @ basis)[0]
        lengths, turn = np.linalg.eigh(basis.T @ (gram_matrix @ basis))
        directions = basis @ turn
        across = np.ones(len(gram_matrix), dtype=np.float32)
        across[::2] = -1.0
        rest = 0.0
        for _ in range(_REST_ROUNDS):
            across = across - directions @ (directions.T @ across)
            across /= np.float32(max(float(np.linalg.norm(across)), 1e-9))
            image = gram_matrix @ across
            rest, across = float(across @ image), image
        return cls(directions, np.maximum(lengths, 0.0), max(rest * _REST_MARGIN, 0.0))

    def step(self, downhill: Floats, curvature: float) -> Floats:
        """How far to go along `downhill` where the loss curves that much."""
        plain = np.float32(1.0 / (curvature * self.rest + RIDGE))
        main = 1.0 / (curvature * self.lengths + RIDGE) - plain
        return plain * downhill + self.directions @ (main[:, np.newaxis] * (self.directions.T @ downhill))
