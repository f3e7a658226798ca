"""Read `/route escalate …`: which form is named, and which words prefill it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slackguide.knowledge.forms import Form
from slackguide.text import normalize_characters

_CHANNEL = re.compile(r"<#[A-Z0-9]+\|([^<>]+)>")
"""A channel as Slack sends it where `should_escape` is on."""


@dataclass(frozen=True, slots=True)
class EscalateRequest:
    """The words after `escalate`. `form_id` is None if they name no form: then they are a concern."""

    form_id: str | None
    text: str


def read_escalate_request(text: str, forms: Mapping[str, Form]) -> EscalateRequest | None:
    """Return the request of a command text, or None if its first word is not `escalate`.

    A form is named by its id, its title or its `#channel`, in any case; of several names the longest counts.
    """
    command, _, rest = normalize_characters(text).strip().partition(" ")
    if command.casefold() != "escalate":
        return None
    rest = " ".join(_CHANNEL.sub(r"#\1", rest).split())
    for name, form_id in sorted(_names(forms), key=lambda named: -len(named[0])):
        after = rest[len(name) :]
        if rest.casefold().startswith(name) and (not after or not re.match(r"[\w-]", after)):
            return EscalateRequest(form_id, after.strip(" ,:;-"))
    return EscalateRequest(None, rest)


def _names(forms: Mapping[str, Form]) -> Iterator[tuple[str, str]]:
    for form_id, form in forms.items():
        yield form_id.casefold(), form_id
        yield form.title.casefold(), form_id
        yield f"#{form.channel.casefold()}", form_id
