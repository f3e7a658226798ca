"""`slackguide escalations`: list, show and export escalations."""

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
"""Selects every state in which an escalation is not closed."""


def states_of(name: str) -> str:
    """Return the name of a state, or `open`. Raises `typer.BadParameter` if it is neither."""
    if name not in {*EscalationState, OPEN_KEYWORD}:
        raise typer.BadParameter(
            f"`{name}` is not a state: use {', '.join(EscalationState)}, or {OPEN_KEYWORD} for the first 3."
        )
    return name


def person_of(text: str) -> str:
    """Return the Slack user id. Raises `typer.BadParameter` if it is not one."""
    if not re.fullmatch(r"[UW][A-Z0-9]+", text):
        raise typer.BadParameter(f"`{text}` is not a Slack user id: use one like U012AB.")
    return text


FormsOption = Annotated[
    list[str] | None,
    typer.Option("--form", metavar="ID", help="Only escalations of this form, like ask-billing; may be repeated."),
]
StatesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        metavar="STATE",
        parser=states_of,
        help="Only this state: sent, claimed, asked (these three: open), resolved or withdrawn; may be repeated.",
    ),
]
PersonOption = Annotated[
    str | None,
    typer.Option(metavar="USER", parser=person_of, help="Only escalations that this Slack user id sent or claimed."),
]
OlderOption = Annotated[
    timedelta | None,
    typer.Option(
        "--older-than",
        metavar="AGE",
        parser=age_of,
        help="Only escalations sent longer ago than this: 90m, 12h, 3d or 2w.",
    ),
]
NewerOption = Annotated[
    timedelta | None,
    typer.Option("--newer-than", metavar="AGE", parser=age_of, help="Only escalations sent more recently than this."),
]
OverdueOption = Annotated[
    bool, typer.Option("--overdue", help="Only open escalations that are overdue by the form's reminders.")
]
CsvOption = Annotated[
    bool, typer.Option("--csv", help="Write CSV for spreadsheets, with a column for every form field.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="List, show and export escalations.", no_args_is_help=True)
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
    """List escalations, the latest first, with their assignee and resolution.

    Reads DATABASE_URL, or the SQLite file in SLACKGUIDE_HOME. Exits 0, or 2 if there is no database.
    """
    now = datetime.now(UTC)
    filter_ = _filter(now, form, state, person, since, older_than, newer_than, overdue)
    format_ = _format(json, csv)
    with open_database() as repositories:
        page = repositories.escalations.page(filter_, limit=limit)
        listed = page.escalations
        total, names = repositories.escalations.count(filter_), Names(repositories.directory)
        if format_ is not None:
            export_to(None, lambda: listed, len(listed), format_, names)
        elif listed:
            print_escalations(listed, names, now=now)
    if page.unreadable:
        info(f"{page.unreadable:,} left out: written by a newer version of slackguide, not readable by this one.")
    if total > len(listed) + page.unreadable:
        info(f"The latest {len(listed):,} of {total:,}. Use --limit for more, `slackguide escalations export` for all.")
    elif not total:
        info("No escalation matches.")


def show(
    reference: Annotated[str, typer.Argument(metavar="REF", help="The escalation's reference, like A-1042.")],
    json: JsonOption = False,
) -> None:
    """Show one escalation with all its fields and its history.

    Exits 0, or 2 if there is no such escalation.
    """
    with open_database() as repositories:
        escalation = repositories.escalations.by_reference(reference)
        if escalation is None:
            fail(f"there is no escalation {reference}: see `slackguide escalations list`.")
        history, names = repositories.escalations.history(escalation.id), Names(repositories.directory)
        if json:
            print_json(escalation_json(escalation, names, history))
        else:
            print_escalation(escalation, history, names)


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The file to write. Default: standard output.")
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
    """Export all matching escalations: as CSV, or as one JSON document with --json or if FILE ends in .json.

    Escalations sent during the export are not included. FILE is written completely or not at all. Progress goes to
    standard error. Exits 0, or 2 if there is no database or FILE cannot be written.
    """
    now = datetime.now(UTC)
    filter_ = replace(_filter(now, form, state, person, since, older_than, newer_than, overdue), until=now)
    by_suffix = ExportFormat.JSON if file is not None and file.suffix == ".json" else ExportFormat.CSV
    format_ = _format(json, csv) or by_suffix
    with open_database() as repositories:
        total = repositories.escalations.count(filter_)
        try:
            written = export_to(
                file, lambda: repositories.escalations.iterate(filter_), total, format_, Names(repositories.directory)
            )
        except OSError as error:
            fail(f"{file or 'standard output'} cannot be written: {error.strerror}. No partial file remains.")
    info(f"{written:,} {'escalation' if written == 1 else 'escalations'} written to {file or 'standard output'}.")


def _filter(
    now: datetime,
    forms: Collection[str] | None,
    states: Collection[str] | None,
    person: str | None,
    since: date | None,
    older_than: timedelta | None,
    newer_than: timedelta | None,
    overdue: bool,
) -> EscalationFilter:
    starts = [at for at in (beginning_of(since), newer_than and now - newer_than) if at]
    selected_states = {
        state for name in states or () for state in (OPEN_STATES if name == OPEN_KEYWORD else {EscalationState(name)})
    }
    return EscalationFilter(
        forms=forms or None,
        states=selected_states or None,
        person=person,
        since=max(starts, default=None),
        until=now - older_than if older_than else None,
        overdue_at=now if overdue else None,
    )


def _format(json: bool, csv: bool) -> ExportFormat | None:
    if json and csv:
        fail("--json and --csv exclude each other: use one of them.")
    return ExportFormat.JSON if json else ExportFormat.CSV if csv else None
