"""Explain a decision by the deciding facts and the assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slackguide.knowledge import Entry, Rule
from slackguide.knowledge.checklists import describe_values
from slackguide.knowledge.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FactValue,
    ImpliedFact,
    NamedCondition,
    Not,
    OneOf,
    Within,
    amount_range_of,
    facts_of,
)
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.cells import Cell
from slackguide.triage.condition_logic import evaluate
from slackguide.triage.decision_table import DecisionTable


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reasons for a decision."""

    because: tuple[str, ...]
    """Every reason, implied fact and assumption, each a sentence with the destination's name."""
    reason: str
    """The reasons beyond the known facts, without the destination's name. Empty if there is nothing to say."""
    contradicting: tuple[str, ...]
    """The known facts that differ from what the entry fixes."""
    taken_as: tuple[str, ...]
    """The implied and assumed facts."""


def describe_fact(name: str, value: FactValue, facts: Mapping[str, FactSpec]) -> str:
    """Describe a fact: `last payment 45 days ago`, `plan Premium`, `backup`."""
    fact = facts[name]
    if isinstance(value, str):
        known = fact.values.get(value)
        if known is not None and known.say:
            return known.say
        if value == "never":
            return fact.value_label(value)
    label = fact.value_label(value)
    return fact.say.replace("{label}", fact.label).replace("{value}", label)


def explain_decision(
    entry: Entry,
    table: DecisionTable,
    remaining: Sequence[Rule],
    known_facts: Mapping[str, FactValue],
    deciding: Sequence[str],
    assumed: Sequence[OneOf | Within],
    implied: Sequence[ImpliedFact],
    facts: Mapping[str, FactSpec],
) -> Explanation:
    """Explain a decision: the reason of each remaining rule, then the implied facts and the assumptions."""
    otherwise = "decided by what is implied" if implied else "the only destination of this concern"
    reasons = (_reason(rule, table, known_facts, deciding, facts) or otherwise for rule in remaining)
    lines = [f"{rule.goes_to}: {reason}." for rule, reason in zip(remaining, reasons, strict=True)]
    for because in dict.fromkeys(fact.because for fact in implied):
        described = (describe_fact(fact.fact, fact.value, facts) for fact in implied if fact.because == because)
        lines.append(f"Implied: {', '.join(described)}. {because}.")
    assumptions = [_assumption(test, facts) for test in assumed]
    if assumptions:
        lines.append(f"Assumed unless you say otherwise: {', '.join(assumptions)}.")
    contradicting = [
        describe_fact(test.fact, known_facts[test.fact], facts)
        for test in entry.fixes
        if test.fact in known_facts and not evaluate(test, known_facts, {})
    ]
    if contradicting:
        lines.append(f"Decided by what you said ({', '.join(contradicting)}), not by “{entry.title}”.")
    brief = (_brief_reason(rule, known_facts, deciding) for rule in remaining)
    reason = "; or ".join(dict.fromkeys(filter(None, brief)))
    return Explanation(
        because=tuple(dict.fromkeys(lines)),
        reason=reason,
        contradicting=tuple(contradicting),
        taken_as=(*(describe_fact(fact.fact, fact.value, facts) for fact in implied), *assumptions),
    )


def _reason(
    rule: Rule,
    table: DecisionTable,
    known_facts: Mapping[str, FactValue],
    deciding: Sequence[str],
    facts: Mapping[str, FactSpec],
) -> str:
    parts = [_describe_known_fact(name, rule, table, known_facts, facts) for name in deciding]
    if rule.not_eligible is not None:
        sentence = rule.not_eligible.removesuffix(".")
        return f"{sentence}. You said: {', '.join(parts)}" if parts else sentence
    if rule.because:
        parts.append(rule.because)
    return "; ".join(parts)


def _brief_reason(rule: Rule, known_facts: Mapping[str, FactValue], deciding: Sequence[str]) -> str:
    """Return the named conditions that the known facts meet and what the rule says, or why it is not eligible."""
    if rule.not_eligible is not None:
        return rule.not_eligible
    met = [label for name in deciding for label in _labels(rule.when, name, known_facts)[:1]]
    return "; ".join([*met, rule.because] if rule.because else met)


def _describe_known_fact(
    name: str,
    rule: Rule,
    table: DecisionTable,
    known_facts: Mapping[str, FactValue],
    facts: Mapping[str, FactSpec],
) -> str:
    value = known_facts[name]
    for label in _labels(rule.when, name, known_facts):
        return f"{label} ({facts[name].value_label(value)})"
    text = describe_fact(name, value, facts)
    fact = facts[name]
    is_date = fact.kind == "date" and isinstance(value, str) and fact.range_of(value)
    if isinstance(value, int) or is_date or amount_range_of(str(value)):
        cell = next(cell for cell in table.cells[table.facts.index(name)] if cell.holds(value))
        if value != cell.sample_value and (bounds := _bounds(cell, facts[name])) is not None:
            return f"{text} ({bounds})"
    return text


def _bounds(cell: Cell, fact: FactSpec) -> str | None:
    if cell.low is None or cell.low == cell.high:
        return None
    if cell.is_date:
        return cell.describe(fact) if cell.low or cell.high is not None else None
    if cell.high is None:
        return f"more than {cell.low - 1}" if cell.low else None
    return f"{cell.low} to {cell.high}" if cell.low else f"{cell.high} or less"


def _labels(condition: Condition, name: str, known_facts: Mapping[str, FactValue]) -> list[str]:
    """Return the labels of the named conditions with several facts that this fact alone makes true."""
    match condition:
        case NamedCondition(label=label, part=part):
            alone = {name: known_facts[name]}
            several = len(facts_of(part)) > 1
            return [label] if several and name in facts_of(part) and evaluate(part, alone, {}) else []
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return [label for part in parts for label in _labels(part, name, known_facts)]
        case OneOf() | Within() | Not():
            return []


def _assumption(test: OneOf | Within, facts: Mapping[str, FactSpec]) -> str:
    fact = facts[test.fact]
    if isinstance(test, OneOf):
        if len(test.values) == 1:
            return describe_fact(test.fact, next(iter(test.values)), facts)
        if fact.kind == "checklist":
            return f"{fact.label}: {describe_values(test.values, fact.item_labels)}"
        left_out = [value for value in fact.choices if value not in test.values]
        if len(left_out) == 1:
            return f"no {fact.value_label(left_out[0])}"
        return f"{fact.label.lower()} " + " or ".join(fact.value_label(v) for v in fact.choices if v in test.values)
    low, high = test.ranges[0] if test.ranges else (0, None)
    return f"{fact.label.lower()} " + Cell((), low, high, fact.kind == "date").describe(fact)
