"""The report as one self-contained web page: nothing is fetched, everything people wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from slackguide.evaluation.calibration import Calibration
from slackguide.evaluation.charts import SHARES, count_bar, outcome_bar, outcome_counts, reliability_diagram
from slackguide.evaluation.confusions import Confusion
from slackguide.evaluation.gates import Checked
from slackguide.evaluation.measures import MEANINGS, Share
from slackguide.evaluation.observation import Observation
from slackguide.evaluation.report import Report, Section
from slackguide.evaluation.style import STYLE
from slackguide.evaluation.words import expected_words, got_words, outcome_words, percent, short_names

IN_SCOPE = ("top1", "top3", "answered", "offered", "none", "answer_precision", "offered_hit", "shown")
OUT_OF_SCOPE = ("none_out_of_scope", "offered_out_of_scope", "answered_out_of_scope")
CRITICAL = ("critical_first", "critical_noticed", "false_critical", "false_alert")

HEADS = {
    "top1": "Top-1",
    "top3": "Top-3",
    "answered": "Answered",
    "offered": "Offered",
    "none": "None",
    "answer_precision": "Answers right",
    "offered_hit": "Choices right",
    "shown": "Shown",
    "none_out_of_scope": "None",
    "offered_out_of_scope": "Offered",
    "answered_out_of_scope": "Answered",
    "critical_first": "First",
    "critical_noticed": "First or alert",
    "false_critical": "First by mistake",
    "false_alert": "Alert by mistake",
}


def page(report: Report, *, subtitle: str, checked: Sequence[Checked] = ()) -> str:
    """The whole page; `subtitle` says what was measured, as whom and when."""
    body = "\n".join(
        [
            f"<header><h1>How right is the guide?</h1><p>{escape(subtitle)}</p></header>",
            _tiles(report.overall),
            _gates(checked),
            _outcomes(report),
            _tables(report),
            _calibration(report.overall),
            _confusions(report.overall.confusions),
            _wrong(report.overall),
            _alerts(report.overall),
            _slowest(report.overall),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>slackguide: accuracy report</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _tiles(part: Section) -> str:
    measures = part.measures
    tiles: list[tuple[str, str, str]] = []
    if part.in_scope:
        tiles += [
            ("Top-1", percent(measures.top1.value), f"of {part.in_scope} in scope"),
            ("Top-3", percent(measures.top3.value), f"of {part.in_scope} in scope"),
            ("Answered", percent(measures.answered.value), f"{percent(measures.answer_precision.value)} of them right"),
            ("Calibration error", _number(part.calibration.error), "0 is perfect"),
        ]
    if part.out_of_scope:
        answered = percent(measures.answered_out_of_scope.value)
        tiles.append(("Out of scope: none", percent(measures.none_out_of_scope.value), f"{answered} answered"))
    tiles.append(("Median time", _ms(part.speed.p50), f"99% within {_ms(part.speed.p99)}"))
    items = "".join(f"<div><dt>{name}</dt><dd>{value}<small>{more}</small></dd></div>" for name, value, more in tiles)
    return f'<dl class="tiles">{items}</dl>'


def _gates(checked: Sequence[Checked]) -> str:
    if not checked:
        return ""
    items = "".join(
        f'<li class="{"met" if one.met else "missed"}"><b>{"Met" if one.met else "Missed"}</b> {escape(str(one))}</li>'
        for one in checked
    )
    return _section("Gates", f'<ul class="gates">{items}</ul>')


def _outcomes(report: Report) -> str:
    legend = "".join(f'<li><span class="key {name}"></span>{label}</li>' for name, label in SHARES)
    rows = "".join(
        f"<dt>{escape(name)} <small>{len(part.observations)}</small></dt><dd>{outcome_bar(outcome_counts(part))}</dd>"
        for name, part in _parts(report)
    )
    return _section("What the guide said", f'<ul class="legend">{legend}</ul><dl class="bars">{rows}</dl>')


def _tables(report: Report) -> str:
    parts = _parts(report)
    blocks: list[str] = []
    if report.overall.in_scope:
        heads = ["Questions", *(HEADS[name] for name in IN_SCOPE), "ECE"]
        rows = [
            (name, [str(part.in_scope), *_shares(part, IN_SCOPE), _number(part.calibration.error)])
            for name, part in parts
            if part.in_scope
        ]
        blocks.append(_section("Questions in scope", _table("In scope, by file", heads, rows) + _meanings(IN_SCOPE)))
    if report.overall.out_of_scope:
        heads = ["Questions", *(HEADS[name] for name in OUT_OF_SCOPE)]
        rows = [
            (name, [str(part.out_of_scope), *_shares(part, OUT_OF_SCOPE)]) for name, part in parts if part.out_of_scope
        ]
        blocks.append(_section("Questions out of scope", _table("Out of scope, by file", heads, rows)))
    rows = [
        (name, [f"{share.count} of {share.of}" for share in _critical(part)])
        for name, part in parts
        if part.measures.critical_first.of or any(share.count for share in _critical(part))
    ]
    if rows:
        table = _table("Critical entries, by file", [HEADS[name] for name in CRITICAL], rows)
        blocks.append(_section("Critical entries", table + _meanings(CRITICAL)))
    return "\n".join(blocks)


def _calibration(part: Section) -> str:
    if not part.calibration.count:
        return ""
    rows = [
        (
            f"{bin.low:.0%} to {bin.high:.0%}",
            [str(bin.count), percent(bin.confidence), percent(bin.accuracy), _number(bin.gap)]
            if bin.count
            else ["0", "–", "–", "–"],
        )
        for bin in part.calibration.bins
    ]
    table = _table("Reliability", ["Questions", "Mean confidence", "Right", "Gap"], rows, first="Confidence")
    words = _calibration_words(part.calibration, part.calibration_all)
    figure = f"<figure>{reliability_diagram(part.calibration)}<figcaption>{words}</figcaption></figure>"
    return _section("Is the confidence worth its number?", f'<div class="pair">{figure}{table}</div>')


def _calibration_words(inside: Calibration, everything: Calibration) -> str:
    return (
        f"Expected calibration error {_number(inside.error)} over the questions in scope, "
        f"{_number(everything.error)} with those out of scope, where no match is right. "
        "On the dashed line, confidence is what it says; the wider a bar, the more questions."
    )


def _confusions(found: Sequence[Confusion]) -> str:
    if not found:
        return _section("Confusions", "<p>None: every first match is right.</p>")
    most = found[0].count
    items = "".join(
        f"<li><details><summary><span>{escape(expected_words(one.expected))}</span> "
        f'<span class="got"><span aria-hidden="true">→</span><span class="hidden">got</span> '
        f"{escape(got_words(one.got))}</span>"
        f'<span class="count">{count_bar(one.count, most)}{one.count}</span></summary>'
        f"{_questions(one.observations)}</details></li>"
        for one in found
    )
    count = sum(one.count for one in found)
    lead = (
        f"<p>{count} questions in {len(found)} pairs: acceptable entry, then first match. Open a pair to read them.</p>"
    )
    return _section("Confusions", f'{lead}<ul class="confusions">{items}</ul>')


def _wrong(part: Section) -> str:
    wrong = part.wrong_answers
    if not wrong:
        return _section("Wrong answers", "<p>None.</p>")
    rows = [
        (
            one.case.text,
            [expected_words(one.case.ids), got_words(one.said.first), percent(one.said.confidence), one.case.place],
        )
        for one in wrong
    ]
    heads = ["Acceptable", "Answered", "Confidence", "Where"]
    return _section("Wrong answers", _table(f"{len(wrong)} wrong answers, the surest first", heads, rows, "Question"))


def _alerts(part: Section) -> str:
    if not part.alerted:
        return ""
    rows = [
        (one.case.text, [", ".join(one.said.alerts), outcome_words(one.said), one.case.place]) for one in part.alerted
    ]
    table = _table(f"{len(rows)} questions with an alert", ["Alert", "Beside", "Where"], rows, "Question")
    return _section("Alerts", f"<details><summary>{len(rows)} questions</summary>{table}</details>")


def _slowest(part: Section) -> str:
    rows = [(one.case.text, [_ms(one.seconds), one.case.place]) for one in part.speed.slowest]
    lead = f"<p>Half of the questions within {_ms(part.speed.p50)}, 99% within {_ms(part.speed.p99)}.</p>"
    return _section("Time", lead + _table("The slowest questions", ["Time", "Where"], rows, "Question"))


def _questions(observations: Iterable[Observation]) -> str:
    items = "".join(
        f"<li>{escape(one.case.text)} <small>{escape(one.case.place)}, {escape(outcome_words(one.said))}, "
        f"{percent(one.said.confidence)}</small></li>"
        for one in observations
    )
    return f"<ul>{items}</ul>"


def _parts(report: Report) -> list[tuple[str, Section]]:
    """The sections to show side by side, each under a short name; the overall one where there are several files."""
    names = short_names([part.name for part in report.files])
    files = [(names[part.name], part) for part in report.files]
    return [*files, (report.overall.name, report.overall)] if len(files) > 1 else files


def _section(title: str, inner: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inner}</section>"


def _table(caption: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], first: str = "File") -> str:
    """A table that scrolls by itself where the screen is narrow, also by keyboard."""
    kind = "words" if first == "Question" else "numbers"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (first, *heads))
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, cells in rows
    )
    return (
        f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0"><table class="{kind}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _meanings(names: Iterable[str]) -> str:
    items = "".join(f"<dt>{HEADS[name]}</dt><dd>{MEANINGS[name]}</dd>" for name in names)
    return f"<details><summary>What the columns mean</summary><dl>{items}</dl></details>"


def _shares(part: Section, names: Iterable[str]) -> list[str]:
    shares = part.shares()
    return [percent(shares[name].value) for name in names]


def _critical(part: Section) -> list[Share]:
    shares = part.shares()
    return [shares[name] for name in CRITICAL]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
