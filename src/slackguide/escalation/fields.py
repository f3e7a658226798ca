"""What a person typed into a form, held against the form: typed values, or words about each field that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from slackguide.knowledge.forms import SLACK_TEXT_LIMIT, Form, FormField
from slackguide.text import clean

Value = str | tuple[str, ...] | int | date
"""A field's value: text and links `str`, a choice its option's name, choices a tuple of names, a number `int`."""

SubmittedValues = Mapping[str, str | Sequence[str] | None]
"""Field id to what the form sent: text, option names, or None for a field left empty."""

SHORT_TEXT_LENGTH = 300
"""Most characters of a short text that names no limit of its own (knowledge format)."""

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,15}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Checked:
    """Values that fit the form, in the form's order; a field that was left empty is not in it."""

    values: Mapping[str, Value]


@dataclass(frozen=True)
class Faults:
    """What is wrong, field id to one sentence that says what to do; at least one."""

    by_field: Mapping[str, str]


class _Fault(Exception):
    """The words about one field."""


def check(form: Form, submitted: SubmittedValues) -> Checked | Faults:
    """Hold every field of the form against what was submitted; ids that the form does not have are ignored."""
    values: dict[str, Value] = {}
    faults: dict[str, str] = {}
    for field_id, field in form.fields.items():
        try:
            value = _value(field, submitted.get(field_id))
        except _Fault as fault:
            faults[field_id] = str(fault)
        else:
            if value is not None:
                values[field_id] = value
    return Faults(faults) if faults else Checked(values)


def longest(field: FormField) -> int:
    """The most characters that a text or link field takes."""
    if field.max_length is not None:
        return field.max_length
    return SHORT_TEXT_LENGTH if field.kind == "short_text" else SLACK_TEXT_LIMIT


def _value(field: FormField, raw: str | Sequence[str] | None) -> Value | None:
    if field.kind == "choices":
        return _choices(field, raw)
    if raw is not None and not isinstance(raw, str):
        raise _Fault("Give one answer here.")
    text = clean(raw or "")
    if not text:
        if field.required:
            raise _Fault("Choose one." if field.kind == "choice" else "Fill this in: the escalation needs it.")
        return None
    match field.kind:
        case "short_text" | "long_text":
            return _text(field, text)
        case "choice":
            return _option(field, text)
        case "date":
            return _date(text)
        case "number":
            return _number(field, text)
        case "link":
            return _link(field, text)


def _text(field: FormField, text: str) -> str:
    if field.kind == "short_text":
        text = " ".join(text.split())
    _fit(field, text)
    if field.pattern is not None and re.fullmatch(field.pattern, text) is None:
        raise _Fault(field.pattern_hint or "This is not written the way it has to be; see the hint below the field.")
    return text


def _fit(field: FormField, text: str) -> None:
    most = longest(field)
    if len(text) > most:
        raise _Fault(f"Shorten this to {most:,} characters; it has {len(text):,}.")
    if len(text) < field.min_length:
        raise _Fault(f"Write at least {field.min_length:,} characters; it has {len(text):,}.")


def _option(field: FormField, name: str) -> str:
    if name not in field.options:
        raise _Fault("That option is no longer on the form. Choose again.")
    return name


def _choices(field: FormField, raw: str | Sequence[str] | None) -> tuple[str, ...] | None:
    names = {raw} if isinstance(raw, str) else set(raw or ())
    for name in names:
        _option(field, name)
    if not names:
        if field.required:
            raise _Fault("Choose at least one.")
        return None
    return tuple(option for option in field.options if option in names)


def _date(text: str) -> date:
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _Fault("Give a date as year-month-day, such as 2026-03-31.")


def _number(field: FormField, text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise _Fault("Give a whole number in digits, such as 12.")
    number = int(text)
    if field.minimum is not None and number < field.minimum:
        raise _Fault(f"Give {field.minimum} or more.")
    if field.maximum is not None and number > field.maximum:
        raise _Fault(f"Give {field.maximum} or less.")
    return number


def _link(field: FormField, text: str) -> str:
    _fit(field, text)
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s<>|\"]", text):
        raise _Fault("Paste the whole link, beginning with https://")
    if field.pattern is not None and re.fullmatch(field.pattern, text) is None:
        raise _Fault(field.pattern_hint or "This is not the kind of link that belongs here; see the hint below.")
    return text
