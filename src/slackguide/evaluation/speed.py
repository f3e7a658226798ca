"""How long questions take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from slackguide.evaluation.observation import Observation

SLOWEST = 5


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds a question, from its words to the whole answer."""

    p50: float
    p99: float
    slowest: tuple[Observation, ...]
    """The slowest first."""


def speed(observations: Sequence[Observation]) -> Speed:
    """Percentiles and the slowest five of some observations. Raises ValueError where there are none."""
    times = [one.seconds for one in observations]
    slowest = sorted(observations, key=lambda one: -one.seconds)[:SLOWEST]
    return Speed(percentile(times, 50), percentile(times, 99), tuple(slowest))


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest value that at least `percent` (above 0, to 100) of them do not exceed.

    Raises ValueError where there is no value.
    """
    if not values:
        raise ValueError("no values: a percentile needs one")
    return sorted(values)[max(math.ceil(len(values) * percent / 100), 1) - 1]
