"""Run labelled conversations, and measure what the guide makes of every turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from slackguide.errors import UnusableInput
from slackguide.evaluation.split import SplitName, split_of
from slackguide.guide import Answer, Asker, Choices, ConversationState, Guide, NoAnswer, Reply, Social
from slackguide.knowledge.conditions import FactValue


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """One message of a conversation, and what it should lead to."""

    text: str
    kind: str
    ids: tuple[str, ...]
    """The acceptable entries. None for small talk and what cannot be understood."""
    facts: Mapping[str, FactValue]
    """The facts that are known after it."""
    changed: tuple[str, ...] = ()
    """The facts whose value it changes."""


@dataclass(frozen=True, slots=True)
class LabelledConversation:
    """The messages of one person in one conversation."""

    turns: tuple[LabelledTurn, ...]
    line: int


@dataclass(frozen=True, slots=True)
class ObservedTurn:
    """One turn, the facts known before it, and the reply."""

    turn: LabelledTurn
    before: Mapping[str, FactValue]
    reply: Reply

    @property
    def shown(self) -> tuple[str, ...]:
        """The entries that the person sees."""
        outcome = self.reply.outcome
        match outcome:
            case Answer():
                return (outcome.entry.id,)
            case Choices():
                return tuple(match.id for match in outcome.matches[: outcome.offered])
            case _:
                return ()

    @property
    def facts(self) -> Mapping[str, FactValue]:
        """The facts known after it."""
        return self.reply.conversation.topic.values


T = TypeVar("T")

Count: TypeAlias = tuple[int, int]
"""How many of how many."""

METRICS: Mapping[str, str] = {
    "right_entry": "of the turns with an entry, those whose answer is it, or whose list offers it",
    "answered_right": "of the turns with an entry, those whose answer is it",
    "facts_known": "of the facts that should be known after each turn, those known with that value",
    "facts_wrong": "of the facts known after each turn, those with a value other than the label's, or without one",
    "changed_kept": "of the facts that a turn changes, those that keep the old value",
    "social_quiet": "of the turns of small talk, those answered with one line",
    "unclear_said": "of the turns that cannot be understood, those of which that is said",
    "kind": "of all turns, those whose kind is recognised",
}
"""The measures of conversations, with their definitions."""


def read_conversations(path: Path, *, split: SplitName | None = None) -> tuple[LabelledConversation, ...]:
    """Read conversations from JSON Lines, or one half of them, by the text of the first turn.

    Raises `UnusableInput` for a file that cannot be read, and a line that is no conversation.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableInput(f"{path} cannot be read: {error}.") from error
    found = [_conversation(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return tuple(one for one in found if split is None or split_of(one.turns[0].text) == split)


def _conversation(path: Path, number: int, line: str) -> LabelledConversation:
    try:
        turns = tuple(_turn(raw) for raw in json.loads(line)["turns"])
        return LabelledConversation((turns[0], *turns[1:]), number)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise UnusableInput(f'{path}:{number}: not a conversation: use {{"turns": [{{"text": "…"}}, …]}}') from error


def _turn(raw: Mapping[str, Any]) -> LabelledTurn:
    text = raw["text"]
    if not isinstance(text, str):
        raise TypeError
    return LabelledTurn(
        text,
        str(raw.get("kind", "")),
        tuple(raw.get("ids", ())),
        dict(raw.get("facts", {})),
        tuple(raw.get("changed", ())),
    )


def run_conversations(
    guide: Guide, conversations: Iterable[LabelledConversation], asker: Asker, *, today: date
) -> tuple[ObservedTurn, ...]:
    """Reply to every turn of every conversation, in order."""
    return tuple(turn for one in conversations for turn in _run(guide, one, asker, today))


def _run(guide: Guide, labelled: LabelledConversation, asker: Asker, today: date) -> Iterator[ObservedTurn]:
    conversation = ConversationState()
    for turn in labelled.turns:
        before = conversation.topic.values
        reply = guide.reply(conversation, turn.text, asker, today=today)
        conversation = reply.conversation
        yield ObservedTurn(turn, before, reply)


def is_right(one: ObservedTurn) -> bool:
    """Return whether an acceptable entry is shown."""
    return not set(one.shown).isdisjoint(one.turn.ids)


def measure(observed: Sequence[ObservedTurn]) -> dict[str, Count]:
    """Return every measure of `METRICS` as a count of how many."""
    about = [one for one in observed if one.turn.ids]
    expected = [(one, name, value) for one in observed for name, value in one.turn.facts.items()]
    known = [(one, name, value) for one in observed for name, value in one.facts.items()]
    changed = [(one, name) for one in observed for name in one.turn.changed]
    return {
        "right_entry": _count(about, is_right),
        "answered_right": _count(about, lambda one: isinstance(one.reply.outcome, Answer) and is_right(one)),
        "facts_known": _count(expected, lambda one: one[0].facts.get(one[1]) == one[2]),
        "facts_wrong": _count(known, lambda one: one[0].turn.facts.get(one[1]) != one[2]),
        "changed_kept": _count(changed, _is_kept),
        "social_quiet": _count(_of(observed, "social"), lambda one: isinstance(one.reply.outcome, Social)),
        "unclear_said": _count(_of(observed, "unclear"), lambda one: isinstance(one.reply.outcome, NoAnswer)),
        "kind": _count([one for one in observed if one.turn.kind], lambda one: one.reply.kind == one.turn.kind),
    }  # fmt: skip


def _is_kept(changed: tuple[ObservedTurn, str]) -> bool:
    one, name = changed
    return name in one.before and one.facts.get(name) == one.before[name]


def _of(observed: Iterable[ObservedTurn], kind: str) -> list[ObservedTurn]:
    return [one for one in observed if one.turn.kind == kind]


def _count(among: Sequence[T], holds: Callable[[T], bool]) -> Count:
    return sum(map(holds, among)), len(among)
