"""`slackguide evaluate`: how right the guide is on labelled questions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.database import open_database
from slackguide.cli.evaluation_output import print_gates, print_report
from slackguide.cli.options import DEFAULT_KNOWLEDGE, DayOption, JsonOption, KnowledgeOption, RoleOption, today_or
from slackguide.cli.output import NOT_FINE, fail, info, print_json, print_utf8
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.models import EscalationState
from slackguide.evaluation.escalation_labels import LabelledEscalation, cases_of, label_escalations
from slackguide.evaluation.gates import GATED, GateResult, check_gates, read_gates
from slackguide.evaluation.json_report import report_json
from slackguide.evaluation.report import Report, build_report
from slackguide.evaluation.runner import read_cases, run_questions
from slackguide.evaluation.split import SplitName, split_of
from slackguide.guide import Asker, Guide
from slackguide.knowledge import KnowledgeBase, Role
from slackguide.triage import load_verified

METRICS_HELP = "\n\n".join(f"- {name}: {words}" for name, words in GATED.items())


def half_named(name: str) -> SplitName:
    """The half of that name. Raises `typer.BadParameter` where there is none."""
    match name:
        case "development" | "report":
            return name
        case _:
            raise typer.BadParameter(f"`{name}` is no half: take development or report.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(epilog=f"Measures, each 0 to 1, for --gates:\n\n{METRICS_HELP}")
    def evaluate(
        files: Annotated[
            list[Path] | None,
            typer.Argument(
                metavar="FILE...",
                help='Questions as JSON Lines: {"text": "…", "ids": ["the/entry"]}. Several ids: each is acceptable; '
                "none: out of scope.",
            ),
        ] = None,
        as_role: RoleOption = "agent",
        today: DayOption = None,
        gates: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help="A TOML file with the least and the most that measures may be, for all questions or for some of "
                "the files. Prints each with its value, and the questions that count against those missed.",
            ),
        ] = None,
        half: Annotated[
            SplitName | None,
            typer.Option(
                metavar="HALF",
                parser=half_named,
                help="Only the development half, which thresholds are fitted on (first byte of the SHA-256 of the text "
                "even), or only the report half.",
            ),
        ] = None,
        html: Annotated[
            Path | None, typer.Option(metavar="FILE", help="Also write the report with charts, as one web page.")
        ] = None,
        from_escalations: Annotated[
            bool,
            typer.Option(
                "--from-escalations",
                help="Ask what was escalated too, labelled by how specialists resolved it: wrong queue, not eligible, "
                "was in the guide, duplicate.",
            ),
        ] = False,
        write: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help="With --from-escalations: write these questions as JSON Lines (- is standard output), and measure "
                "nothing.",
            ),
        ] = None,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
        json: JsonOption = False,
    ) -> None:
        """Measure the guide on labelled questions: accuracy, honesty, calibration, confusions, time.

        An entry that ROLE may not see counts as absent: what only such entries answer is out of scope.

        Exits 0, 1 where a gate is missed, 2 where the input cannot be used.
        """
        wanted = read_gates(gates) if gates else ()
        if not files and not from_escalations:
            fail("nothing to ask: name files of questions, or give --from-escalations.")
        if write is not None and (files or not from_escalations):
            fail("--write goes with --from-escalations alone: it writes the questions that those make.")
        base = load_verified(knowledge)
        escalated = _escalated(base, half) if from_escalations else ()
        if write is not None:
            _write_questions(write, escalated)
            return
        cases = (*(read_cases(files, known=base.entries, split=half) if files else ()), *cases_of(escalated))
        if not cases:
            fail("no escalation makes a question: nothing to measure.")
        day = today_or(today)
        observations = run_questions(Guide(base), cases, Asker(as_role), today=day, clock=time.perf_counter)
        critical = _critical(base)
        found = build_report(observations, critical=critical)
        checked = check_gates(wanted, observations, critical=critical)
        if html is not None:
            _write(html, found, checked, _subtitle(len(cases), as_role, half, day))
        if json:
            print_json({"as": as_role, "today": day.isoformat(), "half": half, **report_json(found, checked)})
        else:
            print_report(found)
            print_gates(checked)
        _print_summary(checked)


def _escalated(base: KnowledgeBase, split: SplitName | None) -> tuple[LabelledEscalation, ...]:
    """The questions that resolved escalations make; says on standard error how many make none, and why."""
    with open_database() as repositories:
        filter_ = EscalationFilter(states={EscalationState.RESOLVED}, oldest_first=True)
        found = label_escalations(
            repositories.escalations.iterate(filter_), base, repositories.escalations.by_reference
        )
    for reason, count in found.skipped.most_common():
        info(f"Left out: {count} {reason.value}.")
    questions = tuple(one for one in found.questions if split is None or split_of(one.text) == split)
    info(f"{len(questions)} {'question' if len(questions) == 1 else 'questions'} from escalations.")
    return questions


def _write_questions(path: Path, questions: Sequence[LabelledEscalation]) -> None:
    text = "".join(f"{one.line}\n" for one in questions)
    if str(path) == "-":
        print_utf8(text, end="")
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.")


def _critical(knowledge: KnowledgeBase) -> frozenset[str]:
    return frozenset(id for id, entry in knowledge.entries.items() if entry.urgent)


def _subtitle(questions: int, role: Role, split: SplitName | None, day: date) -> str:
    asked = "a team lead" if role == "team_lead" else "an agent"
    of_half = f" of the {split} half" if split else ""
    return f"{questions:,} questions{of_half}, asked as {asked}. Dates count from {day:%Y-%m-%d}."


def _write(path: Path, found: Report, checked: Sequence[GateResult], subtitle: str) -> None:
    from slackguide.evaluation.html_report import render_html  # the other commands do not wait for the template library

    try:
        path.write_text(render_html(found, subtitle=subtitle, results=checked), encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.")
    info(f"The report is in {path}.")


def _print_summary(checked: Sequence[GateResult]) -> None:
    missed = [one for one in checked if not one.met]
    for one in missed:
        info(f"missed: {one}")
    if missed:
        raise typer.Exit(NOT_FINE)
    if checked:
        info(f"All {len(checked)} gates are met." if len(checked) > 1 else "The gate is met.")
