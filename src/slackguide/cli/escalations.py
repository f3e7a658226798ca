"""`slackguide escalations`: what was escalated, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.database import open_database
from slackguide.cli.escalation_output import Names, escalation_json, print_escalation, print_escalations
from slackguide.cli.export import ExportFormat, export_to
from slackguide.cli.options import JsonOption, LimitOption, SinceOption, age_of, beginning_of
from slackguide.cli.output import fail, info, print_json
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.models import OPEN_STATES, EscalationState

LIMIT = 50

OPEN_KEYWORD = "open"
"""Stands for every state in which somebody still owes somebody something."""


def states_of(name: str) -> str:
    """A state's name, or `open`. Raises `typer.BadParameter` where there is none of that name."""
    if name not in {*EscalationState, OPEN_KEYWORD}:
        raise typer.BadParameter(
            f"`{name}` is no state: take {', '.join(EscalationState)}, or {OPEN_KEYWORD} for the first 3."
        )
    return name


def person_of(text: str) -> str:
    """A Slack user id. Raises `typer.BadParameter` where it is none."""
    if not re.fullmatch(r"[UW][A-Z0-9]+", text):
        raise typer.BadParameter(f"`{text}` is no Slack user id: write one like U012AB.")
    return text


FormsOption = Annotated[
    list[str] | None, typer.Option("--form", metavar="ID", help="Only of this form, like ask-disputes; repeatable.")
]
StatesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        metavar="STATE",
        parser=states_of,
        help="Only sent, claimed, asked (these three: open), resolved or withdrawn; repeatable.",
    ),
]
PersonOption = Annotated[
    str | None,
    typer.Option(metavar="USER", parser=person_of, help="Only those this Slack user id sent or claimed."),
]
OlderOption = Annotated[
    timedelta | None,
    typer.Option("--older-than", metavar="AGE", parser=age_of, help="Only those sent longer ago: 90m, 12h, 3d or 2w."),
]
NewerOption = Annotated[
    timedelta | None,
    typer.Option("--newer-than", metavar="AGE", parser=age_of, help="Only those sent more lately than that."),
]
OverdueOption = Annotated[
    bool, typer.Option("--overdue", help="Only those that are open and later than the form's reminders allow.")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="A table for spreadsheets, with a column for every form field.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(help="What was escalated, and what became of it.", no_args_is_help=True)
    app.add_typer(group, name="escalations")
    group.command("list")(list_)
    group.command()(show)
    group.command()(export)


def list_(
    form: FormsOption = None,
    state: StatesOption = None,
    person: PersonOption = None,
    since: SinceOption = None,
    older_than: OlderOption = None,
    newer_than: NewerOption = None,
    overdue: OverdueOption = False,
    limit: LimitOption = LIMIT,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """List escalations, the latest first, with who has them and how they ended.

    Reads DATABASE_URL, or the SQLite file in SLACKGUIDE_HOME. Exits 0, or 2 where there is no database.
    """
    now = datetime.now(UTC)
    filter_, how = _search(now, form, state, person, since, older_than, newer_than, overdue), _format(json, csv)
    with open_database() as repositories:
        page = repositories.escalations.page(filter_, limit=limit)
        found = page.escalations
        total, names = repositories.escalations.count(filter_), Names(repositories.directory)
        if how is not None:
            export_to(None, lambda: found, len(found), how, names)
        elif found:
            print_escalations(found, names, now=now)
    if page.unreadable:
        info(f"{page.unreadable:,} left out: a newer version of slackguide wrote what this one cannot read.")
    if total > len(found) + page.unreadable:
        info(f"{len(found):,} of {total:,}, the latest; --limit shows more, `slackguide escalations export` all.")
    elif not total:
        info("No escalation fits.")


def show(
    reference: Annotated[str, typer.Argument(metavar="REF", help="The escalation's reference, like D-1042.")],
    json: JsonOption = False,
) -> None:
    """Show one escalation whole, with everything that happened to it.

    Exits 0, or 2 where there is no such escalation.
    """
    with open_database() as repositories:
        found = repositories.escalations.by_reference(reference)
        if found is None:
            fail(f"there is no escalation {reference}: `slackguide escalations list` names those there are.")
        history, names = repositories.escalations.history(found.id), Names(repositories.directory)
        if json:
            print_json(escalation_json(found, names, history))
        else:
            print_escalation(found, history, names)


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to write; left out: standard output.")
    ] = None,
    form: FormsOption = None,
    state: StatesOption = None,
    person: PersonOption = None,
    since: SinceOption = None,
    older_than: OlderOption = None,
    newer_than: NewerOption = None,
    overdue: OverdueOption = False,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """Write all escalations that fit, of any number: CSV, or one JSON document with --json or where FILE ends in .json.

    What comes in meanwhile is left to the next export. FILE is there whole, or not at all. Progress goes to standard
    error. Exits 0, or 2 where there is no database or FILE cannot be written.
    """
    now = datetime.now(UTC)
    filter_ = replace(_search(now, form, state, person, since, older_than, newer_than, overdue), until=now)
    how = _format(json, csv) or (ExportFormat.JSON if file is not None and file.suffix == ".json" else ExportFormat.CSV)
    with open_database() as repositories:
        total = repositories.escalations.count(filter_)
        try:
            written = export_to(
                file, lambda: repositories.escalations.iterate(filter_), total, how, Names(repositories.directory)
            )
        except OSError as error:
            fail(f"{file or 'standard output'} cannot be written: {error.strerror}. Nothing is left behind.")
    info(f"{written:,} {'escalation' if written == 1 else 'escalations'} in {file or 'standard output'}.")


def _search(
    now: datetime,
    forms: Collection[str] | None,
    states: Collection[str] | None,
    person: str | None,
    since: date | None,
    older_than: timedelta | None,
    newer_than: timedelta | None,
    overdue: bool,
) -> EscalationFilter:
    begins = [at for at in (beginning_of(since), newer_than and now - newer_than) if at]
    filter_ = {
        state for name in states or () for state in (OPEN_STATES if name == OPEN_KEYWORD else {EscalationState(name)})
    }
    return EscalationFilter(
        forms=forms or None,
        states=filter_ or None,
        person=person,
        since=max(begins, default=None),
        until=now - older_than if older_than else None,
        overdue_at=now if overdue else None,
    )


def _format(json: bool, csv: bool) -> ExportFormat | None:
    if json and csv:
        fail("--json and --csv are two ways to write the same: give one of them.")
    return ExportFormat.JSON if json else ExportFormat.CSV if csv else None
