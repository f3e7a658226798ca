"""A conversation: its turns, the case at hand, the facts and where each came from, the open question, the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from slackguide.guide.outcomes import Outcome
from slackguide.knowledge.conditions import FactValue

TURNS = 10
"""Maximum number of earlier turns that count for an answer."""

TURN_CHARACTERS = 8_000
"""Maximum characters of these turns and the new one together."""


class TurnKind(StrEnum):
    """What a turn is."""

    CONCERN = "concern"
    FACTS = "facts"
    ANSWER = "answer"
    """An answer to the open question."""
    PICK = "pick"
    """A choice from the list."""
    CORRECTION = "correction"
    QUESTION = "question"
    """A question about the same case."""
    ACTION = "action"
    SOCIAL = "social"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a card: a fact given, declared as not known or removed, or an entry chosen from a list."""

    fact: str | None = None
    value: FactValue | None = None
    """None if the fact is not known to the person, or if it was removed."""
    removed: bool = False
    entry: str | None = None
    about: str | None = None
    """The entry of the card."""


Turn: TypeAlias = str | Click
"""What a person wrote or clicked."""


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact, and where it comes from."""

    value: FactValue
    turn: int
    """The position of the turn that stated it."""
    span: str = ""
    """The words of that turn. Empty for a click."""


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that a turn changed. `new` is None if the new value was not understood: the fact is dropped."""

    fact: str
    old: FactValue
    new: FactValue | None


@dataclass(frozen=True, slots=True)
class Topic:
    """One case."""

    text: str = ""
    """The message that stated it."""
    entry: str | None = None
    facts: Mapping[str, KnownFact] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    """Facts that no longer hold although `text` states them."""
    unknown: tuple[str, ...] = ()
    """Facts that the person does not know."""
    asked: str | None = None
    """The fact that the open question is about."""
    offered: tuple[str, ...] = ()
    """The entries of the last list, best first. It stays after a choice: `no, the other one`."""
    lead: float = 0.0
    """The confidence of the first of these."""
    near: tuple[str, ...] = ()
    """The nearest entry, where nothing fitted well enough to be shown."""
    rejected: tuple[str, ...] = ()
    """The entries that the person does not mean."""

    @property
    def values(self) -> dict[str, FactValue]:
        """The facts without their origin."""
        return {name: fact.value for name, fact in self.facts.items()}

    @property
    def is_open(self) -> bool:
        """Whether there is anything that a turn can be about."""
        return bool(self.entry or self.offered or self.facts)


@dataclass(frozen=True, slots=True)
class ConversationState:
    """A conversation of one person. Immutable; `Guide.reply` returns the next one."""

    turns: tuple[Turn, ...] = ()
    topic: Topic = Topic()
    earlier: tuple[Topic, ...] = ()
    """The earlier cases, the latest first."""

    def taking(self, turn: Turn, topic: Topic) -> ConversationState:
        """Return the conversation after a turn about the same case."""
        return replace(self, turns=(*self.turns, turn), topic=topic)

    def changing_to(self, turn: Turn, topic: Topic) -> ConversationState:
        """Return the conversation after a turn about another case."""
        others = tuple(one for one in (self.topic, *self.earlier) if one.is_open and one is not topic)
        return ConversationState((*self.turns, turn), topic, others[:TURNS])


@dataclass(frozen=True, slots=True)
class Reply:
    """The conversation after a turn, and the outcome."""

    conversation: ConversationState
    outcome: Outcome
    kind: TurnKind
    changes: tuple[Change, ...] = ()
    subject: str | None = None
    """What a question asks for: a name in `data/turns.toml` such as `note`, or None."""
    passages: tuple[str, ...] = ()
    """The steps, cautions or words of the entry that answer a question. Empty: the guides do not say."""


def recent_turns(turns: Sequence[Turn], room: int = TURN_CHARACTERS) -> tuple[Turn, ...]:
    """Return the last `TURNS` turns, oldest first. The newest fill at most `room` characters."""
    kept: list[Turn] = []
    for turn in reversed(turns[-TURNS:]):
        if isinstance(turn, str):
            turn = turn[:room]
            room -= len(turn)
        if turn:
            kept.append(turn)
    return tuple(reversed(kept))
