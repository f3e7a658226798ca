"""A multinomial logistic regression over the phrasings, learnt when the matcher is built."""

from typing import Final

import numpy as np

from .features import Floats, Ints

RIDGE: Final = 0.05
"""Weight of the squared norm; smaller fits the phrasings closer."""

CURVATURE: Final = 0.25
"""Taken for the curvature of the loss. Its bound is 0.5 (Böhning), reached only where two entries split the chances."""

STEPS: Final = 18


def learn(gram: Floats, entry_of: Ints, entries: int) -> Floats:
    """Coefficients (phrasings x entries): a question's cosines with the phrasings times these are its entries' logits.

    Kernel logistic regression by accelerated fixed-Hessian steps: each costs two products and needs no line search;
    momentum starts afresh where it points uphill. Deterministic: no sampling, no starting point to choose.
    """
    size = len(gram)
    wanted = np.zeros((size, entries), dtype=np.float32)
    wanted[np.arange(size), entry_of] = 1.0
    step = np.linalg.inv(np.float32(CURVATURE) * gram + np.float32(RIDGE) * np.eye(size, dtype=np.float32))
    current = np.zeros_like(wanted)
    ahead = current
    momentum = 1.0
    for _ in range(STEPS):
        logits = gram @ ahead
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        chances /= chances.sum(axis=1, keepdims=True)
        downhill = wanted - chances - np.float32(RIDGE) * ahead
        moved = ahead + step @ downhill
        change = moved - current
        if float(np.vdot(downhill, change)) < 0.0:
            momentum = 1.0
        faster = (1.0 + (1.0 + 4.0 * momentum * momentum) ** 0.5) / 2.0
        ahead = moved + np.float32((momentum - 1.0) / faster) * change
        current, momentum = moved, faster
    return current
