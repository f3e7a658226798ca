"""The report as one JSON document: the overall section at the top, the same for every file under `files`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackguide.evaluation.calibration import Calibration
from slackguide.evaluation.confusions import Confusion
from slackguide.evaluation.gates import Checked
from slackguide.evaluation.observation import Observation
from slackguide.evaluation.report import Report, Section

DIGITS = 4


def document(report: Report, checked: Sequence[Checked] = ()) -> dict[str, Any]:
    """The report as plain lists, dicts, texts and numbers; shares 0..1, times in milliseconds."""
    return {
        **_section(report.overall),
        "gates": [
            {
                "questions": one.questions,
                "measure": one.gate.measure,
                one.gate.bound.replace(" ", "_"): one.gate.value,
                "measured": _rounded(one.measured),
                "met": one.met,
                "misses": [] if one.met else [_observation(miss) for miss in one.misses],
            }
            for one in checked
        ],
        "files": [{"file": part.name, **_section(part)} for part in report.files],
    }


def _section(part: Section) -> dict[str, Any]:
    return {
        "questions": len(part.observations),
        "in_scope": part.in_scope,
        "out_of_scope": part.out_of_scope,
        **{name: _rounded(value) for name, value in part.values().items()},
        "counts": {name: {"count": share.count, "of": share.of} for name, share in part.shares().items()},
        "reliability": _reliability(part.calibration),
        "reliability_all": _reliability(part.calibration_all),
        "wrong_answers": [_observation(one) for one in part.wrong_answers],
        "alerts": [{**_observation(one), "alerts": list(one.said.alerts)} for one in part.alerted],
        "confusions": [_confusion(one) for one in part.confusions],
        "speed": {
            "p50_ms": _ms(part.speed.p50),
            "p99_ms": _ms(part.speed.p99),
            "slowest": [{**_observation(one), "ms": _ms(one.seconds)} for one in part.speed.slowest],
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
        "outcome": one.said.outcome,
        "first": one.said.first,
        "shown": list(one.said.shown),
        "confidence": _rounded(one.said.confidence),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
