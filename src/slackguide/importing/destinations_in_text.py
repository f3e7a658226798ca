"""Find the destinations that steps name: `Assign the ticket to Content Team`, `escalate to #ask-billing`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = r"[A-Z0-9&](?:[\w.&'’]*[\w])?"
_NAME = rf"(?:#[a-z0-9][\w-]*|[A-Z](?:[\w.&'’]*\w)?(?:(?:[ ]?[-–/][ ]?|[ ])(?:{_WORD}|of|and|the(?=\s[A-Z])))*)"
_SENDING = re.compile(
    r"\b(?:re-?assign\w*|assign\w*|send\w*|sent|escalat\w*|transfer\w*|rout\w+|forward\w*|hand\w*|email|mail|page)\b"
    rf"[^.;:!?\n]{{0,80}}?\b(?:to|over to|into)\s+(?:the\s+|our\s+)?[“\"']?(?P<name>{_NAME})",
    re.IGNORECASE,
)
_CASED = re.compile(_NAME)
_TRAILING = re.compile(r"\s+(?:of|and|the)$|[.,;:'’]+$|\s+\(\w*$")
_NOT_PLACES = frozenset(
    ("i", "if", "the", "a", "an", "it", "customer", "customers", "user", "users", "them", "him", "her", "this", "that",
     "slack", "open", "solved", "pending", "close", "ticket", "tickets")
)  # fmt: skip


def destinations_in(steps: Iterable[str]) -> list[str]:
    """Return the distinct names to which the steps send a case, in order."""
    names: dict[str, str] = {}
    for step in steps:
        for match in _SENDING.finditer(step):
            cased = _CASED.match(step, match.start("name"))
            if cased is None:
                continue
            name = cased.group()
            while _TRAILING.search(name):
                name = _TRAILING.sub("", name)
            if len(name) > 1 and name.casefold() not in _NOT_PLACES:
                names.setdefault(name.casefold(), name)
    return list(names.values())
