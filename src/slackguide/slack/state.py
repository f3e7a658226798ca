"""What an answer's buttons carry from one press to the next: JSON, written and read back here alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slackguide.errors import SlackguideError
from slackguide.knowledge.conditions import Value

VALUE_LIMIT = 2000
"""Most characters of a button's value."""

INLINE_LIMIT = 600
"""Longest question that a button carries itself; a longer one is kept in the database under a token."""


class Stale(SlackguideError):
    """A button of an older version or a foreign hand: nothing was changed; asking again gives a fresh answer."""

    def __init__(self) -> None:
        super().__init__("This message is too old for its buttons to work. Nothing was changed. Please ask again.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and what has been pressed since. `text` is empty where `token` says where the words are kept."""

    answer: str
    """Id of the answer: feedback counts once a person and answer."""
    text: str = ""
    token: str | None = None
    entry: str | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    """Facts told by pressing."""
    dropped: tuple[str, ...] = ()
    """Facts that the words seem to say and that were taken back."""
    passed: tuple[str, ...] = ()
    """Entries that were not it."""
    not_known: bool = False
    """The person said that they do not know the fact asked for: every possibility is shown."""

    def encoded(self, **more: Any) -> str:
        """A button's value; `more` is what this one button adds."""
        known: dict[str, Any] = {
            "a": self.answer, "q": self.text, "t": self.token, "e": self.entry, "f": dict(self.facts),
            "x": list(self.passed), "r": list(self.dropped), "k": self.not_known or None, **more,
        }  # fmt: skip
        return json.dumps({k: v for k, v in known.items() if v}, ensure_ascii=False, separators=(",", ":"))

    def telling(self, name: str, value: Value) -> Asked:
        """The same with one more fact told."""
        dropped = tuple(other for other in self.dropped if other != name)
        return replace(self, facts={**self.facts, name: value}, dropped=dropped, not_known=False)

    def taking_back(self, name: str) -> Asked:
        """The same without a fact, wherever it came from."""
        facts = {other: value for other, value in self.facts.items() if other != name}
        return replace(self, facts=facts, dropped=(*self.dropped, name), not_known=False)


def decoded(value: str | None) -> tuple[Asked, dict[str, Any]]:
    """A button's value read back: what was asked, and what the button itself added. Raises `Stale`."""
    try:
        raw = json.loads(value or "")
        facts = raw.pop("f", {})
        asked = Asked(
            answer=str(raw.pop("a", "")),
            text=str(raw.pop("q", "")),
            token=raw.pop("t", None),
            entry=raw.pop("e", None),
            facts={str(name): held for name, held in facts.items() if isinstance(held, str | int)},
            passed=tuple(str(id) for id in raw.pop("x", ())),
            dropped=tuple(str(name) for name in raw.pop("r", ())),
            not_known=bool(raw.pop("k", False)),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise Stale from error
    if not asked.answer:
        raise Stale
    return asked, raw
