"""`slackguide check`: every fault of a knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.options import DEFAULT_KNOWLEDGE, JsonOption
from slackguide.cli.output import NOT_FINE, info, print_json
from slackguide.knowledge import Diagnostic, inspect
from slackguide.knowledge.labelled_questions import check_questions
from slackguide.triage import check_tables


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def check(
        directory: Annotated[
            Path,
            typer.Argument(
                envvar="SLACKGUIDE_KNOWLEDGE", help="The folder that holds the knowledge base.", metavar="[DIR]"
            ),
        ] = DEFAULT_KNOWLEDGE,
        json: JsonOption = False,
    ) -> None:
        """Validate the knowledge base: every fault as file:line:column: message.

        Exits 0 where it is sound, 1 where it has a fault, 2 where there is nothing to check.
        """
        found = inspect(directory)
        diagnostics: list[Diagnostic] = [*found.diagnostics, *check_questions(directory, found.entries)]
        if found.knowledge is not None:
            diagnostics += check_tables(found.knowledge, unverified=found.unverified)
        diagnostics = sorted(set(diagnostics))
        if json:
            fields = ("file", "line", "column", "message")
            print_json([{name: getattr(diagnostic, name) for name in fields} for diagnostic in diagnostics])
        else:
            for diagnostic in diagnostics:
                typer.echo(str(diagnostic))
        if diagnostics:
            info(f"{len(diagnostics)} {'fault' if len(diagnostics) == 1 else 'faults'}: nothing of it will be loaded.")
            raise typer.Exit(NOT_FINE)
        if (sound := found.knowledge) is not None and not json:
            info(
                f"{directory} is sound: {len(sound.entries)} entries, {len(sound.destinations)} destinations, "
                f"{len(sound.facts)} facts, {len(sound.forms)} forms; every case of every entry is decided."
            )
