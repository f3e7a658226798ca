"""Validate a submitted form against its definition: typed values, or a message for each invalid field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from slackguide.knowledge.forms import SLACK_TEXT_LIMIT, Form, FormField
from slackguide.text import clean

FieldValue = str | tuple[str, ...] | int | date
"""A field's value: text and links `str`, a choice its option's name, choices a tuple of names, a number `int`."""

SubmittedValues = Mapping[str, str | Sequence[str] | None]
"""Field id to what the form sent: text, option names, or None for a field left empty."""

SHORT_TEXT_LENGTH = 300
"""Most characters of a short text that names no limit of its own (knowledge format)."""

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,15}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class ValidForm:
    """Values that fit the form, in the form's order; a field that was left empty is not in it."""

    values: Mapping[str, FieldValue]


@dataclass(frozen=True)
class InvalidForm:
    """What is wrong, field id to one sentence that says what to do; at least one."""

    messages: Mapping[str, str]


class _InvalidField(Exception):
    """The words about one field."""


def validate_form(form: Form, submitted: SubmittedValues) -> ValidForm | InvalidForm:
    """Hold every field of the form against what was submitted; ids that the form does not have are ignored."""
    values: dict[str, FieldValue] = {}
    messages: dict[str, str] = {}
    for field_id, field in form.fields.items():
        try:
            value = _value(field, submitted.get(field_id))
        except _InvalidField as fault:
            messages[field_id] = str(fault)
        else:
            if value is not None:
                values[field_id] = value
    return InvalidForm(messages) if messages else ValidForm(values)


def max_length(field: FormField) -> int:
    """The most characters that a text or link field takes."""
    if field.max_length is not None:
        return field.max_length
    return SHORT_TEXT_LENGTH if field.kind == "short_text" else SLACK_TEXT_LIMIT


def _value(field: FormField, raw: str | Sequence[str] | None) -> FieldValue | None:
    if field.kind == "choices":
        return _choices(field, raw)
    if raw is not None and not isinstance(raw, str):
        raise _InvalidField("Give one answer here.")
    text = clean(raw or "")
    if not text:
        if field.required:
            raise _InvalidField("Choose one." if field.kind == "choice" else "Fill this in: the escalation needs it.")
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
    _check_length(field, text)
    if field.pattern is not None and re.fullmatch(field.pattern, text) is None:
        raise _InvalidField(
            field.pattern_hint or "This is not written the way it has to be; see the hint below the field."
        )
    return text


def _check_length(field: FormField, text: str) -> None:
    most = max_length(field)
    if len(text) > most:
        raise _InvalidField(f"Shorten this to {most:,} characters; it has {len(text):,}.")
    if len(text) < field.min_length:
        raise _InvalidField(f"Write at least {field.min_length:,} characters; it has {len(text):,}.")


def _option(field: FormField, name: str) -> str:
    if name not in field.options:
        raise _InvalidField("That option is no longer on the form. Choose again.")
    return name


def _choices(field: FormField, raw: str | Sequence[str] | None) -> tuple[str, ...] | None:
    names = {raw} if isinstance(raw, str) else set(raw or ())
    for name in names:
        _option(field, name)
    if not names:
        if field.required:
            raise _InvalidField("Choose at least one.")
        return None
    return tuple(option for option in field.options if option in names)


def _date(text: str) -> date:
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _InvalidField("Give a date as year-month-day, such as 2026-03-31.")


def _number(field: FormField, text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise _InvalidField("Give a whole number in digits, such as 12.")
    number = int(text)
    if field.minimum is not None and number < field.minimum:
        raise _InvalidField(f"Give {field.minimum} or more.")
    if field.maximum is not None and number > field.maximum:
        raise _InvalidField(f"Give {field.maximum} or less.")
    return number


def _link(field: FormField, text: str) -> str:
    _check_length(field, text)
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s<>|\"]", text):
        raise _InvalidField("Paste the whole link, beginning with https://")
    if field.pattern is not None and re.fullmatch(field.pattern, text) is None:
        raise _InvalidField(field.pattern_hint or "This is not the kind of link that belongs here; see the hint below.")
    return text
