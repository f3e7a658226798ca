"""Typed payloads of buttons: build and parse every button's `value` in one file.

The keys on the wire are one letter each: a value has at most 2,000 characters, and buttons of earlier versions must
keep working. Unknown keys are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from slackguide.errors import SlackguideError
from slackguide.escalation.filters import PageCursor
from slackguide.escalation.revisions import source_of
from slackguide.knowledge.conditions import FactValue

VALUE_LIMIT = 2000
"""Most characters of a button's value."""

INLINE_LIMIT = 600
"""Most characters of a question in a button's value; a longer one is stored in the database under a token."""


ALL_FACTS = "*"
"""In `unknown_facts`: the person knows none of the missing facts. Earlier versions had one “I don't know” for all."""


class Section(StrEnum):
    """A section of a card that one click opens in place."""

    STEPS = "steps"
    NOTE = "note"
    SCRIPT = "script"
    DETAILS = "details"
    FACTS = "facts"
    MORE = "more"
    FEEDBACK = "feedback"


class OutdatedActionError(SlackguideError):
    """A button of an unknown version, or a forged one. Nothing was changed; asking again gives a fresh answer."""

    def __init__(self) -> None:
        super().__init__("This message is too old for its buttons to work. Nothing was changed. Please ask again.")


@dataclass(frozen=True, slots=True)
class AnswerState:
    """The question behind an answer and the clicks since. With a `token`, `text` is only the beginning."""

    answer: str
    """Id of the answer: feedback counts once per person and answer."""
    text: str = ""
    token: str | None = None
    entry: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    """Facts set by clicking."""
    removed_facts: tuple[str, ...] = ()
    """Facts that were detected in the text and removed by clicking."""
    rejected_entries: tuple[str, ...] = ()
    """Entries that the person rejected with “Not this”."""
    unknown_facts: tuple[str, ...] = ()
    """Facts that the person does not know: another question follows, or every possibility if there is none."""
    section: Section | None = None
    """The open section."""
    chosen: bool = False
    """The person chose the entry from a list."""
    part: str | None = None
    """The part of the text that states the chosen concern, if the text states several."""
    asker: str | None = None
    """Slack user id of the asker: only their clicks change a public message. None in buttons of older versions."""

    def to_json(self) -> dict[str, Any]:
        """Return the state as a JSON object; `from_json` reads it back."""
        known: dict[str, Any] = {
            "a": self.answer, "u": self.asker, "q": self.text, "t": self.token, "e": self.entry, "f": dict(self.facts),
            "x": list(self.rejected_entries), "r": list(self.removed_facts), "i": list(self.unknown_facts),
            "s": self.section, "c": self.chosen, "p": self.part,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Read a state from the JSON object of `to_json`. Raises `OutdatedActionError` for anything else."""
        if not isinstance(raw, dict) or not raw.get("a"):
            raise OutdatedActionError
        try:
            return cls(
                answer=_text(raw["a"]),
                asker=_text(raw["u"]) if "u" in raw else None,
                text=_text(raw.get("q", "")),
                token=_text(raw["t"]) if "t" in raw else None,
                entry=_text(raw["e"]) if "e" in raw else None,
                facts={name: _fact_value(value) for name, value in raw.get("f", {}).items()},
                rejected_entries=tuple(_text(id) for id in raw.get("x", ())),
                removed_facts=tuple(_text(name) for name in raw.get("r", ())),
                unknown_facts=(ALL_FACTS,) if raw.get("k") else tuple(_text(name) for name in raw.get("i", ())),
                section=Section(raw["s"]) if raw.get("s") in set(Section) else None,
                chosen=bool(raw.get("c", False)),
                part=_text(raw["p"]) if "p" in raw else None,
            )
        except (TypeError, AttributeError):
            raise OutdatedActionError from None

    def with_fact(self, name: str, value: FactValue) -> AnswerState:
        """Return the state with one more known fact."""
        removed = tuple(other for other in self.removed_facts if other != name)
        unknown = tuple(other for other in self.unknown_facts if other != name)
        return replace(
            self, facts={**self.facts, name: value}, removed_facts=removed, unknown_facts=unknown, section=None
        )

    def without_fact(self, name: str) -> AnswerState:
        """Return the state without a fact, whether it was set by clicking or detected."""
        facts = {other: value for other, value in self.facts.items() if other != name}
        return replace(self, facts=facts, removed_facts=(*self.removed_facts, name), section=None)

    def without_knowing(self, name: str) -> AnswerState:
        """Return the state in which the person does not know a fact."""
        return replace(self, unknown_facts=(*self.unknown_facts, name), section=None)


@dataclass(frozen=True, slots=True)
class AnswerPayload:
    """A button under an answer that carries the state alone. Its `parse` reads the state of any of them."""

    state: AnswerState

    def encode(self) -> str:
        """Return the button's value. Where it would be too long, the question's text is cut."""
        value = _dump({**self.state.to_json(), **self._added()})
        excess = len(value) - VALUE_LIMIT
        if excess <= 0:
            return value
        cut = replace(self.state, text=self.state.text[: max(0, len(self.state.text) - excess)])
        return _dump({**cut.to_json(), **self._added()})

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read a button's value. Raises `OutdatedActionError`."""
        raw = _load(value)
        state = AnswerState.from_json(raw)
        try:
            return cls(state, **cls._parse_added(raw))
        except (KeyError, TypeError):
            raise OutdatedActionError from None

    def _added(self) -> dict[str, FactValue]:
        """Return the keys that this button adds to the state's."""
        return {}

    @classmethod
    def _parse_added(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of the class from the keys of `_added`. Raises `KeyError` or `TypeError`."""
        del raw
        return {}


@dataclass(frozen=True, slots=True)
class ChooseEntryPayload(AnswerPayload):
    """A button that opens one entry: a choice, one of several concerns, or the entry of an alert."""

    entry_id: str

    def _added(self) -> dict[str, FactValue]:
        return {"o": self.entry_id}

    @classmethod
    def _parse_added(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"entry_id": _text(raw["o"])}


@dataclass(frozen=True, slots=True)
class SetFactPayload(AnswerPayload):
    """A button that answers the question about a fact."""

    name: str
    value: FactValue

    def _added(self) -> dict[str, FactValue]:
        return {"n": self.name, "v": self.value}

    @classmethod
    def _parse_added(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": _text(raw["n"]), "value": _fact_value(raw["v"])}


@dataclass(frozen=True, slots=True)
class RemoveFactPayload(AnswerPayload):
    """A button that removes a known fact."""

    name: str

    def _added(self) -> dict[str, FactValue]:
        return {"d": self.name}

    @classmethod
    def _parse_added(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": _text(raw["d"])}


@dataclass(frozen=True, slots=True)
class UnknownFactPayload(AnswerPayload):
    """A button that says that a fact is not known. Those of earlier versions name no fact: none of them is."""

    name: str

    def _added(self) -> dict[str, FactValue]:
        return {"n": self.name}

    @classmethod
    def _parse_added(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": _text(raw.get("n", ALL_FACTS))}


@dataclass(frozen=True, slots=True)
class FeedbackPayload(AnswerPayload):
    """A button that says what was wrong with an answer."""

    reason: str

    def _added(self) -> dict[str, FactValue]:
        return {"w": self.reason}

    @classmethod
    def _parse_added(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"reason": _text(raw["w"])}


@dataclass(frozen=True, slots=True)
class EscalatePayload(AnswerPayload):
    """A button that opens the escalation form of an answer."""

    form_id: str

    def _added(self) -> dict[str, FactValue]:
        return {"m": self.form_id}

    @classmethod
    def _parse_added(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"form_id": _text(raw["m"])}


@dataclass(frozen=True, slots=True)
class ChooseFormPayload:
    """A button that opens an empty escalation form; its value is the form's id."""

    form_id: str

    def encode(self) -> str:
        """Return the button's value."""
        return self.form_id

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read a button's value."""
        return cls(value or "")


@dataclass(frozen=True, slots=True)
class EscalationPayload:
    """A button that acts on an escalation; its value is the escalation's id."""

    escalation_id: str

    def encode(self) -> str:
        """Return the button's value."""
        return self.escalation_id

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read a button's value."""
        return cls(value or "")


@dataclass(frozen=True, slots=True)
class RetryPayload:
    """A button that retries an undelivered message: one job, or the post of an escalation."""

    job_id: int | None = None
    escalation_id: str | None = None

    def encode(self) -> str:
        """Return the button's value."""
        return json.dumps({"job": self.job_id, "escalation": self.escalation_id})

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read a button's value. Raises `OutdatedActionError`."""
        raw = _load(value)
        try:
            job_id, escalation_id = raw["job"], raw["escalation"]
        except (KeyError, TypeError):
            raise OutdatedActionError from None
        if type(job_id) is int or isinstance(escalation_id, str):
            return cls(job_id, escalation_id)
        raise OutdatedActionError


class CardMenu(StrEnum):
    """The entries of the menu on a closed escalation."""

    REOPEN = "reopen"
    READ = "read"


@dataclass(frozen=True, slots=True)
class CardMenuPayload:
    """An entry of the menu on a closed escalation."""

    entry: CardMenu
    escalation_id: str

    def encode(self) -> str:
        """Return the option's value."""
        return f"{self.entry}:{self.escalation_id}"

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read an option's value. Raises `OutdatedActionError`."""
        entry, _, escalation_id = (value or "").partition(":")
        if entry not in set(CardMenu):
            raise OutdatedActionError
        return cls(CardMenu(entry), escalation_id)


@dataclass(frozen=True, slots=True)
class ReplyPayload:
    """A button of the offer to send a message on to somebody. With a `token`, `text` is empty."""

    escalation_id: str
    channel_id: str
    ts: str
    """Timestamp of the message."""
    thread_ts: str | None = None
    """Timestamp of the thread in which it was written."""
    text: str = ""
    token: str | None = None

    @property
    def event_id(self) -> str:
        """The id under which a click counts once per message."""
        return f"reply {self.channel_id} {self.ts}"

    @property
    def message(self) -> str:
        """The name of the message in the history of the escalation."""
        return source_of(self.channel_id, self.ts)

    def encode(self) -> str:
        """Return the button's value."""
        known = {
            "e": self.escalation_id, "c": self.channel_id, "m": self.ts, "h": self.thread_ts, "q": self.text,
            "t": self.token,
        }  # fmt: skip
        return _dump({name: value for name, value in known.items() if value})

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read a button's value. Raises `OutdatedActionError`."""
        raw = _load(value)
        try:
            return cls(
                escalation_id=_text(raw["e"]),
                channel_id=_text(raw["c"]),
                ts=_text(raw["m"]),
                thread_ts=_text(raw["h"]) if "h" in raw else None,
                text=_text(raw.get("q", "")),
                token=_text(raw["t"]) if "t" in raw else None,
            )
        except (KeyError, TypeError, AttributeError):
            raise OutdatedActionError from None


PAGES_BACK = 20
"""Most earlier pages that a button remembers."""


@dataclass(frozen=True, slots=True)
class HomePagePayload:
    """A button that turns the page of one App Home list. A cursor is None for the first page.

    `back` holds the cursors of the pages before, the last one at its end. Buttons of earlier versions have none.
    """

    section: str
    after: PageCursor | None = None
    back: tuple[PageCursor | None, ...] = ()

    def next(self, cursor: PageCursor) -> HomePagePayload:
        """Return the page that begins after `cursor`."""
        return HomePagePayload(self.section, cursor, (*self.back, self.after)[-PAGES_BACK:])

    def previous(self) -> HomePagePayload:
        """Return the page before this one; the first one if that is not known."""
        return HomePagePayload(self.section, self.back[-1] if self.back else None, self.back[:-1])

    def encode(self) -> str:
        """Return the button's value."""
        back = [_encode_cursor(cursor) for cursor in self.back]
        return _dump({"list": self.section, "after": _encode_cursor(self.after), "back": back})

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read a button's value. Raises `OutdatedActionError`."""
        raw = _load(value)
        try:
            back = tuple(_decode_cursor(cursor) for cursor in raw.get("back", ()))
            return cls(_text(raw["list"]), _decode_cursor(raw["after"]), back)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            raise OutdatedActionError from None


def _encode_cursor(cursor: PageCursor | None) -> list[str] | None:
    return [cursor.created_at.isoformat(), cursor.id] if cursor else None


def _decode_cursor(raw: Any) -> PageCursor | None:
    return PageCursor(datetime.fromisoformat(raw[0]), _text(raw[1])) if raw else None


def _load(value: str | None) -> Any:
    try:
        return json.loads(value or "")
    except (ValueError, TypeError, RecursionError):
        raise OutdatedActionError from None


def _dump(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _fact_value(value: object) -> FactValue:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    return value
