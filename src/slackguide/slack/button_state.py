"""The state that an answer's buttons carry: JSON, encoded and decoded only here."""

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


class OutdatedActionError(SlackguideError):
    """A button of an older version or a foreign hand: nothing was changed; asking again gives a fresh answer."""

    def __init__(self) -> None:
        super().__init__("This message is too old for its buttons to work. Nothing was changed. Please ask again.")


@dataclass(frozen=True, slots=True)
class AnswerState:
    """What was asked, and what has been pressed since. `text` is only the beginning where `token` keeps all of it."""

    answer: str
    """Id of the answer: feedback counts once a person and answer."""
    text: str = ""
    token: str | None = None
    entry: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    """Facts set by clicking."""
    removed_facts: tuple[str, ...] = ()
    """Facts that the words seem to say and that were taken back."""
    rejected_entries: tuple[str, ...] = ()
    """Entries that were not it."""
    skipped: bool = False
    """The person said that they do not know the fact asked for: every possibility is shown."""
    asker: str | None = None
    """Slack user id of whoever asked: a public message is redrawn for them alone. None in buttons of older versions."""

    def encode(self, **more: Any) -> str:
        """A button's value; `more` is what this one button adds. Where it grows too long, the question gives way."""
        value = _encode_facts({**self.to_draft(), **more})
        over = len(value) - VALUE_LIMIT
        if over <= 0:
            return value
        shorter = replace(self, text=self.text[: max(0, len(self.text) - over)])
        return _encode_facts({**shorter.to_draft(), **more})

    def to_draft(self) -> dict[str, Any]:
        """The same as JSON holds it; `from_draft` reads it back."""
        known: dict[str, Any] = {
            "a": self.answer, "u": self.asker, "q": self.text, "t": self.token, "e": self.entry, "f": dict(self.facts),
            "x": list(self.rejected_entries), "r": list(self.removed_facts), "k": self.skipped,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}

    def with_fact(self, name: str, value: FactValue) -> AnswerState:
        """The same with one more known fact."""
        dropped = tuple(other for other in self.removed_facts if other != name)
        return replace(self, facts={**self.facts, name: value}, removed_facts=dropped, skipped=False)

    def without_fact(self, name: str) -> AnswerState:
        """The same without a fact, wherever it came from."""
        facts = {other: value for other, value in self.facts.items() if other != name}
        return replace(self, facts=facts, removed_facts=(*self.removed_facts, name), skipped=False)


def decode(value: str | None) -> tuple[AnswerState, dict[str, Any]]:
    """A button's value read back: what was asked, and what the button itself added. Raises `OutdatedActionError`."""
    try:
        raw = json.loads(value or "")
    except ValueError:
        raise OutdatedActionError from None
    return from_draft(raw), {name: added for name, added in raw.items() if name not in DRAFT_KEY}


DRAFT_KEY = frozenset("auqtefxrk")
"""The names that `AnswerState` itself takes in a button's value."""


def from_draft(raw: Any) -> AnswerState:
    """What `AnswerState.to_draft` gave. Raises `OutdatedActionError` for anything else."""
    if not isinstance(raw, dict) or not raw.get("a"):
        raise OutdatedActionError
    try:
        return AnswerState(
            answer=_text(raw["a"]),
            asker=_text(raw["u"]) if "u" in raw else None,
            text=_text(raw.get("q", "")),
            token=_text(raw["t"]) if "t" in raw else None,
            entry=_text(raw["e"]) if "e" in raw else None,
            facts={name: _value(value) for name, value in raw.get("f", {}).items()},
            rejected_entries=tuple(_text(id) for id in raw.get("x", ())),
            removed_facts=tuple(_text(name) for name in raw.get("r", ())),
            skipped=bool(raw.get("k", False)),
        )
    except (TypeError, AttributeError):
        raise OutdatedActionError from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _value(value: object) -> FactValue:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    return value


def _encode_facts(known: Mapping[str, Any]) -> str:
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))
