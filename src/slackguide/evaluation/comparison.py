"""Two knowledge bases side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slackguide.evaluation.moves import VERDICTS, Move, Verdict
from slackguide.evaluation.said import Said
from slackguide.evaluation.table_changes import TableChanges
from slackguide.knowledge import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a change of knowledge comes to."""

    questions: int
    moves: tuple[Move, ...]
    added: tuple[str, ...]
    """Ids of the entries that only the new one has."""
    removed: tuple[str, ...]
    tables: TableChanges

    def count(self, verdict: Verdict) -> int:
        """How many questions moved for better, worse or neither."""
        return Counter(move.verdict for move in self.moves)[verdict]


def comparison(
    old: KnowledgeBase, new: KnowledgeBase, moves: Sequence[Move], tables: TableChanges, *, questions: int
) -> Comparison:
    """Puts together what was found."""
    return Comparison(
        questions=questions,
        moves=tuple(moves),
        added=tuple(sorted(new.entries.keys() - old.entries.keys())),
        removed=tuple(sorted(old.entries.keys() - new.entries.keys())),
        tables=tables,
    )


def document(found: Comparison) -> dict[str, Any]:
    """The comparison as plain lists, dicts, texts and numbers."""
    return {
        "questions": found.questions,
        "moved": len(found.moves),
        **{verdict: found.count(verdict) for verdict in VERDICTS},
        "moves": [
            {
                "file": move.case.file,
                "line": move.case.line,
                "text": move.case.text,
                "ids": list(move.case.ids),
                "verdict": move.verdict,
                "parts": list(move.parts),
                "old": _said(move.old),
                "new": _said(move.new),
            }
            for move in found.moves
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


def _said(said: Said) -> dict[str, Any]:
    return {
        "outcome": said.outcome,
        "entry": said.shown[0] if said.shown else None,
        "shown": list(said.shown),
        "confidence": round(said.confidence, 4),
        "destination": said.target,
        "missing": list(said.missing),
        "alerts": list(said.alerts),
    }
