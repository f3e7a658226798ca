"""The format of escalation forms: fields, channel and reminders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from slackguide.knowledge.facts import PhraseList
from slackguide.knowledge.types import EntryId, Id, ListOf, Model, Sentence
from slackguide.time_zones import find_zone

FieldKind = Literal["short_text", "long_text", "choice", "choices", "date", "number", "link"]

PREFIX_PATTERN = r"^[A-Z]{1,4}$"
CHANNEL_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,79}$"
OPTION_PATTERN = r"^[a-z0-9_]+$"

SLACK_TEXT_LIMIT = 3000
"""Slack's limit for `max_length` of a plain-text input."""

_SHIFT = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")


THIS_FIELD = "this-field"
"""The name of a case key that is the field's own id."""


def _case_key(value: object) -> object:
    return {"true": THIS_FIELD, "yes": THIS_FIELD, "false": None, "no": None}.get(str(value).lower(), value)


class FormField(Model):
    """One field of a form. Its key is its id, and the `block_id` and `action_id` of its input."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=150)] = Field(description="The label of the field")
    kind: FieldKind = Field(description="short_text, long_text, choice, choices, date, number or link")
    required: bool = Field(default=False, description="Whether the field must be filled in")
    hint: Annotated[str, StringConstraints(max_length=300)] | None = Field(
        default=None, description="The text below the field"
    )
    placeholder: Annotated[str, StringConstraints(max_length=150)] | None = Field(
        default=None, description="The text in the empty field"
    )
    max_length: Annotated[int, Field(ge=1, le=SLACK_TEXT_LIMIT)] | None = Field(
        default=None, description="Maximum characters of a text field. Default: 300 for short, 3,000 for long text"
    )
    min_length: int = Field(default=0, ge=0, le=SLACK_TEXT_LIMIT, description="Minimum characters of a text field")
    pattern: str | None = Field(default=None, description="The regular expression that the whole text must match")
    pattern_hint: Sentence | None = Field(default=None, description="The message for a text that does not match")
    minimum: int | None = Field(default=None, description="The smallest allowed integer")
    maximum: int | None = Field(default=None, description="The largest allowed integer")
    options: dict[
        Annotated[str, StringConstraints(pattern=OPTION_PATTERN, max_length=75)],
        Annotated[str, StringConstraints(min_length=1, max_length=75)],
    ] = Field(default_factory=dict, description="value: label, for choice and choices")
    fact: Id | None = Field(
        default=None,
        description="The fact that prefills this field, with the same value names; a date with the day that is this "
        "number of days or hours ago",
    )
    phrases: dict[str, PhraseList] = Field(
        default_factory=dict,
        description="option: phrases in the concern that choose it, for choice and choices. Its label does so, too",
    )
    read: str | None = Field(
        default=None,
        description="The regular expression whose one group extracts the value from the first 2,000 characters of the "
        "concern, with white space collapsed",
    )
    case_key: Annotated[Id | None, BeforeValidator(_case_key)] = Field(
        default=None,
        description="Whether the number in it identifies the case, so that a second escalation about it is noticed. "
        "`true`, or a name that fields of several forms share, like `ticket`",
    )
    prefill: Literal["concern", "entry", "destination"] | None = Field(
        default=None, description="Prefill it with the agent's text, the entry's title or the destination's name"
    )


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _shift(text: object) -> object:
    match = _SHIFT.match(text) if isinstance(text, str) else None
    if not match:
        raise ValueError("working hours have the format 09:00-18:00")
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]) % 24, int(match[4]))
    if end != time(0) and start >= end:
        raise ValueError("working hours must end after they start")
    return (start, end)


def _zone(name: object) -> object:
    return find_zone(str(name))


Shift = Annotated[Any, BeforeValidator(_shift)]
"""Working hours of a day, like `09:00-18:00`: their start and end. An end of 00:00 means 24:00."""

Zone = Annotated[Any, BeforeValidator(_zone)]
"""The name of a time zone."""


def is_within(shift: tuple[time, time], local: datetime) -> bool:
    """Return whether a moment in local time lies within the shift of its day."""
    start, end = shift
    return start <= local.time() and (end == time(0) or local.time() < end)


class ReminderRules(Model):
    """The reminders to the specialists of a form, in their working hours."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    unclaimed_after: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Working minutes until the first reminder of an unclaimed escalation"
    )
    unresolved_after: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Working minutes from the claim until the first reminder of an unresolved one"
    )
    at_most: Annotated[int, Field(ge=1, le=20)] = Field(default=3, description="Maximum reminders of each kind")
    zone: Zone = Field(description="Time zone of the working hours")
    hours: dict[Weekday, Shift] = Field(
        min_length=1, description="Working hours of each weekday, like 09:00-18:00. Other days are free"
    )


_USER_ID = re.compile(r"[UW][A-Z0-9]{5,20}")
ON_DUTY_PATTERN = r"^([a-z0-9][a-z0-9_.-]{0,79}|[UW][A-Z0-9]{5,20})$"


DutyName = Annotated[str, StringConstraints(pattern=ON_DUTY_PATTERN)]


class DutyShift(Model):
    """People who are on duty at some hours of the week."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    who: Annotated[tuple[DutyName, ...], ListOf] = Field(
        min_length=1, max_length=10, description="Handles of user groups, or ids of people"
    )
    zone: Zone = Field(description="Time zone of the hours")
    hours: dict[Weekday, Shift] = Field(
        min_length=1, description="Hours of each weekday, like 09:00-18:00. A night is two of them, with 24:00 between"
    )

    def covers(self, at: datetime) -> bool:
        """Return whether they are on duty at a time."""
        local = at.astimezone(self.zone)
        shift = self.hours.get(WEEKDAYS[local.weekday()])
        return shift is not None and is_within(shift, local)


class Form(Model):
    """An escalation form. Its key is its id."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=24)] = Field(description="The title of the modal")
    prefix: Annotated[str, StringConstraints(pattern=PREFIX_PATTERN)] = Field(
        description="The prefix of references: `A` gives A-1042"
    )
    channel: Annotated[str, StringConstraints(pattern=CHANNEL_PATTERN)] = Field(
        description="The name of the Slack channel for the escalations, without the #"
    )
    specialists: Id | None = Field(default=None, description="The handle of the Slack user group that answers")
    others_may_claim: bool = Field(
        default=True, description="Whether people outside that group may claim an escalation. Nobody claims their own"
    )
    on_duty: tuple[DutyName | DutyShift, ...] = Field(
        default=(),
        max_length=40,
        description="Who is mentioned when nobody has claimed an escalation: handles of user groups, or ids of people, "
        "always or at the hours of a shift. Default, and while nobody is on duty: the specialists",
    )
    intro: Sentence | None = Field(default=None, description="The text above the fields")
    owner: str | None = Field(default=None, description="Who maintains the form")
    gate: EntryId | None = Field(default=None, description="The entry whose decision must offer this form first")
    reminders: ReminderRules | None = Field(default=None, description="The reminders to its specialists")
    fields: dict[Id, FormField] = Field(min_length=1, max_length=40, description="The fields, in order")

    def on_duty_at(self, at: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the user ids of the people, and the handles of the groups, who are on duty at a time."""
        return _people_and_groups(self._duty_names(lambda shift: shift.covers(at)) or self._specialists)

    @property
    def duty_groups(self) -> tuple[str, ...]:
        """The handles of all groups that are on duty at any time."""
        return _people_and_groups((*self._duty_names(lambda _: True), *self._specialists))[1]

    def _duty_names(self, covers: Callable[[DutyShift], bool]) -> tuple[str, ...]:
        shifts = ((one,) if isinstance(one, str) else one.who if covers(one) else () for one in self.on_duty)
        return tuple(name for names in shifts for name in names)

    @property
    def _specialists(self) -> tuple[str, ...]:
        return (self.specialists,) if self.specialists else ()

    @property
    def case_fields(self) -> dict[str, str]:
        """The fields that identify the case, each with the name of its key."""
        keys = {id: item.case_key for id, item in self.fields.items() if item.case_key is not None}
        return {id: id if key == THIS_FIELD else key for id, key in keys.items()}


def _people_and_groups(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ordered = tuple(dict.fromkeys(names))
    people = tuple(name for name in ordered if _USER_ID.fullmatch(name))
    return people, tuple(name for name in ordered if name not in people)
