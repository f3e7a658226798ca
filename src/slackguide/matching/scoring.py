"""Combine the feature scores of every entry into one; a second logistic model scores whether any entry fits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np

from slackguide.matching.features import Floats

FEATURES: Final = (
    "pair_centre",
    "pair_nearest",
    "gram_centre",
    "nearest",
    "term_likelihood",
    "pair_likelihood",
    "gram_likelihood",
    "coverage",
    "learnt",
)
"""The rows of a view table: cosine with an entry's phrasings together (centre) or with the nearest of them, for pairs,
letter groups or all families; likelihood ratio by the whole entry; BM25 coverage by the whole entry; logits of the
regression learnt over all phrasings."""

SIGNALS: Final = ("lead", "evidence", "cosine", "coverage", "known", "length", "foreign")
"""What confidence is read from: log-odds of the first entry among the entries; its score above the average entry's; its
nearest cosine, with unknown words in the length of the question; its coverage; the share of the question's terms that
are known; log of the number of terms; how much the question reminds of those that are out of scope (log-odds)."""


@dataclass(frozen=True, slots=True)
class OddsWeights:
    """What is read from the signals of one question."""

    confidence: dict[str, float]
    """Logistic weights of the signals that the first match is right, with `bias`."""
    scope: dict[str, float]
    """Logistic weights of the signals that the question is about anything here, with `bias`."""
    settled: dict[str, float]
    """Logistic weights of the signals that the first match is right and no other would do, with `bias`."""
    answer_from: float
    """Settled chance from which the first match is the answer."""
    scope_from: float
    """Scope chance below which nothing fits."""


@dataclass(frozen=True, slots=True)
class AlertThresholds:
    """Log-odds (`bayes.NaiveBayes`) that a message is one of those a critical entry's detector learnt from."""

    doubted_below: float
    """A phrase found counts one strength less."""
    weak_from: float
    """Enough for a weak sign without any phrase."""
    likely_from: float
    """Enough for a likely one."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted by `scripts/fit_matcher.py`, kept in `data/weights.json`."""

    blend: dict[str, float]
    """One weight a view."""
    blend_unlearnt: dict[str, float]
    """The same where there are too many phrasings to learn a regression over."""
    odds: OddsWeights
    odds_uninformed: OddsWeights
    """The same where the knowledge base holds no messages that are out of scope."""
    alarm: AlertThresholds
    choose_until: float
    """Entries are offered until this share of the chances is covered."""


@cache
def shipped_weights() -> Weights:
    """The fitted weights that come with the package."""
    text = resources.files(__package__).joinpath("data", "weights.json").read_text("utf-8")
    return read_weights(json.loads(text)["weights"])


def read_weights(stored: Mapping[str, Any]) -> Weights:
    """Weights as `dataclasses.asdict` writes them."""
    odds = {name: OddsWeights(**stored[name]) for name in ("odds", "odds_uninformed")}
    return Weights(**{**stored, **odds, "alarm": AlertThresholds(**stored["alarm"])})


def combine(table: Floats, weights: dict[str, float]) -> Floats:
    """One score an entry from its views (`FEATURES` x entries)."""
    row = np.array([weights[feature] for feature in FEATURES], dtype=np.float32)
    return np.asarray(row @ table, dtype=np.float32)


def logistic(weights: Mapping[str, float], signals: Mapping[str, float]) -> float:
    """The chance that the weights read from the signals."""
    total = weights["bias"] + sum(weights[name] * signals[name] for name in SIGNALS)
    return float(1.0 / (1.0 + np.exp(-np.clip(total, -30.0, 30.0))))
