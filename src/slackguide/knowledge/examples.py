"""Examples of questions for help texts, taken from the phrasings of the knowledge base."""

from __future__ import annotations

from slackguide.knowledge.entries import Role
from slackguide.knowledge.model import Entry, KnowledgeBase

WORDS = range(5, 13)
"""The number of words of a good example: long enough to be answered, short enough to be read."""


def example_questions(knowledge: KnowledgeBase, count: int, role: Role = "agent") -> tuple[str, ...]:
    """Return up to `count` phrasings of entries that `role` may see and that are not critical, one a team in turn."""
    hidden = knowledge.hidden_from(role)
    by_team: dict[str, list[str]] = {}
    for id, entry in knowledge.entries.items():
        if id not in hidden and not entry.urgent:
            by_team.setdefault(entry.team, []).append(_example(entry))
    rounds = max((len(examples) for examples in by_team.values()), default=0)
    found = [examples[turn] for turn in range(rounds) for examples in by_team.values() if turn < len(examples)]
    return tuple(found[:count])


def _example(entry: Entry) -> str:
    """Return the first phrasing of a readable length, or the first one."""
    readable = (phrasing for phrasing in entry.concerns if len(phrasing.split()) in WORDS)
    return next(readable, entry.concerns[0])
