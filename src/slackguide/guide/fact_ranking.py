"""Adjust the ranking of entries by stated facts: an entry about another case loses, one that depends on them gains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import log

from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue, facts_of
from slackguide.triage.condition_logic import evaluate

CONTRADICTION = 3.0
"""The log-odds that an entry loses for a fact with another value than the entry fixes or assumes: 1 to 20, as about
one extracted fact in 20 is wrong."""

DECIDING_FACT = 1.0
"""The log-odds that an entry gains for a fact on which its destination depends, per unit of the log of how many
times rarer the fact is than the most common one: one fact decides one entry, another all those of a team.
Fitted to the development half of the questions."""


class FactRanking:
    """The effect of stated facts on the ranking of the entries of one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        entries = knowledge.entries.values()
        deciding = {entry.id: {name for rule in entry.rules for name in facts_of(rule.when)} for entry in entries}
        uses = Counter(name for names in deciding.values() for name in names)
        self._gains = {
            id: {name: DECIDING_FACT * log(max(uses.values()) / uses[name]) for name in names}
            for id, names in deciding.items()
            if names
        }
        self._given = {entry.id: given for entry in entries if (given := (*entry.fixes, *entry.assumes))}

    def adjustments(self, stated_facts: Mapping[str, FactValue]) -> dict[str, float]:
        """Return the log-odds to add to the score of each entry that the stated facts speak for or against."""
        if not stated_facts:
            return {}
        total: dict[str, float] = {}
        for id, gains in self._gains.items():
            total[id] = sum(gains.get(name, 0.0) for name in stated_facts)
        for id, tests in self._given.items():
            contradicted = [evaluate(test, stated_facts, {}) for test in tests if test.fact in stated_facts].count(
                False
            )
            total[id] = total.get(id, 0.0) - CONTRADICTION * contradicted
        return {id: value for id, value in total.items() if value}
