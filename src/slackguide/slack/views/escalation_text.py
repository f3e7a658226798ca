"""The texts of an escalation that its card, its notices and its modals share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from slackguide.escalation.form_validation import FieldValue
from slackguide.escalation.models import Escalation, EscalationState, Event, EventKind
from slackguide.escalation.resolution import Resolution
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.forms import Form, FormField
from slackguide.slack.mrkdwn import truncate

TITLE_LIMIT = 150
"""Most characters of a title."""

STATES = {
    EscalationState.SENT: "Unclaimed",
    EscalationState.CLAIMED: "Claimed",
    EscalationState.AWAITING_REQUESTER: "Waiting for the requester",
    EscalationState.RESOLVED: "Resolved",
    EscalationState.WITHDRAWN: "Withdrawn",
}

_SENTENCE = re.compile(r".+?[.?!](?=\s|$)", re.DOTALL)
_TICKET = re.compile(r"https?://[^\s<>|]+/(\d+)/?")


def question_field(form: Form | None) -> str | None:
    """Return the id of the field with the question: the one that the concern fills in, or else the last long text."""
    if form is None:
        return None
    asking = [id for id, item in form.fields.items() if item.prefill == "concern"]
    long = [id for id, item in form.fields.items() if item.kind == "long_text"]
    return next(iter([*asking, *long[-1:]]), None)


def question_text(escalation: Escalation, form: Form | None) -> str:
    """Return the requester's question; empty once it was erased."""
    value = escalation.values.get(question_field(form) or "")
    return value if isinstance(value, str) else escalation.question or ""


def title_and_rest(text: str) -> tuple[str, str]:
    """Return the first sentence of a text, and what follows it. A sentence that is too long for a title is repeated."""
    text = text.strip()
    first_line = text.split("\n", 1)[0].strip()
    sentence = _SENTENCE.match(first_line)
    title = (sentence.group() if sentence else first_line).strip()
    if len(title) > TITLE_LIMIT:
        return truncate(title, TITLE_LIMIT), text
    return title, text[len(title) :].strip()


def title_of(escalation: Escalation, knowledge: KnowledgeBase) -> str:
    """Return what the escalation is about: the first sentence of its question, or else the title of its form."""
    form = knowledge.forms.get(escalation.form_id)
    title, _ = title_and_rest(question_text(escalation, form))
    return title or form_title(escalation, knowledge)


def form_title(escalation: Escalation, knowledge: KnowledgeBase) -> str:
    """Return the title of the escalation's form."""
    form = knowledge.forms.get(escalation.form_id)
    return form.title if form else escalation.form_id


def ticket_of(escalation: Escalation, form: Form | None) -> tuple[str, str] | None:
    """Return the link to the ticket and its number: the first link field whose path ends in a number."""
    for id, item in (form.fields if form else {}).items():
        value = escalation.values.get(id)
        if item.kind == "link" and isinstance(value, str) and (match := _TICKET.fullmatch(value)):
            return value, f"#{match.group(1)}"
    return None


def field_texts(escalation: Escalation, form: Form | None) -> list[tuple[str, str]]:
    """Return every field with its label, and the reason for a second escalation."""
    definitions: Mapping[str, FormField] = form.fields if form else {}
    fields = [
        (definitions[id].label if id in definitions else id, display_value(value, definitions.get(id)))
        for id, value in escalation.values.items()
    ]
    if escalation.duplicate_reason:
        fields.append(("Reason for a second escalation", escalation.duplicate_reason))
    return fields


def display_value(value: FieldValue, item: FormField | None) -> str:
    """Return a value for people: options by their labels, dates as 1 March 2026."""
    options = item.options if item else {}
    if isinstance(value, tuple):
        return ", ".join(options.get(name, name) for name in value)
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return options.get(value, value) if isinstance(value, str) else str(value)


def resolution_text(resolution: Resolution, knowledge: KnowledgeBase) -> str:
    """Return a resolution's label: “Wrong queue (Billing)”, “Duplicate (D-1001)”."""
    label = resolution.label(knowledge)
    if resolution.target is None or resolution.names_own_code:
        return label
    queue = knowledge.destinations.get(resolution.target)
    return f"{label} ({queue.name if queue else resolution.target})"


EXCHANGED = {
    EventKind.DETAILS_REQUESTED: "Asked",
    EventKind.DETAILS_ADDED: "Answered",
    EventKind.FORWARDED: "Told the requester",
    EventKind.HANDED_OVER: "Handed over",
    EventKind.ASSIGNED: "Handed over",
    EventKind.REOPENED: "Reopened",
}
"""The events whose text the card shows."""


def exchange(history: Sequence[Event]) -> list[Event]:
    """Return the events that carry what people asked, answered and explained, oldest first."""
    return [event for event in history if event.kind in EXCHANGED and event.text]


def exchange_lines(history: Sequence[Event]) -> list[tuple[str, str]]:
    """Return what was asked, answered and explained, with labels."""
    return [(EXCHANGED[event.kind], event.text or "") for event in exchange(history)]


def last_event(history: Sequence[Event], kind: EventKind) -> Event | None:
    """Return the last event of a kind."""
    return next((event for event in reversed(history) if event.kind is kind), None)


def duration_text(duration: timedelta) -> str:
    """Return a duration in its largest unit: 25 min, 3 h, 2 days."""
    minutes = max(0, int(duration.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
