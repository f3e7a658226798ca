"""Turns what stands under `when` into a typed condition, noting every fault at its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from slackguide.knowledge.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    Named,
    Not,
    OneOf,
    Within,
    range_of,
)
from slackguide.knowledge.facts import FactDefinition
from slackguide.knowledge.faults import did_you_mean
from slackguide.knowledge.format import ConditionSpec
from slackguide.knowledge.yaml_reader import Place
from slackguide.knowledge.yaml_reader import Source as YamlSource

NESTING_LIMIT = 12
"""Deepest nesting of conditions within conditions, by name or written out."""

TEST_LIMIT = 500
"""Most facts a condition may look at with its named parts written out; the shipped ones stay under ten."""


class ConditionReader:
    """Reads conditions against the declared facts and named conditions."""

    def __init__(
        self,
        facts: Mapping[str, FactDefinition],
        named: Mapping[str, tuple[ConditionSpec, YamlSource, Place]],
        *,
        unsound: Collection[str] | None,
    ) -> None:
        """`unsound` are the facts and conditions that are declared, but not soundly: a name of them is no second fault.

        None: they are not known, and no name is called unknown.
        """
        self._facts = facts
        self._specs = named
        self._unsound = unsound
        self._named: dict[str, Named] = {}
        self._extents: dict[str, tuple[int, int]] = {}
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
            self._named[name] = Named(name, spec.label, self._held(part, source, place))
        return self._named[name]

    def read(self, spec: Any, source: YamlSource, place: Place) -> Condition:
        """The condition under `place`; what cannot be read is noted on `source` and read as always true."""
        return self._held(self._read(spec, source, place), source, place)

    def _held(self, condition: Condition, source: YamlSource, place: Place) -> Condition:
        """The condition, or `ALWAYS` where it is too deep or, its names written out, explodes."""
        tests, depth = self._extent(condition)
        if tests > TEST_LIMIT:
            source.fault(place, f"{tests:,} tests with the names in it written out, at most {TEST_LIMIT}: simplify")
        elif depth > NESTING_LIMIT:
            source.fault(place, f"conditions nested more than {NESTING_LIMIT} deep: simplify them")
        else:
            return condition
        return ALWAYS

    def _extent(self, condition: Condition) -> tuple[int, int]:
        """How many tests a condition holds, and how deep it is."""
        match condition:
            case OneOf() | Within():
                return 1, 0
            case Named(name=name, part=part):
                if name not in self._extents:
                    self._extents[name] = self._extent(part)
                return self._extents[name]
            case Not(part=part):
                tests, depth = self._extent(part)
                return tests, depth + 1
            case AllOf(parts=parts) | AnyOf(parts=parts):
                extents = [self._extent(part) for part in parts]
                return sum(tests for tests, _ in extents), 1 + max((depth for _, depth in extents), default=0)

    def _read(self, spec: Any, source: YamlSource, place: Place, depth: int = 0) -> Condition:
        if spec is None or spec in ("", [], {}):  # nothing, or noted as empty by the reader
            return ALWAYS
        if depth > NESTING_LIMIT:
            source.fault(place, f"conditions nested more than {NESTING_LIMIT} deep: simplify them")
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
                parts.append(Not(self._read(value, source, at, depth + 1)))
            else:
                parts.append(self.test(key, value, source, at))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _many(
        self, specs: list[Any], source: YamlSource, place: Place, kind: type[AllOf] | type[AnyOf], depth: int = 0
    ) -> Condition:
        return kind(tuple(self._read(item, source, (*place, n), depth + 1) for n, item in enumerate(specs)))

    def _by_name(self, name: str, source: YamlSource, place: Place) -> Condition:
        if name in self._reading:
            source.fault(place, f"the condition `{name}` is declared by way of itself")
            return ALWAYS
        if name not in self._specs:
            if self._unsound is not None and name not in self._unsound:
                source.fault(place, f"unknown condition `{name}`{did_you_mean(name, self._specs)}")
            return ALWAYS
        if len(self._reading) > NESTING_LIMIT:
            source.fault(place, f"conditions nested more than {NESTING_LIMIT} deep: simplify them")
            return ALWAYS
        return self.named(name)

    def test(self, name: str, value: Any, source: YamlSource, place: Place) -> Condition:
        """One fact held against a value, a list of values or a range; always true where that cannot be read."""
        fact = self._facts.get(name)
        if fact is None:
            if self._unsound is not None and name not in self._unsound:
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
            ends = range_of(item)
            if ends is None:
                source.fault(place, f"`{item}` is no range of whole numbers: write 0..30, 31.. or 12")
                continue
            lowest, highest = ends
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
