"""Turns what stands under `when` into a typed condition, noting every fault at its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackguide.knowledge.conditions import (
    ALWAYS,
    NEVER,
    RANGE,
    AllOf,
    AnyOf,
    Condition,
    Named,
    Not,
    OneOf,
    Within,
)
from slackguide.knowledge.facts import FactDefinition
from slackguide.knowledge.faults import did_you_mean
from slackguide.knowledge.format import ConditionSpec
from slackguide.knowledge.yaml_reader import Place
from slackguide.knowledge.yaml_reader import Source as YamlSource

NESTING_LIMIT = 12
"""Deepest nesting of conditions within conditions."""


class ConditionReader:
    """Reads conditions against the declared facts and named conditions."""

    def __init__(
        self, facts: Mapping[str, FactDefinition], named: Mapping[str, tuple[ConditionSpec, YamlSource, Place]]
    ) -> None:
        self._facts = facts
        self._specs = named
        self._named: dict[str, Named] = {}
        self._reading: list[str] = []

    def named(self, name: str) -> Named:
        """The declared condition `name`; its own faults are noted once, where it is declared."""
        if name not in self._named:
            spec, source, place = self._specs[name]
            self._reading.append(name)
            if spec.any is not None:
                part = self._many(spec.any, source, (*place, "any"), AnyOf)
            elif spec.all is not None:
                part = self._many(spec.all, source, (*place, "all"), AllOf)
            elif spec.not_ is not None:
                part = Not(self.read(spec.not_, source, (*place, "not")))
            else:
                part = self.read(spec.when, source, (*place, "when"))
            self._reading.pop()
            self._named[name] = Named(name, spec.label, part)
        return self._named[name]

    def read(self, spec: Any, source: YamlSource, place: Place, depth: int = 0) -> Condition:
        """The condition under `place`; what cannot be read is noted on `source` and read as always true."""
        if spec is None:
            return ALWAYS
        if depth > NESTING_LIMIT:
            source.fault(place, f"conditions nested more than {NESTING_LIMIT} deep: name the inner ones")
            return ALWAYS
        if isinstance(spec, str):
            return self._by_name(spec, source, place)
        if isinstance(spec, list):
            return self._many(spec, source, place, AllOf, depth)
        parts: list[Condition] = []
        for key, value in spec.items():
            at = (*place, key)
            if key in ("any", "all"):
                if not isinstance(value, list):
                    source.fault(at, f"`{key}` takes a list of conditions")
                    continue
                parts.append(self._many(value, source, at, AnyOf if key == "any" else AllOf, depth))
            elif key == "not":
                parts.append(Not(self.read(value, source, at, depth + 1)))
            else:
                parts.append(self.test(key, value, source, at))
        if not parts:
            source.fault(place, "an empty condition: remove `when`, or say what has to hold")
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _many(
        self, specs: list[Any], source: YamlSource, place: Place, kind: type[AllOf] | type[AnyOf], depth: int = 0
    ) -> Condition:
        if not specs:
            source.fault(place, "an empty list of conditions")
        return kind(tuple(self.read(item, source, (*place, n), depth + 1) for n, item in enumerate(specs)))

    def _by_name(self, name: str, source: YamlSource, place: Place) -> Condition:
        if name in self._reading:
            source.fault(place, f"the condition `{name}` is declared by way of itself")
            return ALWAYS
        if name not in self._specs:
            source.fault(place, f"unknown condition `{name}`{did_you_mean(name, self._specs)}")
            return ALWAYS
        return self.named(name)

    def test(self, name: str, value: Any, source: YamlSource, place: Place) -> Condition:
        """One fact held against a value, a list of values or a range; always true where that cannot be read."""
        fact = self._facts.get(name)
        if fact is None:
            source.fault(place, f"unknown fact `{name}`{did_you_mean(name, self._facts)}", at_key=True)
            return ALWAYS
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(item, str) for item in values):
            source.fault(place, "a fact is held against one value, a list of values or a range like 0..30")
            return ALWAYS
        if fact.kind == "number":
            return self._within(name, fact, values, source, place)
        for number, item in enumerate(values):
            if item not in fact.choices:
                at = (*place, number) if isinstance(value, list) else place
                source.fault(at, unknown_value(name, item, fact))
        return OneOf(name, frozenset(values))

    def _within(
        self, name: str, fact: FactDefinition, values: list[str], source: YamlSource, place: Place
    ) -> Condition:
        ranges: list[tuple[int, int | None]] = []
        never = False
        for item in values:
            if item == NEVER and fact.never:
                never = True
                continue
            found = RANGE.match(item)
            if not found or item == "..":
                source.fault(place, f"`{item}` is no range of whole numbers: write 0..30, 31.. or 12")
                continue
            low, high, single = found.groups()
            lowest = int(single or low or 0)
            highest = int(single) if single else int(high) if high else None
            if highest is not None and highest < lowest:
                source.fault(place, f"the range `{item}` ends before it starts")
                continue
            ranges.append((lowest, highest))
        return Within(name, tuple(ranges), never)


def unknown_value(name: str, value: str, fact: FactDefinition) -> str:
    """The words for a value that the fact does not have: what was given, what is close, what there is."""
    if fact.kind == "number":
        never = f", or `{NEVER}`" if fact.never else ""
        return f"`{value}` is no value of `{name}`: a whole number from 0 to {fact.maximum:,}{never}"
    options = ", ".join(f"`{choice}`" for choice in fact.choices)
    return f"`{value}` is no value of `{name}`{did_you_mean(value, fact.choices)} (values: {options})"
