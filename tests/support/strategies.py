"""What the property tests draw: facts as agents tell them, and a decision worked out the plain way."""

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
    """The facts that some rule of the entry looks at."""
    return list(dict.fromkeys(name for rule in entry.rules for name in facts_of(rule.when)))


def values(name: str, entry: Entry, knowledge: KnowledgeBase) -> list[FactValue]:
    """Every value of a choice; of a number both sides of every edge that a rule names, and far beyond."""
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
    """Facts told about a case: all that the entry looks at, or some of them."""
    every = {name: st.sampled_from(values(name, entry, knowledge)) for name in relevant_facts(entry)}
    return st.fixed_dictionaries(every) if whole else st.fixed_dictionaries({}, optional=every)


def deciding_rule(entry: Entry, case: Mapping[str, FactValue]) -> Rule:
    """The first rule that holds for a case of which everything is told; rule by rule, without a table."""
    return next(rule for rule in entry.rules if holds(rule.when, case))


def holds(condition: Condition, case: Mapping[str, FactValue]) -> bool:
    """Whether a condition holds for a case of which everything is told."""
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
