"""Print the accuracy report as tables in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from slackguide.cli.output import out, printable
from slackguide.evaluation.formatting import format_expected, format_got, format_outcome, percent, short_names
from slackguide.evaluation.gates import GateResult
from slackguide.evaluation.metrics import Calibration, Confusion
from slackguide.evaluation.report import Report, ReportSection
from slackguide.evaluation.results import Observation

MAX_ITEMS = 10
"""Maximum items printed in a list. --json contains all of them, --html all but the misses of gates."""

IN_SCOPE = {
    "top1": "top-1",
    "top3": "top-3",
    "answered": "answ.",
    "answer_precision": "correct",
    "offered": "offer",
    "offered_hit": "hit",
    "none": "none",
}
OUT_OF_SCOPE = {"none_out_of_scope": "none", "offered_out_of_scope": "offered", "answered_out_of_scope": "answered"}
CRITICAL = {
    "critical_first": "first",
    "critical_noticed": "first or alert",
    "false_critical": "false first",
    "false_alert": "false alert",
}


def print_report(report: Report) -> None:
    """Print the report as tables, with long lists shortened."""
    parts = (*report.files, report.overall) if len(report.files) > 1 else report.files
    names = short_names([part.name for part in report.files])
    _print_shares("In scope", [(part, part.in_scope) for part in parts], names, IN_SCOPE)
    _print_shares("Out of scope", [(part, part.out_of_scope) for part in parts], names, OUT_OF_SCOPE)
    _print_critical(parts, names)
    overall = report.overall
    _print_reliability(overall.calibration, overall.calibration_all)
    _print_confusions(overall.confusions)
    _print_wrong(overall)
    _print_speed(overall)


def print_gates(gate_results: Sequence[GateResult]) -> None:
    """Print every gate with its value and bound, then the questions that count against each missed gate."""
    table = _table("Gates", ["questions", "metric", "value", "bound", ""])
    for one in gate_results:
        value = "–" if one.measured is None else f"{one.measured:.4f}"
        bound = f"{one.gate.bound} {one.gate.value:g}"
        table.add_row(printable(one.questions), one.gate.metric, value, bound, "met" if one.met else "MISSED")
    _print_table(table)
    for one in gate_results:
        if not one.met and one.misses:
            heading = f"{one.gate.metric} of {printable(one.questions)}: {len(one.misses)} misses"
            out.print(Text(f"\n{heading}", style="bold"))
            for miss in one.misses[:MAX_ITEMS]:
                out.print(_question(miss))
            _print_rest(len(one.misses), "questions", "--json lists")


def _print_shares(
    title: str, parts: Iterable[tuple[ReportSection, int]], names: dict[str, str], columns: dict[str, str]
) -> None:
    """Print one row for each section that has any of these questions, with their number."""
    table = _table(title, ["", "n", *columns.values()])
    for part, size in parts:
        if size:
            shares = part.shares()
            cells = [percent(shares[name].value) for name in columns]
            table.add_row(_name(part, names), str(size), *cells)
    _print_table(table)


def _print_critical(parts: Iterable[ReportSection], names: dict[str, str]) -> None:
    """Print recall and false positives of critical entries, for the sections that have any."""
    table = _table("Critical entries", ["", *CRITICAL.values()])
    for part in parts:
        shares = [part.shares()[name] for name in CRITICAL]
        if part.metrics.critical_first.of or any(share.count for share in shares):
            table.add_row(_name(part, names), *(f"{share.count} of {share.of}" for share in shares))
    _print_table(table)


def _print_reliability(inside: Calibration, everything: Calibration) -> None:
    if inside.error is None:
        return
    table = _table("Confidence", ["from", "n", "mean", "correct", "gap"])
    for bin in inside.bins:
        if bin.count:
            cells = (percent(bin.confidence), percent(bin.accuracy), f"{bin.gap:.3f}")
            table.add_row(f"{bin.low:.0%}", str(bin.count), *cells)
    _print_table(table)
    with_outside = f", {everything.error:.4f} with out-of-scope questions" if everything.count > inside.count else ""
    out.print(Text(f"Calibration error (ECE) {inside.error:.4f}{with_outside}."))


def _print_confusions(confusions: Sequence[Confusion]) -> None:
    if not confusions:
        return
    out.print(Text(f"\nConfusions ({sum(one.count for one in confusions)} questions)", style="bold"))
    for one in confusions[:MAX_ITEMS]:
        pair = f"{format_expected(one.expected)} → {format_got(one.got)}"
        out.print(Text.assemble(f"{one.count:>4}  ", (pair, "bold")))
        for observation in one.observations[:2]:
            out.print(_question(observation))
    _print_rest(len(confusions), "pairs")


def _print_wrong(part: ReportSection) -> None:
    wrong, answers = part.wrong_answers, part.metrics.answer_precision_all.of
    out.print(Text(f"\nWrong answers: {len(wrong)} of {answers}", style="bold"))
    for one in wrong[:MAX_ITEMS]:
        out.print(_question(one))
    _print_rest(len(wrong), "wrong answers")


def _print_speed(part: ReportSection) -> None:
    p50, p99 = part.latency.p50 * 1000, part.latency.p99 * 1000
    out.print(Text(f"\nTime per question: {p50:.2f} ms (p50), {p99:.2f} ms (p99); the slowest:", style="bold"))
    for one in part.latency.slowest:
        text = Text(f"      {printable(one.case.text)} ", overflow="ellipsis")
        out.print(text + Text(f"{one.seconds * 1000:.2f} ms, {one.case.place}", style="dim"))


def _print_rest(count: int, noun: str, lists: str = "--json and --html list") -> None:
    if count > MAX_ITEMS:
        out.print(Text(f"      … and {count - MAX_ITEMS} more {noun}: {lists} all.", style="dim"))


def _question(one: Observation) -> Text:
    tail = f"  {format_outcome(one.prediction)} {one.prediction.confidence:.0%}, {one.case.place}"
    return Text.assemble(f"      {printable(one.case.text)}", (tail, "dim"))


def _name(part: ReportSection, names: dict[str, str]) -> str:
    return printable(names.get(part.name, part.name))


def _print_table(table: Table) -> None:
    if table.row_count:
        out.print(table, soft_wrap=False)


def _table(title: str, heads: Iterable[str]) -> Table:
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    return table
