"""Render the report as one self-contained HTML page. It loads no resources, and all text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from slackguide.evaluation.charts import SHARES, count_bar, outcome_bar, outcome_counts, reliability_diagram
from slackguide.evaluation.formatting import format_expected, format_got, format_outcome, percent, short_names
from slackguide.evaluation.gates import GateResult
from slackguide.evaluation.metrics import METRIC_DESCRIPTIONS, Proportion
from slackguide.evaluation.report import Report, ReportSection

IN_SCOPE = ("top1", "top3", "answered", "offered", "none", "answer_precision", "offered_hit", "shown")
OUT_OF_SCOPE = ("none_out_of_scope", "offered_out_of_scope", "answered_out_of_scope")
CRITICAL = ("critical_first", "critical_noticed", "false_critical", "false_alert")

COLUMN_HEADERS = {
    "top1": "Top-1",
    "top3": "Top-3",
    "answered": "Answered",
    "offered": "Offered",
    "none": "None",
    "answer_precision": "Answers correct",
    "offered_hit": "Choices correct",
    "shown": "Shown",
    "none_out_of_scope": "None",
    "offered_out_of_scope": "Offered",
    "answered_out_of_scope": "Answered",
    "critical_first": "First",
    "critical_noticed": "First or alert",
    "false_critical": "False first",
    "false_alert": "False alert",
}


Row = tuple[str, list[str]]
"""The header of a table row, and its cells."""


def render_html(report: Report, *, subtitle: str, results: Sequence[GateResult] = ()) -> str:
    """Return the page as HTML. `subtitle` describes the questions, the role and the date of the evaluation."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        number=_number, ms=_ms, percent=percent, expected=format_expected, got=format_got, outcome=format_outcome
    )
    environment.globals.update(
        headers=COLUMN_HEADERS, descriptions=METRIC_DESCRIPTIONS, shares=SHARES,
        count_bar=count_bar, outcome_bar=outcome_bar,
        outcome_counts=outcome_counts, reliability_diagram=reliability_diagram,
    )  # fmt: skip
    part = report.overall
    return environment.get_template("report.html.j2").render(
        report=report,
        subtitle=subtitle,
        gate_results=results,
        tiles=_tiles(part),
        parts=_parts(report),
        tables=_tables(_parts(report)),
        reliability=_reliability(part),
        wrong=_wrong(part),
        alerts=_alerts(part),
        slowest=[(one.case.text, [_ms(one.seconds), one.case.place]) for one in part.latency.slowest],
    )


def _tiles(part: ReportSection) -> list[tuple[str, str, str]]:
    metrics = part.metrics
    tiles: list[tuple[str, str, str]] = []
    if part.in_scope:
        tiles += [
            ("Top-1", percent(metrics.top1.value), f"of {part.in_scope} in scope"),
            ("Top-3", percent(metrics.top3.value), f"of {part.in_scope} in scope"),
            ("Answered", percent(metrics.answered.value), f"{percent(metrics.answer_precision.value)} of them correct"),
            ("Calibration error", _number(part.calibration.error), "0 is perfect"),
        ]
    if part.out_of_scope:
        answered = percent(metrics.answered_out_of_scope.value)
        tiles.append(("Out of scope: none", percent(metrics.none_out_of_scope.value), f"{answered} answered"))
    tiles.append(("Median latency", _ms(part.latency.p50), f"99th percentile {_ms(part.latency.p99)}"))
    return tiles


def _tables(parts: Sequence[tuple[str, ReportSection]]) -> list[tuple[str, str, list[str], list[Row], Sequence[str]]]:
    """Return the title, caption, headers, rows and described metrics of each table by file."""
    inside = [
        (name, [str(part.in_scope), *_shares(part, IN_SCOPE), _number(part.calibration.error)])
        for name, part in parts
        if part.in_scope
    ]
    outside = [
        (name, [str(part.out_of_scope), *_shares(part, OUT_OF_SCOPE)]) for name, part in parts if part.out_of_scope
    ]
    critical = [
        (name, [f"{share.count} of {share.of}" for share in _critical(part)])
        for name, part in parts
        if part.metrics.critical_first.of or any(share.count for share in _critical(part))
    ]
    return [
        ("Questions in scope", "In scope, by file", ["Questions", *_headers(IN_SCOPE), "ECE"], inside, IN_SCOPE),
        ("Questions out of scope", "Out of scope, by file", ["Questions", *_headers(OUT_OF_SCOPE)], outside, ()),
        ("Critical entries", "Critical entries, by file", _headers(CRITICAL), critical, CRITICAL),
    ]


def _headers(names: Iterable[str]) -> list[str]:
    return [COLUMN_HEADERS[name] for name in names]


def _reliability(part: ReportSection) -> list[Row]:
    return [
        (
            f"{bin.low:.0%} to {bin.high:.0%}",
            [str(bin.count), percent(bin.confidence), percent(bin.accuracy), _number(bin.gap)]
            if bin.count
            else ["0", "–", "–", "–"],
        )
        for bin in part.calibration.bins
    ]


def _wrong(part: ReportSection) -> list[Row]:
    return [
        (
            one.case.text,
            [
                format_expected(one.case.ids),
                format_got(one.prediction.first),
                percent(one.prediction.confidence),
                one.case.place,
            ],
        )
        for one in part.wrong_answers
    ]


def _alerts(part: ReportSection) -> list[Row]:
    return [
        (one.case.text, [", ".join(one.prediction.alerts), format_outcome(one.prediction), one.case.place])
        for one in part.alerted
    ]


def _parts(report: Report) -> list[tuple[str, ReportSection]]:
    """Return the sections by short name: one per file, and the overall one if there are several files."""
    names = short_names([part.name for part in report.files])
    files = [(names[part.name], part) for part in report.files]
    return [*files, (report.overall.name, report.overall)] if len(files) > 1 else files


def _shares(part: ReportSection, names: Iterable[str]) -> list[str]:
    shares = part.shares()
    return [percent(shares[name].value) for name in names]


def _critical(part: ReportSection) -> list[Proportion]:
    shares = part.shares()
    return [shares[name] for name in CRITICAL]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
