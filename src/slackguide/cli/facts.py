"""Facts given on the command line: `--fact NAME=VALUE`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slackguide.cli.output import fail
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.facts import FactSpec
from slackguide.triage import parse_facts


def told_facts(given: Iterable[str], facts: Mapping[str, FactSpec]) -> dict[str, FactValue]:
    """The facts of `NAME=VALUE` items, typed. Exits with status 2 where an item is none, or one fact is given twice;

    raises `UnusableInput` that names every unknown fact and value, and the choices.
    """
    pairs: dict[str, object] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals:
            fail(f"`{item}` is no fact: --fact takes NAME=VALUE, like contract_type=hourly.")
        if name.strip() in pairs:
            fail(f"`{name.strip()}` is given twice: give each fact once.")
        pairs[name.strip()] = value.strip()
    return parse_facts(pairs, facts)
