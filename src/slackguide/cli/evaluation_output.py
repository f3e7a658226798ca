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
from slackguide.evaluation.report import Report, Section
from slackguide.evaluation.results import Observation

SHOWN = 10
"""Most confusions, wrong answers and misses of a gate printed; --json holds all of them, --html all but the misses."""

IN_SCOPE = {
    "top1": "top-1",
    "top3": "top-3",
    "answered": "answ.",
    "answer_precision": "right",
    "offered": "offer",
    "offered_hit": "hit",
    "none": "none",
}
OUT_OF_SCOPE = {"none_out_of_scope": "none", "offered_out_of_scope": "offered", "answered_out_of_scope": "answered"}
CRITICAL = {
    "critical_first": "first",
    "critical_noticed": "first or alert",
    "false_critical": "first by mistake",
    "false_alert": "alert by mistake",
}


def print_report(report: Report) -> None:
    """Writes the report for people; the longest lists are cut."""
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


def print_gates(checked: Sequence[GateResult]) -> None:
    """Write every gate with its value and bound, then the questions that count against those missed."""
    table = _table("Gates", ["questions", "measure", "value", "bound", ""])
    for one in checked:
        value = "–" if one.measured is None else f"{one.measured:.4f}"
        bound = f"{one.gate.bound} {one.gate.value:g}"
        table.add_row(printable(one.questions), one.gate.metric, value, bound, "met" if one.met else "MISSED")
    _print_table(table)
    for one in checked:
        if not one.met and one.misses:
            about = f"{one.gate.metric} of {printable(one.questions)}: {len(one.misses)} against it"
            out.print(Text(f"\n{about}", style="bold"))
            for miss in one.misses[:SHOWN]:
                out.print(_question(miss))
            _print_rest(len(one.misses), "questions", "--json lists")


def _print_shares(
    title: str, parts: Iterable[tuple[Section, int]], names: dict[str, str], columns: dict[str, str]
) -> None:
    """One row a section that has any of these questions; the number says how many."""
    table = _table(title, ["", "n", *columns.values()])
    for part, size in parts:
        if size:
            shares = part.shares()
            cells = [percent(shares[name].value) for name in columns]
            table.add_row(_name(part, names), str(size), *cells)
    _print_table(table)


def _print_critical(parts: Iterable[Section], names: dict[str, str]) -> None:
    """Whether critical entries are found where they are meant, and only there; where it is about any at all."""
    table = _table("Critical entries", ["", *CRITICAL.values()])
    for part in parts:
        shares = [part.shares()[name] for name in CRITICAL]
        if part.metrics.critical_first.of or any(share.count for share in shares):
            table.add_row(_name(part, names), *(f"{share.count} of {share.of}" for share in shares))
    _print_table(table)


def _print_reliability(inside: Calibration, everything: Calibration) -> None:
    if inside.error is None:
        return
    table = _table("Confidence", ["from", "n", "mean", "right", "gap"])
    for bin in inside.bins:
        if bin.count:
            cells = (percent(bin.confidence), percent(bin.accuracy), f"{bin.gap:.3f}")
            table.add_row(f"{bin.low:.0%}", str(bin.count), *cells)
    _print_table(table)
    with_outside = f", {everything.error:.4f} with those out of scope" if everything.count > inside.count else ""
    out.print(Text(f"Calibration error (ECE) {inside.error:.4f}{with_outside}."))


def _print_confusions(found: Sequence[Confusion]) -> None:
    if not found:
        return
    out.print(Text(f"\nConfusions ({sum(one.count for one in found)} questions)", style="bold"))
    for one in found[:SHOWN]:
        pair = f"{format_expected(one.expected)} → {format_got(one.got)}"
        out.print(Text.assemble(f"{one.count:>4}  ", (pair, "bold")))
        for observation in one.observations[:2]:
            out.print(_question(observation))
    _print_rest(len(found), "pairs")


def _print_wrong(part: Section) -> None:
    wrong, answers = part.wrong_answers, part.metrics.answer_precision_all.of
    out.print(Text(f"\nWrong answers: {len(wrong)} of {answers}", style="bold"))
    for one in wrong[:SHOWN]:
        out.print(_question(one))
    _print_rest(len(wrong), "wrong answers")


def _print_speed(part: Section) -> None:
    p50, p99 = part.latency.p50 * 1000, part.latency.p99 * 1000
    out.print(Text(f"\nTime a question: {p50:.2f} ms (p50), {p99:.2f} ms (p99); the slowest:", style="bold"))
    for one in part.latency.slowest:
        text = Text(f"      {printable(one.case.text)} ", overflow="ellipsis")
        out.print(text + Text(f"{one.seconds * 1000:.2f} ms, {one.case.place}", style="dim"))


def _print_rest(count: int, noun: str, lists: str = "--json and --html list") -> None:
    if count > SHOWN:
        out.print(Text(f"      … and {count - SHOWN} more {noun}: {lists} all.", style="dim"))


def _question(one: Observation) -> Text:
    tail = f"  {format_outcome(one.prediction)} {one.prediction.confidence:.0%}, {one.case.place}"
    return Text.assemble(f"      {printable(one.case.text)}", (tail, "dim"))


def _name(part: Section, names: dict[str, str]) -> str:
    return printable(names.get(part.name, part.name))


def _print_table(table: Table) -> None:
    if table.row_count:
        out.print(table, soft_wrap=False)


def _table(title: str, heads: Iterable[str]) -> Table:
    shown = Text(title, style="bold")
    table = Table(title=shown, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    return table
