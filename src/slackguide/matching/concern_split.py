"""Find out whether a message speaks of two concerns, and where the second one begins.

A message is cut into sentences and clauses, each scored against all entries. At every border the best entries for the
parts before and after it are compared with the best single entry for both. How much better two entries explain the
message is the main signal of a logistic model; the others are in `SIGNALS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp, log
from typing import Final

import numpy as np

from slackguide.matching.features import Floats

MIN_WORDS = 12
"""Minimum words of a message with two concerns."""

MIN_PROBABILITY = 0.2
"""The minimum probability of two concerns at which no answer is given for the whole message."""

SPLIT_PROBABILITY = 0.4
"""The minimum probability of two concerns at which the message is split."""

MIN_UNIT = 4
"""Minimum words of a sentence or clause. A shorter one is joined with its neighbour."""

MAX_UNITS = 20
MAX_UNIT_WORDS = 130
MAX_END_WORDS = 45
"""Maximum units and words that are scored, and words at the end of the text among them, which bounds the work."""

SIGNALS: Final = ("gain", "weaker", "far", "cue", "any_cue", "listed", "other", "words", "units")
"""The inputs of the model: how much better two entries explain the message than one; the highest score of a unit in the
weaker part; the distance of the second entry from the first one for the whole message; whether the second part begins
with words that add a concern, or they stand anywhere, or the message lists concerns, or the second part speaks of
another person; the logs of words and units."""

_BORDER = re.compile(
    r"(?<=[.!?;\n])\s+|\s+-\s+|\n+"
    r"|,\s+(?=(?:and|but|also|plus|besides|meanwhile|while|then|second|secondly|separately|another|the other|or)\b)"
    r"|(?<=\w)\s+(?=(?:and|plus|also|&)\s+(?:also|he|she|they|it|his|her|the|their|another|an?|what|how|which|where|when|"
    r"who|why|whether|if|can|could|may|might|do|does|is|are|i|my|one|some|asks|wants|needs|would|says|separately|then)\b)"
    r"|\s(?=(?:also|&)\s)|\s+\+\s+|\s+(?=\(?(?:b|2|ii)[).]\s)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_CUE = re.compile(
    r"\b(?:also|besides|moreover|furthermore|further|separately|separate|unrelated|meanwhile|second(?:ly)?|another|"
    r"additionally|in addition|on top|by the way|btw|apart from|different|as well|too|"
    r"two (?:questions|things|tickets|clients|users|cases))\b|&|\(?2[.)]|"
    r"\b\w+ (?:b|2|two|#2)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\b(?:two|2|both|couple of) (?:\w+ )?(?:questions?|things|tickets|clients|users|customers|cases|asks|issues|"
    r"matters|points|requests|topics|problems|items|people|ones|concerns|parts)\b"
    r"|\b(?:advise|answer|do) (?:on )?both\b"
    r"|(?:^|\s)\(?(?:a|1|i)[).]\s.*\s\(?(?:b|2|ii)[).]\s"
    r"|\bfirst(?:ly)?\b.*\bsecond(?:ly)?\b|\b(?:one|#?1)\b.*\bthe other\b"
    r"|\b(?:number|no\.?|question|ticket|case|user|client|person) (?:1|one|a)\b.*\b(?:2|two|b)\b",
    re.IGNORECASE | re.DOTALL,
)
_OTHER = re.compile(
    r"\b(?:other|(?:his|her) (?:wife|husband|son|daughter|partner|sister|brother|boss|colleague))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Split:
    """The best cut of a message into two parts."""

    signals: dict[str, float]
    at: int
    """The number of units in the first part."""


def split_units(text: str) -> list[str]:
    """Return the sentences and clauses of a text that can be concerns of their own, within the limits."""
    units: list[str] = []
    last = 0
    for part in _BORDER.split(text):
        count = len(_WORD.findall(part))
        if count and units and min(count, last) < MIN_UNIT:
            units[-1] += f" {part}"
            last += count
        elif count:
            units.append(part)
            last = count
    return limit_units(units)


def limit_units(units: list[str]) -> list[str]:
    """Return the units at the beginning and the end of a text, because a concern is stated there, within the limits."""
    sizes = [len(_WORD.findall(unit)) for unit in units]
    last = _within(sizes[::-1], MAX_END_WORDS, MAX_UNITS // 3)
    first = _within(sizes[: len(sizes) - last], MAX_UNIT_WORDS - sum(sizes[len(sizes) - last :]), MAX_UNITS - last)
    return units[:first] + units[len(units) - last :]


def _within(sizes: Sequence[int], words: int, units: int) -> int:
    """Return the number of units at the beginning that have at most so many words in total."""
    return int(np.searchsorted(np.cumsum(sizes[:units]), words, side="right"))


def best_split(units: Sequence[str], scores: Sequence[Floats], whole: Floats) -> Split:
    """Return the best cut of at least two units, given the scores of the entries for each and for the whole message."""
    centred = np.stack([one - one.mean() for one in scores])
    before = np.cumsum(centred, 0)[:-1]
    after = centred.sum(0) - before
    gains = before.max(1) + after.max(1) - (before + after).max(1)
    at = int(gains.argmax()) + 1
    first, second = " ".join(units[:at]), " ".join(units[at:])
    nearest = min(whole[before[at - 1].argmax()], whole[after[at - 1].argmax()])
    signals = {
        "gain": float(gains[at - 1]),
        "weaker": float(min(centred[:at].max(), centred[at:].max())),
        "far": float(whole.max() - nearest),
        "cue": float(_CUE.search(units[at]) is not None),
        "any_cue": float(_CUE.search(f"{first} {second}") is not None),
        "listed": float(_LISTED.search(f"{first} {second}") is not None),
        "other": float(_OTHER.search(second) is not None),
        "words": log(len(_WORD.findall(f"{first} {second}"))),
        "units": log(len(units)),
    }
    return Split(signals, at)


def probability(split: Split) -> float:
    """Return the probability that the message speaks of two concerns."""
    weights = split_weights()
    total = weights["bias"] + sum(weights.get(name, 0.0) * split.signals[name] for name in SIGNALS)
    return 1.0 / (1.0 + exp(-max(min(total, 30.0), -30.0)))


@cache
def split_weights() -> dict[str, float]:
    """Return the weights fitted by `scripts/fit_concern_split.py`, with `bias`."""
    text = resources.files(__package__).joinpath("data", "concern_split.json").read_text("utf-8")
    weights: dict[str, float] = json.loads(text)["weights"]
    return weights
