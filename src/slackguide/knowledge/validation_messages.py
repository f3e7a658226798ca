"""Say what is wrong with a value of a knowledge file, in words for its author."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import ErrorDetails

from slackguide.knowledge.diagnostics import did_you_mean
from slackguide.knowledge.entries import (
    MAILBOX_PATTERN,
    URL_PATTERN,
    EntrySpec,
)
from slackguide.knowledge.file_format import KEYS, SECTION_MODELS
from slackguide.knowledge.forms import (
    CHANNEL_PATTERN,
    ON_DUTY_PATTERN,
    OPTION_PATTERN,
    PREFIX_PATTERN,
)
from slackguide.knowledge.types import (
    ENTRY_ID_PATTERN,
    ID_PATTERN,
    Model,
)
from slackguide.knowledge.yaml_source import EMPTY, KeyPath, YamlSource


def report_invalid(source: YamlSource, details: ErrorDetails, within: KeyPath) -> None:
    """Report what pydantic found at a key of a file, in words for its author."""
    key_path = (*within, *details["loc"])
    kind = details["type"]
    name = str(key_path[-1]) if key_path else ""
    if kind == "extra_forbidden":
        source.report(key_path, _unknown_key(name, _keys_at(key_path)), at_key=True)
    elif kind == "missing":
        source.report(key_path[:-1], f"`{name}` is missing", at_key=True)
    elif key_path and key_path[-1] == "[key]":
        is_id = kind == "string_pattern_mismatch"
        name = f"`{details['input']}` is not a name: use lower-case letters, digits, - and _"
        source.report(key_path[:-1], name if is_id else _message(details), at_key=True)
    else:
        source.report(key_path, _message(details))


_SEPARATOR = ", "


def _keys_at(key_path: KeyPath) -> list[str]:
    """Return the keys of a declaration in a section, or of an entry; none for a part of one."""
    model = EntrySpec if key_path[0] == "entries" else SECTION_MODELS.get(str(key_path[0]))
    is_model = len(key_path) == 3 and isinstance(model, type) and issubclass(model, Model)
    return [info.alias or name for name, info in model.model_fields.items()] if is_model and model else []


def _unknown_key(name: str, keys: Sequence[str]) -> str:
    if " " in name:
        return (
            f"`{name}` is not a key: if it is a sentence, put quotes around it, because its `: ` (or a comma inside "
            "{ }) makes it a mapping"
        )
    if name == "steps" and "path" in keys:
        return "unknown key `steps`: did you mean `path`?"
    close = did_you_mean(name, set(keys) or KEYS - {name})
    return f"unknown key `{name}`{close or (f' (keys here: {_SEPARATOR.join(keys)})' if keys else '')}"


def _message(details: ErrorDetails) -> str:
    """Translate a pydantic error to a message for authors of knowledge files."""
    given, context = details["input"], details.get("ctx", {})
    if given in ("", [], {}):
        return EMPTY
    match details["type"]:
        case "string_type" if isinstance(given, dict):
            return "expected a text: put quotes around the whole sentence, because its `: ` makes it a mapping"
        case "string_type":
            return f"expected a text, not a {_kind(given)}"
        case "string_too_long":
            return f"{len(given)} characters, at most {context['max_length']} fit here"
        case "string_too_short":
            return f"at least {context['min_length']} characters are needed"
        case "too_short":
            return f"{context['actual_length']} given, at least {context['min_length']} are needed"
        case "too_long":
            return f"{context['actual_length']} given, at most {context['max_length']} are allowed"
        case "string_pattern_mismatch":
            return f"`{given}` {PATTERNS.get(context['pattern'], 'is not written in the right way')}"
        case "literal_error" | "enum":
            options = [part.strip(" '") for part in context["expected"].replace(" or ", ",").split(",")]
            return f"`{given}` is not one of {_listed(options)}{did_you_mean(str(given), options)}"
        case "int_parsing" | "int_from_float" | "int_type" | "int_parsing_size":
            return f"`{given}` is not a whole number"
        case "greater_than_equal":
            return f"`{given}` is too small: at least {context['ge']:,}"
        case "less_than_equal":
            return f"`{given}` is too large: at most {context['le']:,}"
        case kind if kind.startswith("date"):
            return f"`{given}` is not a day of the calendar: write it like 2026-11-21"
        case "bool_parsing":
            return f"`{given}` is neither `true` nor `false`"
        case "list_type" | "tuple_type":
            return f"expected a list, not a {_kind(given)}"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"expected a mapping (`key: value`), not a {_kind(given)}"
        case "value_error":
            return str(context.get("error", details["msg"]))
        case _:
            return f"`{given}` does not fit here" if isinstance(given, str) else f"a {_kind(given)} does not fit here"


def _listed(options: Sequence[str]) -> str:
    quoted = [f"`{option}`" for option in options]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


PATTERNS = {
    ID_PATTERN: "is not a name: use lower-case letters, digits, - and _, as in `billing-desk`",
    ENTRY_ID_PATTERN: "is not an id: use lower-case letters, digits and -, as in `vpn` or `network/vpn`",
    PREFIX_PATTERN: "is not a prefix: use one to four capital letters, as in `IT`",
    CHANNEL_PATTERN: "is not a channel: write its name as in Slack, in lower case and without the #",
    OPTION_PATTERN: "is not a name of an option: use lower-case letters, digits and _",
    URL_PATTERN: "is not a link: it begins with https:// and contains no spaces",
    ON_DUTY_PATTERN: "is neither the handle of a user group, without the @, nor a person's id, like U012AB3CD",
    MAILBOX_PATTERN: "is not an email address",
}
"""What people read about a text that does not match a pattern."""


def _kind(value: object) -> str:
    kinds: dict[type, str] = {str: "text", list: "list", dict: "mapping"}
    return kinds.get(type(value), "value")
