"""`slackguide compare`: what a change of knowledge does to questions."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from slackguide.cli.options import DayOption, JsonOption, RoleOption, today_or
from slackguide.cli.output import NOT_FINE, fail, out, print_json, printable
from slackguide.evaluation.asking import as_seen, ask, read_cases
from slackguide.evaluation.comparison import Comparison, comparison, document
from slackguide.evaluation.moves import VERDICTS, Move, Part, Verdict, moves
from slackguide.evaluation.said import Said
from slackguide.evaluation.table_changes import TableChange, table_changes
from slackguide.evaluation.words import expected_words, outcome_words
from slackguide.guide import Asker, Guide
from slackguide.triage import load_verified

CASES_SHOWN = 6
"""Most lines of cases printed for one change of a decision table; --json holds all of them."""

STYLES: dict[Verdict, str] = {"worse": "bold red", "better": "bold green", "different": "bold yellow"}


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def compare(
        old_dir: Annotated[Path, typer.Argument(metavar="OLD_DIR", help="The knowledge base as it was.")],
        new_dir: Annotated[Path, typer.Argument(metavar="NEW_DIR", help="The knowledge base as it is to be.")],
        questions: Annotated[
            list[Path] | None,
            typer.Option(metavar="FILE", help="Labelled questions, repeatable. Default: NEW_DIR/questions/*.jsonl."),
        ] = None,
        as_role: RoleOption = "agent",
        today: DayOption = None,
        fail_on_worse: Annotated[
            bool, typer.Option("--fail-on-worse", help="Exit 1 where a question got worse by its labels.")
        ] = False,
        json: JsonOption = False,
    ) -> None:
        """List the questions whose entry, outcome or destination a change of knowledge moves, for a reviewer to read.

        Better or worse is by the labels. In scope, from best to worst: a right answer, choices with a right one, none,
        choices without, a wrong answer. Out of scope: none, choices, answer. Else a move is different.

        Entries added and removed are listed, and every case in which an entry's rules now send to another destination.

        Exits 0, 1 with --fail-on-worse where a question got worse, 2 where the input cannot be used.
        """
        old, new = load_verified(old_dir), load_verified(new_dir)
        files = questions or sorted((new_dir / "questions").glob("*.jsonl"))
        if not files:
            fail(f"no questions: there is no file in {new_dir / 'questions'}; name one with --questions FILE.")
        cases = read_cases(files, known=old.entries.keys() | new.entries.keys())
        day = today_or(today)
        asker = Asker(as_role)
        before, after = (ask(Guide(base), cases, asker, today=day, clock=time.perf_counter) for base in (old, new))
        seen = {id for base in (old, new) for id in base.entries.keys() - base.hidden_from(as_role)}
        unseen = (old.entries.keys() | new.entries.keys()) - seen
        moved = moves(before, after, as_seen(cases, unseen))
        found = comparison(old, new, moved, table_changes(old, new), questions=len(cases))
        if json:
            print_json(document(found))
        else:
            _print(found)
        if fail_on_worse and found.count("worse"):
            raise typer.Exit(NOT_FINE)


def _print(found: Comparison) -> None:
    for title, ids in (("Entries added", found.added), ("Entries removed", found.removed)):
        if ids:
            out.print(Text(title, style="bold"))
            for id in ids:
                out.print(Text(f"  {id}"))
    if found.tables.changes:
        out.print(Text("Cases that go elsewhere", style="bold"))
        for change in found.tables.changes:
            _print_change(change)
    for id, reason in found.tables.skipped.items():
        out.print(Text(f"Not compared: the rules of {id}: {reason}.", style="yellow"))
    for verdict in VERDICTS:
        _print_moves(verdict, (move for move in found.moves if move.verdict == verdict))
    counts = ", ".join(f"{found.count(verdict)} {verdict}" for verdict in VERDICTS)
    out.print(Text(f"{len(found.moves)} of {found.questions} questions moved: {counts}.", style="bold"))


def _print_change(change: TableChange) -> None:
    entries = ", ".join(change.entries)
    count = f"{change.cells} {'case' if change.cells == 1 else 'cases'}"
    out.print(Text.assemble(f"  {entries}: ", (f"{change.old} → {change.new}", "bold"), f" ({count})"))
    for case in change.cases[:CASES_SHOWN]:
        out.print(Text(f"    {case or 'always'}", style="dim"))
    if len(change.cases) > CASES_SHOWN:
        out.print(Text(f"    … and {len(change.cases) - CASES_SHOWN} more lines: --json lists all.", style="dim"))


def _print_moves(verdict: Verdict, moved: Iterable[Move]) -> None:
    for number, move in enumerate(moved):
        if not number:
            out.print(Text(verdict.capitalize(), style=STYLES[verdict]))
        out.print(Text.assemble(f"  {printable(move.case.text)}  ", (move.case.place, "dim")))
        out.print(Text(f"    wanted {expected_words(move.case.ids)}", style="dim"))
        out.print(Text(f"    was {_words(move.old, move.parts)}"))
        out.print(Text.assemble("    now ", (_words(move.new, move.parts), "bold")))


def _words(said: Said, parts: tuple[Part, ...]) -> str:
    words = outcome_words(said)
    if said.outcome == "answer" and said.target:
        words += f", to {said.target}"
    elif said.outcome == "answer" and said.missing:
        words += f", to be asked: {', '.join(said.missing)}"
    if "alerts" in parts:
        words += f", alerts: {', '.join(said.alerts) or 'none'}"
    return words
