"""Find the destinations that steps name: `Assign the ticket to Content Team`, `ask in #billing`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_WORD = r"[A-Z0-9&](?:[\w.&'’]*[\w])?"
_CHANNEL = r"#[a-z0-9][\w-]*"
_NAME = rf"(?:{_CHANNEL}|[A-Z](?:[\w.&'’]*\w)?(?:(?:[ ]?[-–/][ ]?|[ ])(?:{_WORD}|of|and|the(?=\s[A-Z])))*)"
_SENDING = re.compile(
    r"\b(?:re-?assign\w*|assign\w*|send\w*|sent|escalat\w*|transfer\w*|rout\w+|forward\w*|hand\w*|email|mail|page|report\w*)\b"
    rf"[^.;:!?\n]{{0,80}}?\b(?:to|over to|into)\s+(?:the\s+|our\s+)?[“\"']?(?P<name>{_NAME})",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:contact|ask|email|mail|inform|notify|alert|call|message|reach out|post|report|request|help|send|write|"
    r"access|questions)\b",
    re.IGNORECASE,
)
"""Words of a sentence in which a channel or an address is where a case goes."""

_TEAM = re.compile(
    rf"\b(?:contact|ask|inform|notify|alert|call|reach out to|speak to|talk to)\s+(?:the\s+|our\s+)?(?P<name>{_NAME})",
    re.IGNORECASE,
)
_TEAM_NOUN = re.compile(r"\b(?:Team|Desk|Department|Office|Support|Services?|Group|Admins?|Operations|Line)$")
_ADDRESS = re.compile(rf"(?<![\w/&])(?P<channel>{_CHANNEL})|(?P<mailbox>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
_OTHERWISE = re.compile(r"^(?:you can also|alternatively|or\b|otherwise)", re.IGNORECASE)
"""Begins a sentence that gives another way to reach the same place."""

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
_CASED = re.compile(_NAME)
_TRAILING = re.compile(r"\s+(?:of|and|the)$|[.,;:'’]+$|\s+\(\w*$")
_NOT_PLACES = frozenset(
    ("i", "if", "the", "a", "an", "it", "customer", "customers", "user", "users", "them", "him", "her", "this", "that",
     "slack", "open", "solved", "pending", "close", "ticket", "tickets")
)  # fmt: skip


def destinations_in(steps: Iterable[str]) -> list[str]:
    """Return the distinct names to which the steps send a case, in order.

    A sentence that gives several ways to reach one place (a team, its channel, its address) counts once: the team to
    which a case is sent, else the channel, the team or the address.
    """
    names: dict[str, str] = {}
    for step in steps:
        for sentence in _SENTENCE.split(step):
            if names and _OTHERWISE.search(sentence):
                continue
            for name in list(_named(_SENDING, sentence)) or _asked(sentence):
                names.setdefault(name.casefold(), name)
    return list(names.values())


def _asked(sentence: str) -> list[str]:
    """Return the place that a sentence says to ask, or to write to."""
    if not _ASKING.search(sentence):
        return []
    teams = [name for name in _named(_TEAM, sentence) if _TEAM_NOUN.search(name)]
    addresses = list(_ADDRESS.finditer(sentence))
    channels = [match["channel"] for match in addresses if match["channel"] and not match["channel"][1:].isdigit()]
    mailboxes = [match["mailbox"] for match in addresses if match["mailbox"]]
    return (channels or teams or mailboxes)[:1]


def _named(pattern: re.Pattern[str], sentence: str) -> Iterator[str]:
    for match in pattern.finditer(sentence):
        cased = _CASED.match(sentence, match.start("name"))
        if cased is None:
            continue
        name = cased.group()
        while _TRAILING.search(name):
            name = _TRAILING.sub("", name)
        if len(name) > 1 and name.casefold() not in _NOT_PLACES:
            yield name
