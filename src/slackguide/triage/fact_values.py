"""Parse facts given by a person or a program: validate them against the knowledge base's declarations."""

from __future__ import annotations

from collections.abc import Mapping

from slackguide.errors import UnusableInput
from slackguide.knowledge import did_you_mean
from slackguide.knowledge.condition_parser import unknown_value
from slackguide.knowledge.conditions import NEVER, FactValue, range_of
from slackguide.knowledge.facts import FactSpec


def parse_facts(given: Mapping[str, object], facts: Mapping[str, FactSpec]) -> dict[str, FactValue]:
    """The facts given, typed. Raises `UnusableInput` that names every unknown fact and value, and the choices."""
    values: dict[str, FactValue] = {}
    wrong: list[str] = []
    for name, raw in given.items():
        fact = facts.get(name)
        if fact is None:
            wrong.append(f"unknown fact `{name}`{did_you_mean(name, facts)} (facts: {', '.join(sorted(facts))})")
            continue
        value = _parse_value(raw, fact)
        if value is None:
            wrong.append(unknown_value(name, _quote(raw), fact))
        else:
            values[name] = value
    if wrong:
        raise UnusableInput("; ".join(wrong))
    return values


def _parse_value(raw: object, fact: FactSpec) -> FactValue | None:
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    if fact.kind != "number":
        return raw if isinstance(raw, str) and raw in fact.choices else None
    if raw == NEVER and fact.never:
        return NEVER
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) <= 9:
        raw = int(raw)
    if isinstance(raw, str) and ".." in raw and (ends := range_of(raw)) is not None:
        low, high = ends
        return raw if low <= (fact.maximum if high is None else high) <= fact.maximum else None
    return raw if isinstance(raw, int) and 0 <= raw <= fact.maximum else None


def _quote(raw: object) -> str:
    text = str(raw)
    return text if len(text) <= 60 else f"{text[:60]}…"
