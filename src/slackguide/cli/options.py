"""Options and arguments that several commands share, and the parsers of their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.output import fail
from slackguide.knowledge import Role
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.facts import FactSpec
from slackguide.triage import parse_facts

DEFAULT_KNOWLEDGE = Path("knowledge")

AGE_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST_AGE = 5
"""Most digits of an age: 99,999 weeks are far more than there is to look back on."""


def role_of(name: str) -> Role:
    """The role of that name. Raises `typer.BadParameter` where there is none."""
    match name:
        case "agent" | "team_lead":
            return name
        case _:
            raise typer.BadParameter(f"`{name}` is no role: take agent or team_lead.")


def day_of(text: str) -> date:
    """The day of an ISO date. Raises `typer.BadParameter` where it is none."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter(f"`{text}` is no day: write YYYY-MM-DD, like 2026-11-21.")


def age_of(text: str) -> timedelta:
    """The time that `90m`, `12h`, `3d` or `2w` name. Raises `typer.BadParameter` where it is none of these."""
    found = re.fullmatch(rf"([0-9]{{1,{LONGEST_AGE}}})([mhdw])", text)
    if found is None:
        raise typer.BadParameter(f"`{text}` is no age: write 90m, 12h, 3d or 2w (minutes, hours, days, weeks).")
    return timedelta(**{AGE_UNITS[found[2]]: int(found[1])})


def today_or(day: date | None) -> date:
    """The day given, else today where the person sits."""
    return day or date.today()  # noqa: DTZ011


def beginning_of(day: date | None) -> datetime | None:
    """When the day begins where the person sits."""
    return None if day is None else datetime.combine(day, time()).astimezone()


KnowledgeOption = Annotated[
    Path,
    typer.Option("--knowledge", envvar="SLACKGUIDE_KNOWLEDGE", help="The folder that holds the knowledge base."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for programs.")]
RoleOption = Annotated[
    Role,
    typer.Option(
        "--as",
        metavar="ROLE",
        parser=role_of,
        help="Who asks, agent or team_lead: some entries are for team leads only.",
    ),
]
DayOption = Annotated[
    date | None,
    typer.Option(
        "--today", metavar="YYYY-MM-DD", parser=day_of, help="The day that dates are counted from; left out: today."
    ),
]
SinceOption = Annotated[
    date | None,
    typer.Option(metavar="YYYY-MM-DD", parser=day_of, help="Only what came on that day or after."),
]
LimitOption = Annotated[int, typer.Option(min=1, metavar="NUMBER", help="At most so many, of the latest.")]


def parse_fact_options(given: Iterable[str], facts: Mapping[str, FactSpec]) -> dict[str, FactValue]:
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
