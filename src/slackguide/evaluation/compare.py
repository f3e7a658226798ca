"""Compare two knowledge bases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slackguide.evaluation.prediction import Prediction
from slackguide.evaluation.regressions import VERDICTS, PredictionChange, Verdict
from slackguide.evaluation.table_diff import TableDiff
from slackguide.knowledge import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Comparison:
    """The effect of a change of the knowledge base."""

    questions: int
    moves: tuple[PredictionChange, ...]
    added: tuple[str, ...]
    """Ids of the entries that only the new knowledge base has."""
    removed: tuple[str, ...]
    tables: TableDiff

    def count(self, verdict: Verdict) -> int:
        """Return the number of predictions that changed with this verdict."""
        return Counter(change.verdict for change in self.moves)[verdict]


def compare_knowledge(
    old: KnowledgeBase, new: KnowledgeBase, changes: Sequence[PredictionChange], tables: TableDiff, *, questions: int
) -> Comparison:
    """Return the comparison of two knowledge bases."""
    return Comparison(
        questions=questions,
        moves=tuple(changes),
        added=tuple(sorted(new.entries.keys() - old.entries.keys())),
        removed=tuple(sorted(old.entries.keys() - new.entries.keys())),
        tables=tables,
    )


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return the comparison as plain lists, dicts, texts and numbers."""
    return {
        "questions": found.questions,
        "moved": len(found.moves),
        **{verdict: found.count(verdict) for verdict in VERDICTS},
        "moves": [
            {
                "file": change.case.file,
                "line": change.case.line,
                "text": change.case.text,
                "ids": list(change.case.ids),
                "verdict": change.verdict,
                "parts": list(change.parts),
                "old": _prediction_json(change.old),
                "new": _prediction_json(change.new),
            }
            for change in found.moves
        ],
        "entries_added": list(found.added),
        "entries_removed": list(found.removed),
        "table_changes": [
            {
                "entries": list(change.entries),
                "old": change.old,
                "new": change.new,
                "cells": change.cells,
                "cases": list(change.cases),
            }
            for change in found.tables.changes
        ],
        "tables_not_compared": dict(found.tables.skipped),
    }


def _prediction_json(prediction: Prediction) -> dict[str, Any]:
    return {
        "outcome": prediction.outcome,
        "entry": prediction.shown[0] if prediction.shown else None,
        "shown": list(prediction.shown),
        "confidence": round(prediction.confidence, 4),
        "destination": prediction.destination,
        "missing": list(prediction.missing),
        "alerts": list(prediction.alerts),
    }
