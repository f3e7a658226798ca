"""Forms: what an escalation asks for, and the channel it posts to."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from slackguide.knowledge.types import EntryId, Id, Model, Sentence

FieldKind = Literal["short_text", "long_text", "choice", "choices", "date", "number", "link"]

SLACK_TEXT_LIMIT = 3000
"""The most a plain text input of Slack's takes (`max_length`)."""

_SHIFT = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")


class FormField(Model):
    """One field of a form; its id is the key it stands under, and the `block_id` and `action_id` of its input."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=150)] = Field(description="Shown above the field")
    kind: FieldKind = Field(description="short_text, long_text, choice, choices, date, number or link")
    required: bool = Field(default=False, description="Whether the form can be sent without it")
    hint: Annotated[str, StringConstraints(max_length=300)] | None = Field(default=None, description="Shown below")
    placeholder: Annotated[str, StringConstraints(max_length=150)] | None = Field(
        default=None, description="Shown in the empty field"
    )
    max_length: Annotated[int, Field(ge=1, le=SLACK_TEXT_LIMIT)] | None = Field(
        default=None, description="Most characters of a text field; left out: 300 for short, 3,000 for long text"
    )
    min_length: int = Field(default=0, ge=0, le=SLACK_TEXT_LIMIT, description="Fewest characters of a text field")
    pattern: str | None = Field(default=None, description="Regular expression that the whole text has to match")
    pattern_hint: Sentence | None = Field(default=None, description="What to tell a person whose text does not match")
    minimum: int | None = Field(default=None, description="Smallest whole number allowed")
    maximum: int | None = Field(default=None, description="Largest whole number allowed")
    options: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=75)],
        Annotated[str, StringConstraints(min_length=1, max_length=75)],
    ] = Field(default_factory=dict, description="value: label, for choice and choices")
    fact: Id | None = Field(default=None, description="The fact that fills this field in; values are the same names")
    read: str | None = Field(
        default=None,
        description="Regular expression whose one group reads it out of the words, of which it sees the first 2,000 "
        "characters, with one space for any white space",
    )
    prefill: Literal["concern", "entry", "destination"] | None = Field(
        default=None, description="What else fills it in: the agent's words, the entry's title, the destination's name"
    )


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _shift(text: object) -> object:
    found = _SHIFT.match(text) if isinstance(text, str) else None
    if not found:
        raise ValueError("working time is written like 09:00-18:00")
    begin, end = time(int(found[1]), int(found[2])), time(int(found[3]) % 24, int(found[4]))
    if end != time(0) and begin >= end:
        raise ValueError("a working day ends after it begins")
    return (begin, end)


def _zone(name: object) -> object:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"`{name}` is no time zone; write one like Europe/Berlin or America/Chicago") from None


class ReminderRules(Model):
    """When a form's specialists are reminded, in their working hours."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    unclaimed_after: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Working minutes until the first reminder that nobody has claimed it"
    )
    unresolved_after: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Working minutes from the claim until the first reminder that it is not resolved"
    )
    at_most: Annotated[int, Field(ge=1, le=20)] = Field(default=3, description="Most reminders of each kind")
    zone: Annotated[Any, BeforeValidator(_zone)] = Field(description="Time zone of the working hours")
    hours: dict[Weekday, Annotated[Any, BeforeValidator(_shift)]] = Field(
        min_length=1, description="Working time of each weekday, like 09:00-18:00; a day left out is free"
    )


class Form(Model):
    """An escalation form; its id is the key it stands under."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=24)] = Field(description="Title of the modal")
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,4}$")] = Field(description="D gives references D-1042")
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")] = Field(
        description="Name of the Slack channel that the escalation is posted to, without the #"
    )
    specialists: Id | None = Field(default=None, description="Handle of the Slack user group that answers")
    intro: Sentence | None = Field(default=None, description="Shown above the fields")
    owner: str | None = Field(default=None, description="Who keeps this form true")
    gate: EntryId | None = Field(default=None, description="The entry whose decision has to offer this form first")
    reminders: ReminderRules | None = Field(default=None, description="When its specialists are reminded")
    fields: dict[Id, FormField] = Field(min_length=1, max_length=40, description="The fields, in order")
