"""Knowledge preview for the sandbox: each entry as a card, its decision table, and the diagnostics of an edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slackguide.guide import Answer, Asker, Concern
from slackguide.guide.reloading import ReloadableGuide
from slackguide.knowledge import InvalidKnowledgeError
from slackguide.slack.button_payloads import AnswerState
from slackguide.slack.views.answer_card import answer_card


class PreviewApi:
    """The current knowledge base as JSON."""

    def __init__(self, *, guide: ReloadableGuide, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._guide = guide
        self._now = now

    def entries(self) -> Sequence[Mapping[str, Any]]:
        """Return the id, title and team of every entry."""
        entries = self._guide().knowledge.entries.values()
        return [{"id": entry.id, "title": entry.title, "team": entry.team} for entry in entries]

    def card(self, entry_id: str) -> Mapping[str, Any]:
        """Return an entry's card before any fact is known, and its decision table. Raises KeyError."""
        guide = self._guide()
        if entry_id not in guide.knowledge.entries:
            raise KeyError(entry_id)
        now = self._now()
        outcome = guide.at(now).answer(Concern(entry=entry_id), Asker("team_lead"), today=now.date())
        blocks: list[dict[str, Any]] = []
        if isinstance(outcome, Answer):
            card = answer_card(outcome, AnswerState("preview", entry=entry_id), guide.knowledge, guide.triage)
            blocks = card.message()["blocks"]
        branches = guide.triage.branches(entry_id, {})
        rows = [{"answers": list(branch.answers), "destination": branch.goes_to} for branch in branches]
        return {"blocks": blocks, "triage": rows}

    def diagnostics(self) -> Sequence[Mapping[str, Any]]:
        """Return the errors in the edited files; an empty list if they are valid."""
        fault = self._guide.fault
        if fault is None:
            return []
        if isinstance(fault, InvalidKnowledgeError):
            return [{"where": f"{d.file}:{d.line}:{d.column}", "message": d.message} for d in fault.diagnostics]
        return [{"where": "", "message": str(fault)}]
