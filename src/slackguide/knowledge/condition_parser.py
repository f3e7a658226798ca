"""Parse the value of `when` to a typed condition and report every error at its position."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from slackguide.knowledge.checklists import ALL, ANY, NONE, values_passing
from slackguide.knowledge.conditions import ALWAYS, NEVER, AllOf, AnyOf, Condition, NamedCondition, Not, OneOf, Within
from slackguide.knowledge.diagnostics import did_you_mean
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.file_format import ConditionSpec
from slackguide.knowledge.yaml_source import KeyPath, YamlSource

NESTING_LIMIT = 12
"""Maximum nesting of conditions, including named ones."""

TEST_LIMIT = 500
"""Maximum tests in a condition with its named conditions expanded. The shipped ones have under ten."""


_RANGES = {
    "number": "whole numbers: use 0..30, 31.. or 12",
    "date": "dates: use 2026-01-01..2026-01-31, 2026-01-01.., ..2026-01-31 or one date",
}


class ConditionParser:
    """Parses conditions with the declared facts and named conditions."""

    def __init__(
        self,
        facts: Mapping[str, FactSpec],
        named: Mapping[str, tuple[ConditionSpec, YamlSource, KeyPath]],
        *,
        invalid: Collection[str] | None,
    ) -> None:
        """Create a parser.

        `invalid` are the facts and conditions whose declarations have errors. References to them are not reported
        again. None means that they cannot be determined; then no name is reported as unknown.
        """
        self._facts = facts
        self._specs = named
        self._invalid = invalid
        self._named: dict[str, NamedCondition] = {}
        self._extents: dict[str, tuple[int, int]] = {}
        self._in_progress: list[str] = []

    def named(self, name: str) -> NamedCondition:
        """Return the declared condition `name`. Its errors are reported once, at its declaration."""
        if name not in self._named:
            spec, source, key_path = self._specs[name]
            self._in_progress.append(name)
            if spec.any is not None:
                part = self._parse_list(spec.any, source, (*key_path, "any"), AnyOf)
            elif spec.all is not None:
                part = self._parse_list(spec.all, source, (*key_path, "all"), AllOf)
            elif spec.not_ is not None:
                part = Not(self.parse(spec.not_, source, (*key_path, "not")))
            else:
                part = self.parse(spec.when, source, (*key_path, "when"))
            self._in_progress.pop()
            self._named[name] = NamedCondition(name, spec.label, self._within_limits(part, source, key_path))
        return self._named[name]

    def parse(self, spec: Any, source: YamlSource, key_path: KeyPath) -> Condition:
        """Parse the condition at `key_path`. Report errors on `source` and replace invalid parts by `ALWAYS`."""
        return self._within_limits(self._parse(spec, source, key_path), source, key_path)

    def _within_limits(self, condition: Condition, source: YamlSource, key_path: KeyPath) -> Condition:
        """Return the condition, or report an error and return `ALWAYS` if it is too deep or too large."""
        tests, depth = self._extent(condition)
        if tests > TEST_LIMIT:
            source.report(
                key_path, f"{tests:,} tests with its named conditions expanded, at most {TEST_LIMIT}: simplify"
            )
        elif depth > NESTING_LIMIT:
            source.report(key_path, f"conditions nested more than {NESTING_LIMIT} deep: simplify them")
        else:
            return condition
        return ALWAYS

    def _extent(self, condition: Condition) -> tuple[int, int]:
        """Return the number of tests in a condition, and its depth."""
        match condition:
            case OneOf() | Within():
                return 1, 0
            case NamedCondition(name=name, part=part):
                if name not in self._extents:
                    self._extents[name] = self._extent(part)
                return self._extents[name]
            case Not(part=part):
                tests, depth = self._extent(part)
                return tests, depth + 1
            case AllOf(parts=parts) | AnyOf(parts=parts):
                extents = [self._extent(part) for part in parts]
                return sum(tests for tests, _ in extents), 1 + max((depth for _, depth in extents), default=0)

    def _parse(self, spec: Any, source: YamlSource, key_path: KeyPath, depth: int = 0) -> Condition:
        if spec is None or spec in ("", [], {}):  # absent, or already reported as empty by the parser
            return ALWAYS
        if depth > NESTING_LIMIT:
            source.report(key_path, f"conditions nested more than {NESTING_LIMIT} deep: simplify them")
            return ALWAYS
        if isinstance(spec, str):
            return self._by_name(spec, source, key_path)
        if isinstance(spec, list):
            return self._parse_list(spec, source, key_path, AllOf, depth)
        parts: list[Condition] = []
        for key, value in spec.items():
            at = (*key_path, key)
            if key in ("any", "all"):
                if not isinstance(value, list):
                    source.report(at, f"`{key}` takes a list of conditions")
                    continue
                parts.append(self._parse_list(value, source, at, AnyOf if key == "any" else AllOf, depth))
            elif key == "not":
                parts.append(Not(self._parse(value, source, at, depth + 1)))
            else:
                parts.append(self.test(key, value, source, at))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _parse_list(
        self, specs: list[Any], source: YamlSource, key_path: KeyPath, kind: type[AllOf] | type[AnyOf], depth: int = 0
    ) -> Condition:
        return kind(tuple(self._parse(item, source, (*key_path, n), depth + 1) for n, item in enumerate(specs)))

    def _by_name(self, name: str, source: YamlSource, key_path: KeyPath) -> Condition:
        if name in self._in_progress:
            source.report(key_path, f"the condition `{name}` is defined in terms of itself")
            return ALWAYS
        if name not in self._specs:
            if self._invalid is not None and name not in self._invalid:
                source.report(key_path, f"unknown condition `{name}`{did_you_mean(name, self._specs)}")
            return ALWAYS
        if len(self._in_progress) > NESTING_LIMIT:
            source.report(key_path, f"conditions nested more than {NESTING_LIMIT} deep: simplify them")
            return ALWAYS
        return self.named(name)

    def test(self, name: str, value: Any, source: YamlSource, key_path: KeyPath) -> Condition:
        """Parse a test of a fact against a value, a list of values or a range. Return `ALWAYS` if it is invalid."""
        fact = self._facts.get(name)
        if fact is None:
            if self._invalid is not None and name not in self._invalid:
                source.report(key_path, f"unknown fact `{name}`{did_you_mean(name, self._facts)}", at_key=True)
            return ALWAYS
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(item, str) for item in values):
            source.report(key_path, "a fact is tested against one value, a list of values or a range like 0..30")
            return ALWAYS
        if fact.is_ordered:
            return self._within(name, fact, values, source, key_path)
        allowed = (*fact.values, ALL, ANY, NONE) if fact.kind == "checklist" else fact.choices
        for number, item in enumerate(values):
            if item not in allowed:
                at = (*key_path, number) if isinstance(value, list) else key_path
                source.report(at, unknown_value(name, item, fact))
        passing = values_passing(values, tuple(fact.values)) if fact.kind == "checklist" else frozenset(values)
        return OneOf(name, passing)

    def _within(self, name: str, fact: FactSpec, values: list[str], source: YamlSource, key_path: KeyPath) -> Condition:
        ranges: list[tuple[int, int | None]] = []
        never = False
        for item in values:
            if item == NEVER and fact.never:
                never = True
                continue
            ends = fact.range_of(item)
            if ends is None:
                source.report(key_path, f"`{item}` is not a range of {_RANGES[fact.kind]}")
                continue
            lowest, highest = ends
            if highest is not None and highest < lowest:
                source.report(key_path, f"the range `{item}` ends before it starts")
                continue
            ranges.append((lowest, highest))
        return Within(name, tuple(ranges), never)


def unknown_value(name: str, value: str, fact: FactSpec) -> str:
    """Return the error message for an unknown value of a fact, with a close match and the known values."""
    if fact.is_ordered:
        never = f", or `{NEVER}`" if fact.never else ""
        number = "an amount like 1250 or 1250.50" if fact.is_money else "a whole number"
        allowed = "a date like 2026-11-21" if fact.kind == "date" else f"{number} from 0 to {fact.maximum:,}"
        return f"`{value}` is not a value of `{name}`: {allowed}{never}"
    choices = (*fact.values, ALL, ANY, NONE) if fact.kind == "checklist" else fact.choices
    options = ", ".join(f"`{choice}`" for choice in choices)
    return f"`{value}` is not a value of `{name}`{did_you_mean(value, choices)} (values: {options})"
