"""Hypothesis strategies for facts, and an independent implementation of the decision."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from slackguide.knowledge import Entry, KnowledgeBase, Rule
from slackguide.knowledge.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FactValue,
    NamedCondition,
    Not,
    OneOf,
    Within,
    facts_of,
)
from slackguide.knowledge.conditions import tests_of as single_tests

DECIDING = "disputes/send-to-mediation"


def relevant_facts(entry: Entry) -> list[str]:
    """Return the facts that the rules of an entry test."""
    return list(dict.fromkeys(name for rule in entry.rules for name in sorted(facts_of(rule.when))))


def values(name: str, entry: Entry, knowledge: KnowledgeBase) -> list[FactValue]:
    """Return every value of a choice; for a number, both sides of every bound in a rule, and the extremes."""
    fact = knowledge.facts[name]
    if fact.kind != "number":
        return list(fact.choices)
    numbers = {0, 1, fact.maximum}
    for rule in entry.rules:
        for test in single_tests(rule.when):
            if isinstance(test, Within) and test.fact == name:
                for low, high in test.ranges:
                    numbers |= {max(low - 1, 0), low, *([high, high + 1] if high is not None else [])}
    return [*sorted(numbers), *fact.choices]


def known_facts(
    entry: Entry, knowledge: KnowledgeBase, *, whole: bool = False
) -> st.SearchStrategy[dict[str, FactValue]]:
    """Return known facts of a case: all that the entry tests (`whole`), or some of them."""
    every = {name: st.sampled_from(values(name, entry, knowledge)) for name in relevant_facts(entry)}
    return st.fixed_dictionaries(every) if whole else st.fixed_dictionaries({}, optional=every)


def deciding_rule(entry: Entry, case: Mapping[str, FactValue]) -> Rule:
    """Return the first rule that holds for a case with all facts known, without a decision table."""
    return next(rule for rule in entry.rules if holds(rule.when, case))


def holds(condition: Condition, case: Mapping[str, FactValue]) -> bool:
    """Return whether a condition holds for a case with all facts known."""
    match condition:
        case OneOf():
            return case[condition.fact] in condition.values
        case Within():
            value = case[condition.fact]
            if isinstance(value, str):
                return condition.never
            return any(low <= value and (high is None or value <= high) for low, high in condition.ranges)
        case AllOf():
            return all(holds(part, case) for part in condition.parts)
        case AnyOf():
            return any(holds(part, case) for part in condition.parts)
        case Not():
            return not holds(condition.part, case)
        case NamedCondition():
            return holds(condition.part, case)
