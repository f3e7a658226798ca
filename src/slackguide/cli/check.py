"""`slackguide check`: validate a knowledge base."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.options import DEFAULT_KNOWLEDGE, DayOption, JsonOption, today_or
from slackguide.cli.output import CHECK_FAILED, info, print_json, working
from slackguide.evaluation.advice import advise
from slackguide.knowledge import Diagnostic, Inspection, KnowledgeBase, inspect
from slackguide.knowledge.labelled_questions import check_questions
from slackguide.text import counted
from slackguide.triage import check_tables

SHOWN = 10
"""Maximum lines of advice after a check."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def check(
        directory: Annotated[
            Path,
            typer.Argument(
                envvar="SLACKGUIDE_KNOWLEDGE", help="The folder that holds the knowledge base.", metavar="[DIR]"
            ),
        ] = DEFAULT_KNOWLEDGE,
        todo: Annotated[
            bool,
            typer.Option("--todo", help="If it is valid, print what owners have to settle in the documents instead."),
        ] = False,
        advice: Annotated[
            bool, typer.Option("--advice", help="If it is valid, print all advice on making it better instead.")
        ] = False,
        today: DayOption = None,
        json: JsonOption = False,
    ) -> None:
        """Validate the knowledge base and print every error as file:line:column: message.

        Advice on a valid one goes to standard error. Exits 0 if it is valid, 1 if it has errors, 2 if there is nothing
        to check.
        """
        with working("Checking the knowledge base"):
            inspection = inspect(directory)
            diagnostics = _diagnostics(directory, inspection)
            more = advise(inspection, today=today_or(today)) if not diagnostics and not todo else []
        if todo and inspection.knowledge is not None and not diagnostics:
            _print_todo(inspection.knowledge, json=json)
            return
        if advice and not diagnostics:
            info(f"{counted(len(more), 'piece')} of advice.")
            _print(more, json=json)
            return
        if diagnostics:
            info(f"{counted(len(diagnostics), 'error')}: the knowledge base will not be loaded.")
        _print(diagnostics, json=json)
        if diagnostics:
            raise typer.Exit(CHECK_FAILED)
        if (knowledge := inspection.knowledge) is not None and not json:
            size = (
                counted(len(knowledge.entries), "entry", "entries"),
                counted(len(knowledge.destinations), "destination"),
                counted(len(knowledge.facts), "fact"),
                counted(len(knowledge.forms), "form"),
            )
            info(f"{directory} is valid: {', '.join(size)}; every decision table is complete.")
            _mention(more)


def _diagnostics(directory: Path, inspection: Inspection) -> list[Diagnostic]:
    """Return the errors of the files, the questions and the decision tables, in order."""
    found = [*inspection.diagnostics, *check_questions(directory, inspection.entries)]
    if inspection.knowledge is not None:
        unverified, tables = inspection.unverified, inspection.unverified_tables
        found += inspection.named(check_tables(inspection.knowledge, unverified=unverified, unverified_tables=tables))
    return sorted(set(found))


def _print(diagnostics: Iterable[Diagnostic], *, json: bool) -> None:
    if json:
        fields = ("file", "line", "column", "message", "subject")
        print_json([{name: getattr(diagnostic, name) for name in fields} for diagnostic in diagnostics])
        return
    for diagnostic in diagnostics:
        typer.echo(str(diagnostic))


def _mention(advice: Sequence[Diagnostic]) -> None:
    """Print the first lines of the advice to standard error."""
    if advice:
        info("Advice:")
    for one in advice[:SHOWN]:
        info(f"  {one}")
    if len(advice) > SHOWN:
        info(f"  … and {len(advice) - SHOWN} more: slackguide check --advice prints all.")


def _print_todo(knowledge: KnowledgeBase, *, json: bool) -> None:
    """Print what the documents leave open and where they contradict each other, each once, by its first entry."""
    first: dict[tuple[str, str | None], dict[str, str | None]] = {}
    for entry in knowledge.entries.values():
        conflicts = (*entry.conflicts, *(one for rule in entry.rules for one in rule.conflicts))
        for text, conflict in (
            *((one.todo, f"“{one.says}” ({one.at}), but “{one.but}” ({one.elsewhere})") for one in conflicts),
            *((text, None) for text in entry.todo),
        ):
            found = {"id": entry.id, "owner": entry.owner, "todo": text, "conflict": conflict}
            first.setdefault((text, conflict), found)
    todo = list(first.values())
    info(f"{len(todo)} to settle.")
    if json:
        print_json(todo)
        return
    for one in todo:
        typer.echo(f"{one['id']} ({one['owner']}): {one['todo']}")
        if one["conflict"]:
            typer.echo(f"    {one['conflict']}")
