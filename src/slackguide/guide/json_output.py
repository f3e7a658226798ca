"""Serialize an outcome to the JSON document that other programs consume."""

from __future__ import annotations

from typing import Any, assert_never

from slackguide.guide.conversation import Reply
from slackguide.guide.outcomes import Answer, BaseOutcome, Choices, NoAnswer, Outcome, RankedEntry, Social
from slackguide.knowledge import Destination

DIGITS = 4
"""Decimal places of a confidence. The calibration is not more precise."""


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as JSON-serializable data."""
    match outcome:
        case Answer():
            return _common_json("answer", outcome, _answer_json(outcome))
        case Choices():
            return _common_json("choices", outcome, None)
        case NoAnswer():
            pointer = {"pointer": outcome.pointer} if outcome.pointer else {}
            return {**_common_json("none", outcome, None), **pointer}
        case Social():
            return _common_json("social", outcome, None)
        case other:
            assert_never(other)


def reply_json(reply: Reply) -> dict[str, Any]:
    """Return the reply to a turn of a conversation: its outcome, what the turn was, and what it changed."""
    changed = {change.fact: {"from": change.old, "to": change.new} for change in reply.changes}
    return {
        **outcome_json(reply.outcome),
        "kind": str(reply.kind),
        "changed": changed,
        "passages": list(reply.passages),
    }


def _common_json(name: str, outcome: BaseOutcome, answer: dict[str, Any] | None) -> dict[str, Any]:
    ranked = outcome.matches[: outcome.offered] if isinstance(outcome, Choices) else outcome.matches
    return {
        "outcome": name,
        "confidence": round(outcome.confidence, DIGITS),
        "alerts": [{"id": alert.id, "message": alert.message} for alert in outcome.alerts],
        "matches": [_match_json(match) for match in ranked],
        "answer": answer,
        "facts": dict(outcome.facts),
        "missing": answer["missing"] if answer else [],
    }


def _match_json(match: RankedEntry) -> dict[str, Any]:
    destination = {"destination": _destination_json(match.destination)} if match.destination else {}
    return {"id": match.id, "title": match.title, "confidence": round(match.confidence, DIGITS), **destination}


def _destination_json(target: Destination | None) -> dict[str, Any] | None:
    return {"id": target.id, "kind": target.kind, "name": target.name} if target else None


def _answer_json(answer: Answer) -> dict[str, Any]:
    entry, decision = answer.entry, answer.decision
    return {
        "id": entry.id,
        "title": entry.title,
        "priority": entry.priority,
        "warnings": list(decision.warnings),
        "path": list(decision.path),
        "destination": _destination_json(decision.destination),
        "facts": dict(decision.known_facts),
        "missing": list(decision.missing),
        "cautions": list(decision.cautions),
        "because": list(decision.because),
        "notes": answer.note,
        "form": decision.form,
        "see_also": [{"title": article.title, "url": article.url} for article in entry.see_also],
        "sources": [{"document": source.document, "section": source.section} for source in entry.sources],
    }
