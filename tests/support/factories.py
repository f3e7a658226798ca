"""Factories for evaluation results."""

from __future__ import annotations

from slackguide.evaluation.prediction import OutcomeName, Prediction
from slackguide.evaluation.results import LabelledCase, Observation


def observed(
    ids: str,
    outcome: OutcomeName,
    ranking: str,
    *,
    offered: int | None = None,
    confidence: float = 0.5,
    alerts: str = "",
    seconds: float = 0.001,
    text: str = "a question",
    file: str = "set.jsonl",
    line: int = 1,
) -> Observation:
    """Return an observation; `ids`, `ranking` and `alerts` are entry ids separated by spaces."""
    shown = {"answer": 1, "choices": 2, "none": 0}[outcome] if offered is None else offered
    prediction = Prediction(outcome, tuple(ranking.split()), shown, confidence, tuple(alerts.split()))
    return Observation(LabelledCase(file, line, text, tuple(ids.split())), prediction, seconds)
