"""`slackguide compare`: list the predictions that a change of the knowledge base alters."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from slackguide.cli.guides import guide_of, load_base
from slackguide.cli.options import DayOption, JsonOption, RoleOption, asker_of, today_or
from slackguide.cli.output import CHECK_FAILED, fail, out, print_json, printable, track
from slackguide.evaluation.compare import Comparison, compare_knowledge, comparison_json
from slackguide.evaluation.formatting import format_expected, format_outcome
from slackguide.evaluation.prediction import Prediction
from slackguide.evaluation.regressions import VERDICTS, ChangedPart, PredictionChange, Verdict, prediction_changes
from slackguide.evaluation.runner import read_cases, run_questions, without_hidden
from slackguide.evaluation.table_diff import TableChange, diff_tables

CASES_SHOWN = 6
"""Maximum lines of cases printed for one change of a decision table. --json contains all of them."""

STYLES: dict[Verdict, str] = {"worse": "bold red", "better": "bold green", "different": "bold yellow"}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def compare(
        old_dir: Annotated[Path, typer.Argument(metavar="OLD_DIR", help="The knowledge base before the change.")],
        new_dir: Annotated[Path, typer.Argument(metavar="NEW_DIR", help="The knowledge base after the change.")],
        questions: Annotated[
            list[Path] | None,
            typer.Option(
                metavar="FILE", help="Labelled questions; may be repeated. Default: NEW_DIR/questions/*.jsonl."
            ),
        ] = None,
        as_role: RoleOption = "agent",
        today: DayOption = None,
        fail_on_worse: Annotated[
            bool,
            typer.Option("--fail-on-worse", help="Exit 1 if the prediction for a question got worse by its labels."),
        ] = False,
        json: JsonOption = False,
    ) -> None:
        """List the questions whose entry, outcome or destination changes between two knowledge bases.

        A change is better or worse according to the labels. In scope, from best to worst: a correct answer, choices
        with a correct one, no match, choices without a correct one, a wrong answer. Out of scope: no match, choices,
        answer. Any other change is listed as different.

        Also lists added and removed entries, and every case that an entry's rules now send to another destination.

        Exits 0; 1 with --fail-on-worse if a question got worse; 2 if the input is invalid.
        """
        old, new = load_base(old_dir), load_base(new_dir)
        files = questions or sorted((new_dir / "questions").glob("*.jsonl"))
        if not files:
            fail(f"no questions: there is no file in {new_dir / 'questions'}; pass one with --questions FILE.")
        cases = read_cases(files, known=old.entries.keys() | new.entries.keys())
        day = today_or(today)
        asker = asker_of(as_role, new)
        before, after = (
            run_questions(guide_of(base), cases, asker, today=day, clock=time.perf_counter, progress=track)
            for base in (old, new)
        )
        visible = {id for base in (old, new) for id in base.entries.keys() - base.hidden_from(*asker.roles)}
        hidden = (old.entries.keys() | new.entries.keys()) - visible
        changes = prediction_changes(before, after, without_hidden(cases, hidden))
        comparison = compare_knowledge(old, new, changes, diff_tables(old, new), questions=len(cases))
        if json:
            print_json(comparison_json(comparison))
        else:
            print_comparison(comparison)
        if fail_on_worse and comparison.count("worse"):
            raise typer.Exit(CHECK_FAILED)


def print_comparison(comparison: Comparison) -> None:
    """Print a comparison for people: the summary, then every change."""
    counts = ", ".join(f"{comparison.count(verdict)} {verdict}" for verdict in VERDICTS)
    out.print(Text(f"{len(comparison.moves)} of {comparison.questions} questions changed: {counts}.", style="bold"))
    for title, ids in (("Entries added", comparison.added), ("Entries removed", comparison.removed)):
        if ids:
            out.print(Text(title, style="bold"))
            for id in ids:
                out.print(Text(f"  {id}"))
    if comparison.tables.changes:
        out.print(Text("Cases with another destination", style="bold"))
        for change in comparison.tables.changes:
            _print_change(change)
    for id, reason in comparison.tables.skipped.items():
        out.print(Text(f"Rules of {id} not compared: {reason}.", style="yellow"))
    for verdict in VERDICTS:
        _print_changes(verdict, (change for change in comparison.moves if change.verdict == verdict))


def _print_change(change: TableChange) -> None:
    entries = ", ".join(change.entries)
    count = f"{change.cells} {'case' if change.cells == 1 else 'cases'}"
    out.print(Text.assemble(f"  {entries}: ", (f"{change.old} → {change.new}", "bold"), f" ({count})"))
    for case in change.cases[:CASES_SHOWN]:
        out.print(Text(f"    {case or 'always'}", style="dim"))
    if len(change.cases) > CASES_SHOWN:
        out.print(Text(f"    … and {len(change.cases) - CASES_SHOWN} more lines: --json lists all.", style="dim"))


def _print_changes(verdict: Verdict, changes: Iterable[PredictionChange]) -> None:
    for number, change in enumerate(changes):
        if not number:
            out.print(Text(verdict.capitalize(), style=STYLES[verdict]))
        out.print(Text.assemble(f"  {printable(change.case.text)}  ", (change.case.place, "dim")))
        out.print(Text(f"    expected {format_expected(change.case.ids)}", style="dim"))
        out.print(Text(f"    before {_describe(change.old, change.parts)}"))
        out.print(Text.assemble("    after ", (_describe(change.new, change.parts), "bold")))


def _describe(prediction: Prediction, parts: tuple[ChangedPart, ...]) -> str:
    text = format_outcome(prediction)
    if prediction.outcome == "answer" and prediction.destination:
        text += f", to {prediction.destination}"
    elif prediction.outcome == "answer" and prediction.missing:
        text += f", asks for: {', '.join(prediction.missing)}"
    if "alerts" in parts:
        text += f", alerts: {', '.join(prediction.alerts) or 'none'}"
    return text
