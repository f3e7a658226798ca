"""`slackguide evaluate`: measure the guide on labelled questions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.database import open_database
from slackguide.cli.evaluate_conversations import evaluate_conversations
from slackguide.cli.evaluation_output import print_gates, print_report
from slackguide.cli.guides import guide_of, load_base
from slackguide.cli.options import (
    DEFAULT_KNOWLEDGE,
    DayOption,
    JsonOption,
    KnowledgeOption,
    RoleOption,
    asker_of,
    today_or,
)
from slackguide.cli.output import CHECK_FAILED, fail, info, print_json, print_utf8, track
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.models import EscalationState
from slackguide.evaluation.escalation_labels import LabelledEscalation, cases_of, label_escalations
from slackguide.evaluation.gates import GATED, GateResult, check_gates, read_gates
from slackguide.evaluation.json_report import report_json
from slackguide.evaluation.report import Report, build_report
from slackguide.evaluation.runner import read_cases, run_questions
from slackguide.evaluation.split import SplitName, split_of
from slackguide.knowledge import KnowledgeBase, Role

METRICS_HELP = "\n\n".join(f"- {name}: {description}" for name, description in GATED.items())


def parse_split(name: str) -> SplitName:
    """Return the split of that name. Raises `typer.BadParameter` if there is none."""
    match name:
        case "development" | "report":
            return name
        case _:
            raise typer.BadParameter(f"`{name}` is not a half: use development or report.")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command(epilog=f"Metrics for --gates, each from 0 to 1:\n\n{METRICS_HELP}")
    def evaluate(
        files: Annotated[
            list[Path] | None,
            typer.Argument(
                metavar="FILE...",
                help='Questions as JSON Lines: {"text": "…", "ids": ["the/entry"]}. Several ids: each is acceptable; '
                "no id: out of scope.",
            ),
        ] = None,
        as_role: RoleOption = "agent",
        today: DayOption = None,
        gates: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help="A TOML file with lower and upper bounds for metrics, for all questions or for some of the "
                "files. Prints each with its value, and the questions behind every missed bound.",
            ),
        ] = None,
        half: Annotated[
            SplitName | None,
            typer.Option(
                metavar="HALF",
                parser=parse_split,
                help="Only the development half, on which the thresholds are fitted (the first byte of the SHA-256 of "
                "the text is even), or only the report half.",
            ),
        ] = None,
        html: Annotated[
            Path | None, typer.Option(metavar="FILE", help="Also write the report with charts, as one web page.")
        ] = None,
        from_escalations: Annotated[
            bool,
            typer.Option(
                "--from-escalations",
                help="Add questions from resolved escalations, labelled by their resolution: wrong queue, not "
                "eligible, was in the guide, duplicate.",
            ),
        ] = False,
        write: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help="With --from-escalations: write these questions as JSON Lines (- is standard output) instead of "
                "measuring.",
            ),
        ] = None,
        conversations: Annotated[
            bool,
            typer.Option(
                "--conversations",
                help='The files hold conversations: {"turns": [{"text": "…", "kind": "facts", "ids": ["the/entry"], '
                '"facts": {…}, "changed": […]}, …]}.',
            ),
        ] = False,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
        json: JsonOption = False,
    ) -> None:
        """Measure the guide on labelled questions: accuracy, precision of answers, calibration, confusions, latency.

        An entry that is hidden from ROLE counts as absent: a question that only such entries answer is out of scope.

        Exits 0, 1 if a gate is missed, 2 if the input is invalid.
        """
        if conversations:
            if not files or html is not None or from_escalations or write is not None:
                fail("--conversations takes files of conversations, without --html, --from-escalations and --write.")
            loaded = load_base(knowledge)
            evaluate_conversations(
                loaded,
                files,
                asker_of(as_role, loaded),
                today=today_or(today),
                half=half,
                gates=gates,
                json=json,
            )
            return
        required_gates = read_gates(gates) if gates else ()
        if not files and not from_escalations:
            fail("no questions: pass files of questions, or --from-escalations.")
        if write is not None and (files or not from_escalations):
            fail("--write needs --from-escalations and no files: it writes the questions of escalations only.")
        base = load_base(knowledge)
        escalated = _escalated(base, half) if from_escalations else ()
        if write is not None:
            _write_questions(write, escalated)
            return
        cases = (*(read_cases(files, known=base.entries, split=half) if files else ()), *cases_of(escalated))
        if not cases:
            fail("no escalation yields a question: nothing to measure.")
        day = today_or(today)
        observations = run_questions(
            guide_of(base), cases, asker_of(as_role, base), today=day, clock=time.perf_counter, progress=track
        )
        critical = _critical(base)
        report = build_report(observations, critical=critical)
        gate_results = check_gates(required_gates, observations, critical=critical)
        if html is not None:
            _write_html(html, report, gate_results, _subtitle(len(cases), as_role, half, day))
        if json:
            print_json({"as": as_role, "today": day.isoformat(), "half": half, **report_json(report, gate_results)})
        else:
            print_report(report)
            print_gates(gate_results)
        _print_summary(gate_results)


def _escalated(base: KnowledgeBase, split: SplitName | None) -> tuple[LabelledEscalation, ...]:
    """Return the questions of resolved escalations; report on standard error how many yield none, and why."""
    with open_database() as repositories:
        filter_ = EscalationFilter(states={EscalationState.RESOLVED}, oldest_first=True)
        labelled = label_escalations(
            repositories.escalations.iterate(filter_), base, repositories.escalations.by_reference
        )
    for reason, count in labelled.skipped.most_common():
        info(f"Left out: {count} {reason.value}.")
    questions = tuple(one for one in labelled.questions if split is None or split_of(one.text) == split)
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
    asker = {"agent": "an agent", "team_lead": "a team lead"}.get(role, f"`{role}`")
    of_half = f" of the {split} half" if split else ""
    return f"{questions:,} questions{of_half}, asked as {asker}. Dates are relative to {day:%Y-%m-%d}."


def _write_html(path: Path, report: Report, gate_results: Sequence[GateResult], subtitle: str) -> None:
    # Imported here so that the other commands start without loading Jinja.
    from slackguide.evaluation.html_report import render_html

    try:
        path.write_text(render_html(report, subtitle=subtitle, results=gate_results), encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.")
    info(f"Report written to {path}.")


def _print_summary(gate_results: Sequence[GateResult]) -> None:
    missed = [one for one in gate_results if not one.met]
    for one in missed:
        info(f"missed: {one}")
    if missed:
        raise typer.Exit(CHECK_FAILED)
    if gate_results:
        info(f"All {len(gate_results)} gates are met." if len(gate_results) > 1 else "The gate is met.")
