"""Parse facts from user or program input and validate them against the declarations of the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping

from slackguide.errors import UnusableInput
from slackguide.knowledge import did_you_mean
from slackguide.knowledge.checklists import parse_checklist
from slackguide.knowledge.condition_parser import unknown_value
from slackguide.knowledge.conditions import NEVER, FactValue
from slackguide.knowledge.facts import FactSpec


def parse_facts(given: Mapping[str, object], facts: Mapping[str, FactSpec]) -> dict[str, FactValue]:
    """Parse facts to typed values. Raises `UnusableInput`, which lists every unknown fact and value with choices."""
    values: dict[str, FactValue] = {}
    errors: list[str] = []
    for name, raw in given.items():
        fact = facts.get(name)
        if fact is None:
            errors.append(f"unknown fact `{name}`{did_you_mean(name, facts)} (facts: {', '.join(sorted(facts))})")
            continue
        value = _parse_value(raw, fact)
        if value is None:
            errors.append(unknown_value(name, _quote(raw), fact))
        else:
            values[name] = value
    if errors:
        raise UnusableInput("; ".join(errors))
    return values


def _parse_value(raw: object, fact: FactSpec) -> FactValue | None:
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    if fact.kind == "checklist":
        return parse_checklist(raw, tuple(fact.values))
    if not fact.is_ordered:
        return raw if isinstance(raw, str) and raw in fact.choices else None
    if raw == NEVER and fact.never:
        return NEVER
    if fact.kind == "date":
        ends = fact.range_of(raw) if isinstance(raw, str) else None
        return raw if isinstance(raw, str) and ends and (ends[1] is None or ends[0] <= ends[1]) else None
    if isinstance(raw, str) and ".." in raw and (ends := fact.range_of(raw)) is not None:
        low, high = ends
        return raw if low <= (fact.maximum if high is None else high) <= fact.maximum else None
    return fact.number(raw)


def _quote(raw: object) -> str:
    text = str(raw)
    return text if len(text) <= 60 else f"{text[:60]}…"
