"""Print escalations: a table row, a full view, and a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.text import Text

from slackguide.cli.output import iso, local_time, out, print_table, printable
from slackguide.escalation.form_validation import FieldValue
from slackguide.escalation.models import Escalation, Event
from slackguide.escalation.resolution import RESOLUTION_LABELS

if TYPE_CHECKING:
    from slackguide.storage.directory import UserDirectory


class Names:
    """Look up the names of users in the stored directory."""

    def __init__(self, people: UserDirectory) -> None:
        self._people = people

    def of(self, user_id: str | None) -> str:
        """Return the user's name, or the id if the name is unknown, or an empty string for None."""
        return self.known(user_id) or user_id or ""

    def known(self, user_id: str | None) -> str | None:
        """Return the user's name, or None if it is unknown."""
        person = self._people.find(user_id) if user_id else None
        return person.name if person and person.name else None

    def document(self, user_id: str | None) -> dict[str, Any] | None:
        """Return the JSON object with the user's id and name."""
        return None if user_id is None else {"id": user_id, "name": self.known(user_id)}


def escalation_json(escalation: Escalation, names: Names, history: Iterable[Event] | None = None) -> dict[str, Any]:
    """Return the escalation as JSON-serializable data. Times are in ISO 8601, UTC."""
    advice, resolution = escalation.recommendation, escalation.resolution
    document: dict[str, Any] = {
        "reference": escalation.reference,
        "id": escalation.id,
        "form": escalation.form_id,
        "desk": escalation.assigned_queue,
        "channel": escalation.channel,
        "state": escalation.state.value,
        "requester": names.document(escalation.requester.user_id),
        "claimed_by": names.document(escalation.claimed_by),
        "sent_at": iso(escalation.created_at),
        "changed_at": iso(escalation.changed_at),
        "closed_at": iso(escalation.closed_at),
        "overdue_at": iso(escalation.sla_timer.overdue_at),
        "erased_at": iso(escalation.erased_at),
        "entry": escalation.entry_id,
        "question": escalation.question,
        "advice": {"destination": advice.destination, "because": list(advice.because)} if advice else None,
        "anyway": escalation.duplicate_reason,
        "fields": {name: plain(value) for name, value in escalation.values.items()},
        "link": escalation.card.permalink if escalation.card else None,
        "resolution": (
            {"ending": resolution.code.value, "which": resolution.target, "decided": resolution.note}
            if resolution
            else None
        ),
    }
    if history is not None:
        document["history"] = [_event(event, names) for event in history]
    return document


def plain(value: FieldValue) -> str | int | list[str]:
    """Return a field's value for JSON: a date in ISO 8601, choices as a list."""
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def print_escalations(escalations: Iterable[Escalation], names: Names, *, now: datetime) -> None:
    """Print the escalations as a table."""
    print_table(
        ("ref", "form", "state", "requester", "claimed by", "sent", "age", "entry", "resolution"),
        (_row(escalation, names, now) for escalation in escalations),
    )


def print_escalation(escalation: Escalation, history: Iterable[Event], names: Names) -> None:
    """Print all fields of one escalation, and its history."""
    out.print(Text.assemble((escalation.reference, "bold"), f"  {escalation.form_id}, ", _status(escalation, names)))
    out.print(Text(f"Sent by {names.of(escalation.requester.user_id)} at {local_time(escalation.created_at)}"))
    location = (
        escalation.card.permalink or "posted" if escalation.card else "not posted yet: see `slackguide outbox list`"
    )
    out.print(Text(f"#{escalation.channel}: {location}"))
    for label, text in _summary(escalation):
        out.print(Text.assemble((f"{label}: ", "cyan"), printable(text, lines=True)))
    if escalation.erased_at is not None:
        out.print(Text(f"Its text was erased at {local_time(escalation.erased_at)}.", style="dim"))
    for name, value in escalation.values.items():
        json_value = plain(value)
        text = ", ".join(json_value) if isinstance(json_value, list) else str(json_value)
        out.print(Text.assemble((f"{name}: ", "bold"), printable(text, lines=True)))
    out.print(Text("History", style="bold"))
    for event in history:
        actor = names.of(event.actor) if event.actor else "slackguide"
        details = "".join(f", {name}: {value}" for name, value in event.details.items())
        comment = f": {event.text}" if event.text else ""
        kind = event.kind.value.replace("_", " ")
        out.print(Text(printable(f"  {local_time(event.at)}  {kind} by {actor}{details}{comment}", lines=True)))


def _status(escalation: Escalation, names: Names) -> str:
    by = f" by {names.of(escalation.claimed_by)}" if escalation.claimed_by else ""
    return f"{escalation.state.value}{by}"


def _summary(escalation: Escalation) -> Iterable[tuple[str, str]]:
    if escalation.question:
        yield "Question", escalation.question
    if escalation.entry_id:
        yield "Entry", escalation.entry_id
    if escalation.recommendation:
        yield "Recommended destination", escalation.recommendation.destination
    if escalation.duplicate_reason:
        yield "Reason for a second escalation", escalation.duplicate_reason
    if escalation.resolution:
        yield "Resolution", _resolution_text(escalation)
        if escalation.resolution.note:
            yield "Resolution note", escalation.resolution.note


def _resolution_text(escalation: Escalation) -> str:
    resolution = escalation.resolution
    if resolution is None:
        return ""
    return RESOLUTION_LABELS[resolution.code].lower() + (f": {resolution.target}" if resolution.target else "")


def _row(escalation: Escalation, names: Names, now: datetime) -> tuple[str, ...]:
    return (
        escalation.reference,
        escalation.form_id,
        escalation.state.value,
        names.of(escalation.requester.user_id),
        names.of(escalation.claimed_by),
        local_time(escalation.created_at),
        _age(now - escalation.created_at),
        escalation.entry_id or "",
        _resolution_text(escalation),
    )


def _age(passed: timedelta) -> str:
    """Return the age in its largest whole unit, in the format that the options accept."""
    minutes = max(0, int(passed.total_seconds() // 60))
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes >= size:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _event(event: Event, names: Names) -> Mapping[str, Any]:
    return {
        "at": iso(event.at),
        "kind": event.kind.value,
        "who": names.document(event.actor),
        "words": event.text,
        "about": dict(event.details),
    }
