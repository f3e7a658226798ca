"""Combine the feature scores of entries to one score, and the signals of a ranking to confidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp
from typing import Any

import numpy as np

from slackguide.matching.features import Floats

FEATURES = ("term_likelihood", "pair_likelihood", "coverage", "regression")
"""The rows of a score table: the likelihood ratios of an entry for terms and for pairs, the BM25 coverage by the entry,
and the logits of the regression over all phrasings."""

SIGNALS = ("lead", "evidence", "foreign")
"""The properties of a ranking: the log-odds of the first entry; its score minus the mean score of all entries; and the
log-odds that the query is out of scope, 0 in a knowledge base without out-of-scope messages."""

SCOPE_SCALE = 2.0
SCOPE_SHIFT = -1.0
"""The upper limit of the confidence for the log-odds of the scope. Chosen on the development half, where it leaves no
question far out of scope with an answer."""


@dataclass(frozen=True, slots=True)
class MatcherCalibration:
    """The weights that turn feature scores into an order, a confidence and a decision.

    `calibration.calibrate` learns them from a knowledge base; the shipped ones are its prior.
    """

    blend: Mapping[str, float]
    """One weight per feature."""
    confidence: Mapping[str, float]
    """Signal weights and `bias`: the log-odds that the first entry is correct, for a phrasing that was left out."""
    scope: Mapping[str, float]
    """Signal weights and `bias`: the log-odds that the query is in scope."""
    scope_from: float
    """The minimum of `scope` for any match."""
    question_scale: float
    question_shift: float
    """The log-odds for a question are those for a left-out phrasing times the scale, plus the shift.

    Questions are easier: all phrasings are in place, and more than half of them are in scope.
    """


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

    calibration: MatcherCalibration
    alarm: AlertThresholds


@cache
def shipped_weights() -> Weights:
    """Return the fitted weights in the package."""
    text = resources.files(__package__).joinpath("data", "weights.json").read_text("utf-8")
    stored: Mapping[str, Any] = json.loads(text)["weights"]
    return Weights(MatcherCalibration(**stored["calibration"]), AlertThresholds(**stored["alarm"]))


def combine(table: Floats, weights: Mapping[str, float]) -> Floats:
    """Return one score per entry from its feature scores (`FEATURES` x entries)."""
    row = np.array([weights[feature] for feature in FEATURES], dtype=np.float32)
    return np.asarray(row @ table, dtype=np.float32)


def log_odds(weights: Mapping[str, float], signals: Mapping[str, float]) -> float:
    """Return the log-odds of a logistic model for the signals."""
    return weights["bias"] + sum(weight * signals[name] for name, weight in weights.items() if name != "bias")


def question_odds(calibration: MatcherCalibration, signals: Mapping[str, float]) -> float:
    """Return the log-odds that the first entry answers a question, given that any does."""
    return calibration.question_scale * log_odds(calibration.confidence, signals) + calibration.question_shift


def confidence_odds(calibration: MatcherCalibration, signals: Mapping[str, float]) -> float:
    """Return the log-odds that the first entry answers a question.

    They are not above those that any entry does (`SCOPE_SCALE`, `SCOPE_SHIFT`).
    """
    return min(question_odds(calibration, signals), SCOPE_SCALE * log_odds(calibration.scope, signals) + SCOPE_SHIFT)


def probability(log_odds: float) -> float:
    """Return the probability for these log-odds."""
    return 1.0 / (1.0 + exp(-min(max(log_odds, -30.0), 30.0)))
