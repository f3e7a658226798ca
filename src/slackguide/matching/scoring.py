"""Combine the feature scores of entries to one score, and estimate confidence with logistic models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from slackguide.matching.features import Floats

FEATURES = (
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
"""The rows of a score table: the cosine with the centroid of an entry's phrasings (centre) or with the nearest one, for
pairs, n-grams or all families; the likelihood ratio of the entry; the BM25 coverage by the entry; and the logits of the
regression over all phrasings."""

SIGNALS = ("lead", "evidence", "cosine", "coverage", "known", "length", "foreign")
"""The inputs of the confidence models: the log-odds of the first entry; its score minus the mean score; its nearest
cosine; its coverage; the share of known terms in the query; the log of the number of terms; and the log-odds that the
query is out of scope."""


@dataclass(frozen=True, slots=True)
class OddsWeights:
    """The weights and thresholds of the logistic models over the signals."""

    confidence: dict[str, float]
    """The weights, with `bias`, of the model that the first match is correct."""
    scope: dict[str, float]
    """The weights, with `bias`, of the model that the query is in scope."""
    settled: dict[str, float]
    """The weights, with `bias`, of the model that the first match is the only correct one."""
    answer_from: float
    """The minimum probability of `settled` for an answer."""
    scope_from: float
    """The minimum probability of `scope` for any match."""


@dataclass(frozen=True, slots=True)
class AlertThresholds:
    """Thresholds for the log-odds of a critical entry (`critical_detector.CriticalDetector.score`)."""

    weak_from: float
    """The minimum for a weak match."""
    likely_from: float
    """The minimum for a likely match."""
    clear_from: float
    """The minimum for a clear match."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights fitted by `scripts/fit_matcher.py` and stored in `data/weights.json`."""

    blend: dict[str, float]
    """One weight per feature."""
    blend_unlearnt: dict[str, float]
    """One weight per feature, without the regression over all phrasings."""
    odds: OddsWeights
    odds_uninformed: OddsWeights
    """The weights and thresholds for a knowledge base without out-of-scope messages."""
    alarm: AlertThresholds
    choose_until: float
    """The cumulative probability of the entries to offer as choices."""


@cache
def shipped_weights() -> Weights:
    """Return the fitted weights in the package."""
    text = resources.files(__package__).joinpath("data", "weights.json").read_text("utf-8")
    return read_weights(json.loads(text)["weights"])


def read_weights(stored: Mapping[str, Any]) -> Weights:
    """Build weights from the output of `dataclasses.asdict`."""
    odds = {name: OddsWeights(**stored[name]) for name in ("odds", "odds_uninformed")}
    return Weights(**{**stored, **odds, "alarm": AlertThresholds(**stored["alarm"])})


def combine(table: Floats, weights: dict[str, float]) -> Floats:
    """Return one score per entry from its feature scores (`FEATURES` x entries)."""
    row = np.array([weights[feature] for feature in FEATURES], dtype=np.float32)
    return np.asarray(row @ table, dtype=np.float32)


def logistic(weights: Mapping[str, float], signals: Mapping[str, float]) -> float:
    """Return the probability of a logistic model for the signals."""
    total = weights["bias"] + sum(weights[name] * signals[name] for name in SIGNALS)
    return float(1.0 / (1.0 + np.exp(-np.clip(total, -30.0, 30.0))))
