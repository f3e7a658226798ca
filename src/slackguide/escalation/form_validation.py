"""Validate a submitted form against its definition: typed values, or a message for each invalid field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from slackguide.knowledge.forms import SLACK_TEXT_LIMIT, Form, FormField
from slackguide.text import clean, normalize_characters

FieldValue = str | tuple[str, ...] | int | date
"""The value of a field.

`str` for text and links, an option's name for a choice, a tuple of names for choices, `int` for a number.
"""

SubmittedValues = Mapping[str, str | Sequence[str] | None]
"""Map a field id to the submitted value: text, option names, or None for an empty field."""

SHORT_TEXT_LENGTH = 300
"""Maximum length in characters of a short text field without a limit of its own (knowledge format)."""

_MACHINE_READ = frozenset({"date", "number", "link"})
"""Kinds of fields whose value has a format. Invisible characters, which pasted text brings along, are removed."""

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,15}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class ValidForm:
    """Valid values in the order of the form's fields, without the fields left empty."""

    values: Mapping[str, FieldValue]


@dataclass(frozen=True)
class InvalidForm:
    """Messages by field id. Each is one sentence that says how to correct the field. There is at least one."""

    messages: Mapping[str, str]


class _InvalidField(Exception):
    """The message for one invalid field."""


def validate_form(form: Form, submitted: SubmittedValues) -> ValidForm | InvalidForm:
    """Validate the submitted values against the form's fields. Ids that the form does not define are ignored."""
    values: dict[str, FieldValue] = {}
    messages: dict[str, str] = {}
    for field_id, field in form.fields.items():
        try:
            value = _value(field, submitted.get(field_id))
        except _InvalidField as error:
            messages[field_id] = str(error)
        else:
            if value is not None:
                values[field_id] = value
    return InvalidForm(messages) if messages else ValidForm(values)


def max_length(field: FormField) -> int:
    """Return the maximum length in characters of a text or link field."""
    if field.max_length is not None:
        return field.max_length
    return SHORT_TEXT_LENGTH if field.kind == "short_text" else SLACK_TEXT_LIMIT


def _value(field: FormField, raw: str | Sequence[str] | None) -> FieldValue | None:
    if field.kind == "choices":
        return _choices(field, raw)
    if raw is not None and not isinstance(raw, str):
        raise _InvalidField("Give one answer here.")
    text = clean(raw or "")
    visible = normalize_characters(text).strip()
    if field.kind in _MACHINE_READ or (field.kind == "short_text" and field.pattern is not None):
        text = visible
    if not visible:
        if field.required:
            raise _InvalidField("Choose one." if field.kind == "choice" else "Fill this in. It is required.")
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
            field.pattern_hint or "This does not have the required format. See the hint below the field."
        )
    return text


def _check_length(field: FormField, text: str) -> None:
    limit = max_length(field)
    if len(text) > limit:
        raise _InvalidField(f"Shorten this to {limit:,} characters; it has {len(text):,}.")
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
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or re.search(r"[\s<>|\"]", text):
        raise _InvalidField("Paste the full link, starting with https://")
    if field.pattern is not None and re.fullmatch(field.pattern, text) is None:
        raise _InvalidField(
            field.pattern_hint or "This is not the kind of link required here. See the hint below the field."
        )
    return text
