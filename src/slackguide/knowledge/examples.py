"""Example questions from the knowledge base itself, for help texts and placeholders."""

from __future__ import annotations

from collections.abc import Iterator

from slackguide.knowledge.model import Entry, KnowledgeBase

_WORDS = range(3, 10)
"""Words of a phrasing that reads well as an example."""

_LENGTH = 45
"""The length in characters that an example has at best."""


def example_questions(knowledge: KnowledgeBase, count: int) -> list[str]:
    """Return at most `count` short phrasings of entries that everyone may see, one a team before a second of any.

    Critical entries give no examples. The result depends on nothing but the knowledge base.
    """
    by_team: dict[str, Iterator[str]] = {}
    for team in dict.fromkeys(entry.team for entry in knowledge.entries.values()):
        by_team[team] = _of_team(knowledge, team)
    found: list[str] = []
    while by_team and len(found) < count:
        for team, examples in list(by_team.items()):
            example = next(examples, None)
            if example is None:
                del by_team[team]
            elif len(found) < count:
                found.append(example)
    return found


def _of_team(knowledge: KnowledgeBase, team: str) -> Iterator[str]:
    for entry in knowledge.entries.values():
        if entry.team == team and not entry.urgent and entry.audience.issuperset(knowledge.role_names):
            yield _shortest(entry)


def _shortest(entry: Entry) -> str:
    readable = [text for text in entry.concerns if len(text.split()) in _WORDS] or list(entry.concerns)
    return min(readable, key=lambda text: (abs(len(text) - _LENGTH), text))
