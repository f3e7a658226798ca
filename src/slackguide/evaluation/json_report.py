"""The report as one JSON document: the overall section at the top, the same for every file under `files`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackguide.evaluation.gates import GateResult
from slackguide.evaluation.metrics import Calibration, Confusion
from slackguide.evaluation.report import Report, ReportSection
from slackguide.evaluation.results import Observation

DIGITS = 4


def report_json(report: Report, results: Sequence[GateResult] = ()) -> dict[str, Any]:
    """Return the report as plain lists, dicts, texts and numbers; shares 0..1, times in milliseconds."""
    return {
        **_section_json(report.overall),
        "gates": [
            {
                "questions": one.questions,
                "measure": one.gate.metric,
                one.gate.bound.replace(" ", "_"): one.gate.value,
                "measured": _rounded(one.measured),
                "met": one.met,
                "misses": [] if one.met else [_observation(miss) for miss in one.misses],
            }
            for one in results
        ],
        "files": [{"file": part.name, **_section_json(part)} for part in report.files],
    }


def _section_json(part: ReportSection) -> dict[str, Any]:
    return {
        "questions": len(part.observations),
        "in_scope": part.in_scope,
        "out_of_scope": part.out_of_scope,
        **{name: _rounded(value) for name, value in part.values().items()},
        "counts": {name: {"count": share.count, "of": share.of} for name, share in part.shares().items()},
        "reliability": _reliability(part.calibration),
        "reliability_all": _reliability(part.calibration_all),
        "wrong_answers": [_observation(one) for one in part.wrong_answers],
        "alerts": [{**_observation(one), "alerts": list(one.prediction.alerts)} for one in part.alerted],
        "confusions": [_confusion(one) for one in part.confusions],
        "speed": {
            "p50_ms": _ms(part.latency.p50),
            "p99_ms": _ms(part.latency.p99),
            "slowest": [{**_observation(one), "ms": _ms(one.seconds)} for one in part.latency.slowest],
        },
    }


def _reliability(table: Calibration) -> list[dict[str, Any]]:
    return [
        {
            "from": bin.low,
            "to": bin.high,
            "count": bin.count,
            "confidence": _rounded(bin.confidence) if bin.count else None,
            "accuracy": _rounded(bin.accuracy) if bin.count else None,
        }
        for bin in table.bins
    ]


def _confusion(confusion: Confusion) -> dict[str, Any]:
    return {
        "expected": list(confusion.expected),
        "got": confusion.got,
        "count": confusion.count,
        "questions": [_observation(one) for one in confusion.observations],
    }


def _observation(one: Observation) -> dict[str, Any]:
    return {
        "file": one.case.file,
        "line": one.case.line,
        "text": one.case.text,
        "ids": list(one.case.ids),
        "outcome": one.prediction.outcome,
        "first": one.prediction.first,
        "shown": list(one.prediction.shown),
        "confidence": _rounded(one.prediction.confidence),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
