"""Serialize an outcome to the JSON document that other programs consume."""

from __future__ import annotations

from typing import Any, assert_never

from slackguide.guide.conversation import Reply
from slackguide.guide.outcomes import (
    Answer,
    BaseOutcome,
    Choices,
    NoAnswer,
    Outcome,
    RankedEntry,
    Social,
    StatedConcern,
)
from slackguide.knowledge import Destination

DIGITS = 4
"""Decimal places of a confidence. The calibration is not more precise."""


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as JSON-serializable data."""
    match outcome:
        case Answer():
            return _common_json("answer", outcome, _answer_json(outcome))
        case Choices():
            concerns = {"concerns": [_concern_json(one) for one in outcome.concerns]} if outcome.concerns else {}
            return {**_common_json("choices", outcome, None), **concerns, **_language_json(outcome.language)}
        case NoAnswer():
            pointer = {"pointer": outcome.pointer} if outcome.pointer else {}
            return {**_common_json("none", outcome, None), **pointer, **_language_json(outcome.language)}
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


def _concern_json(concern: StatedConcern) -> dict[str, Any]:
    return {
        "text": concern.text,
        "id": concern.entry.id,
        "confidence": round(concern.entry.confidence, DIGITS),
        "destination": destination_json(concern.entry.destination) if concern.entry.destination else None,
    }


def _language_json(language: str | None) -> dict[str, str]:
    return {"language": language} if language else {}


def _match_json(match: RankedEntry) -> dict[str, Any]:
    destination = {"destination": destination_json(match.destination)} if match.destination else {}
    return {"id": match.id, "title": match.title, "confidence": round(match.confidence, DIGITS), **destination}


def destination_json(target: Destination) -> dict[str, Any]:
    """Return a destination, with its `url`, `mailbox`, `pager` and `command` if it has them."""
    return {"id": target.id, "kind": target.kind, "name": target.name, **target.contacts}


def _answer_json(answer: Answer) -> dict[str, Any]:
    entry, decision = answer.entry, answer.decision
    return {
        "id": entry.id,
        "title": entry.title,
        "priority": entry.priority,
        "warnings": list(decision.warnings),
        "path": list(decision.path),
        "destination": destination_json(decision.destination) if decision.destination else None,
        **({"also": [destination_json(target) for target in decision.also]} if decision.also else {}),
        "facts": dict(decision.known_facts),
        "missing": list(decision.missing),
        "cautions": list(decision.cautions),
        "because": list(decision.because),
        "notes": answer.note,
        "form": decision.form,
        "see_also": [{"title": article.title, "url": article.url} for article in entry.see_also],
        "sources": [{"document": source.document, "section": source.section} for source in entry.sources],
    }
