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

    def encode(
        self,
        *,
        open_entry: str | None = None,
        fact: tuple[str, FactValue] | None = None,
        removed_fact: str | None = None,
        form: str | None = None,
    ) -> str:
        """Return the value of a button that carries this state, and what clicking it asks for (`ButtonPayload`)."""
        return ButtonPayload(self, open_entry, fact, removed_fact, form).encode()

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


@dataclass(frozen=True, slots=True)
class ButtonPayload:
    """The value of one button: the state of the answer, and what clicking the button asks for."""

    state: AnswerState
    open_entry: str | None = None
    """Id of the entry to open."""
    fact: tuple[str, FactValue] | None = None
    """Name and value of the fact to set."""
    removed_fact: str | None = None
    """Name of the fact to remove."""
    form: str | None = None
    """Id of the form to open."""

    def encode(self) -> str:
        """Return the JSON of a button's value. Where it is too long for Slack, the question is shortened."""
        name, value = self.fact or (None, None)
        asked = {"o": self.open_entry, "n": name, "v": value, "d": self.removed_fact, "m": self.form}
        added = {key: part for key, part in asked.items() if part is not None}
        encoded = _to_json({**self.state.to_draft(), **added})
        excess = len(encoded) - VALUE_LIMIT
        if excess <= 0:
            return encoded
        shorter = replace(self.state, text=self.state.text[: max(0, len(self.state.text) - excess)])
        return _to_json({**shorter.to_draft(), **added})

    @classmethod
    def decode(cls, value: str | None) -> ButtonPayload:
        """Read a button's value back, of this version or an earlier one. Raises `OutdatedActionError`."""
        try:
            raw = json.loads(value or "")
            state = from_draft(raw)
            return cls(
                state,
                open_entry=_text(raw["o"]) if "o" in raw else None,
                fact=(_text(raw["n"]), _value(raw["v"])) if "n" in raw else None,
                removed_fact=_text(raw["d"]) if "d" in raw else None,
                form=_text(raw["m"]) if raw.get("m") is not None else None,
            )
        except (ValueError, TypeError, KeyError):
            raise OutdatedActionError from None


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


def _to_json(known: Mapping[str, Any]) -> str:
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))
