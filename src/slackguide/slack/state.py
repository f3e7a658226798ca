"""What an answer's buttons carry from one press to the next: JSON, written and read back here alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slackguide.errors import SlackguideError
from slackguide.knowledge.conditions import FactValue

VALUE_LIMIT = 2000
"""Most characters of a button's value."""

INLINE_LIMIT = 600
"""Most characters that a question takes in a button's value; a longer one is kept in the database under a token."""


class Stale(SlackguideError):
    """A button of an older version or a foreign hand: nothing was changed; asking again gives a fresh answer."""

    def __init__(self) -> None:
        super().__init__("This message is too old for its buttons to work. Nothing was changed. Please ask again.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and what has been pressed since. `text` is only the beginning where `token` keeps all of it."""

    answer: str
    """Id of the answer: feedback counts once a person and answer."""
    text: str = ""
    token: str | None = None
    entry: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    """Facts told by pressing."""
    dropped: tuple[str, ...] = ()
    """Facts that the words seem to say and that were taken back."""
    passed: tuple[str, ...] = ()
    """Entries that were not it."""
    not_known: bool = False
    """The person said that they do not know the fact asked for: every possibility is shown."""
    asker: str | None = None
    """Slack user id of whoever asked: a public message is redrawn for them alone. None in buttons of older versions."""

    def encoded(self, **more: Any) -> str:
        """A button's value; `more` is what this one button adds. Where it grows too long, the question gives way."""
        value = _written({**self.held(), **more})
        over = len(value) - VALUE_LIMIT
        if over <= 0:
            return value
        shorter = replace(self, text=self.text[: max(0, len(self.text) - over)])
        return _written({**shorter.held(), **more})

    def held(self) -> dict[str, Any]:
        """The same as JSON holds it; `from_held` reads it back."""
        known: dict[str, Any] = {
            "a": self.answer, "u": self.asker, "q": self.text, "t": self.token, "e": self.entry, "f": dict(self.facts),
            "x": list(self.passed), "r": list(self.dropped), "k": self.not_known,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}

    def telling(self, name: str, value: FactValue) -> Asked:
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
    except ValueError:
        raise Stale from None
    return from_held(raw), {name: added for name, added in raw.items() if name not in HELD}


HELD = frozenset("auqtefxrk")
"""The names that `Asked` itself takes in a button's value."""


def from_held(raw: Any) -> Asked:
    """What `Asked.held` gave. Raises `Stale` for anything else."""
    if not isinstance(raw, dict) or not raw.get("a"):
        raise Stale
    try:
        return Asked(
            answer=_text(raw["a"]),
            asker=_text(raw["u"]) if "u" in raw else None,
            text=_text(raw.get("q", "")),
            token=_text(raw["t"]) if "t" in raw else None,
            entry=_text(raw["e"]) if "e" in raw else None,
            facts={name: _value(told) for name, told in raw.get("f", {}).items()},
            passed=tuple(_text(id) for id in raw.get("x", ())),
            dropped=tuple(_text(name) for name in raw.get("r", ())),
            not_known=bool(raw.get("k", False)),
        )
    except (TypeError, AttributeError):
        raise Stale from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _value(value: object) -> FactValue:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    return value


def _written(known: Mapping[str, Any]) -> str:
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))
