"""Options and arguments shared by several commands, and the parsers of their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.output import fail
from slackguide.guide import Asker
from slackguide.knowledge import KnowledgeBase, Role
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.entries import BASE_ROLES
from slackguide.knowledge.facts import FactSpec
from slackguide.triage import parse_facts

DEFAULT_KNOWLEDGE = Path("knowledge")

AGE_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
MAX_AGE_DIGITS = 5
"""Maximum digits of an age, so that `datetime` arithmetic does not overflow."""


def asker_of(role: Role, knowledge: KnowledgeBase) -> Asker:
    """Return an asker with the role. Exits with status 2 if the knowledge base has none of that name."""
    names = knowledge.role_names
    if role not in names:
        fail(f"`{role}` is not a role: use {', '.join(names[:-1])} or {names[-1]}.")
    return Asker(role) if role in BASE_ROLES else Asker(more_roles=frozenset({role}))


def day_of(text: str) -> date:
    """Return the day of an ISO 8601 date. Raises `typer.BadParameter` if the text is not one."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter(f"`{text}` is not a date: use YYYY-MM-DD, like 2026-11-21.")


def time_of(text: str) -> time:
    """Return the time that `17:30` denotes. Raises `typer.BadParameter` if the text is not one."""
    try:
        if re.fullmatch(r"[0-9]{2}:[0-9]{2}", text):
            return time.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter(f"`{text}` is not a time: use HH:MM, like 17:30.")


def age_of(text: str) -> timedelta:
    """Return the duration that `90m`, `12h`, `3d` or `2w` denotes. Raises `typer.BadParameter` for any other text."""
    match = re.fullmatch(rf"([0-9]{{1,{MAX_AGE_DIGITS}}})([mhdw])", text)
    if match is None:
        raise typer.BadParameter(f"`{text}` is not an age: use 90m, 12h, 3d or 2w (minutes, hours, days, weeks).")
    return timedelta(**{AGE_UNITS[match[2]]: int(match[1])})


def today_or(day: date | None) -> date:
    """Return the given day, or today in the local time zone."""
    return day or date.today()  # noqa: DTZ011


def beginning_of(day: date | None) -> datetime | None:
    """Return the start of the day in the local time zone."""
    return None if day is None else datetime.combine(day, time()).astimezone()


KnowledgeOption = Annotated[
    Path,
    typer.Option("--knowledge", envvar="SLACKGUIDE_KNOWLEDGE", help="The folder that holds the knowledge base."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]
RoleOption = Annotated[
    Role,
    typer.Option(
        "--as",
        metavar="ROLE",
        help="The role of the asker: agent, team_lead or one that the knowledge base declares.",
    ),
]
DayOption = Annotated[
    date | None,
    typer.Option(
        "--today", metavar="YYYY-MM-DD", parser=day_of, help="The day that relative dates refer to. Default: today."
    ),
]
TimeOption = Annotated[
    time | None,
    typer.Option(
        "--time",
        metavar="HH:MM",
        parser=time_of,
        help="The time of day, in the zone of the knowledge base's `clock`. Default: now.",
    ),
]
SinceOption = Annotated[
    date | None,
    typer.Option(metavar="YYYY-MM-DD", parser=day_of, help="Only items from this day or later."),
]
LimitOption = Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Maximum number of items, the latest first.")]


def parse_fact_options(given: Iterable[str], facts: Mapping[str, FactSpec]) -> dict[str, FactValue]:
    """Parse `NAME=VALUE` items to facts with typed values.

    Exits with status 2 if an item is malformed or a fact is repeated. Raises `UnusableInput`, which lists every
    unknown fact and value with the choices.
    """
    pairs: dict[str, object] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals:
            fail(f"`{item}` is not a fact: --fact takes NAME=VALUE, like plan=premium.")
        if name.strip() in pairs:
            fail(f"`{name.strip()}` is given twice: pass each fact once.")
        pairs[name.strip()] = value.strip()
    return parse_facts(pairs, facts)
