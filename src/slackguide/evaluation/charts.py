"""Charts as inline SVG: text stays text, colours come from the page's own variables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from slackguide.evaluation.metrics import Calibration
from slackguide.evaluation.prediction import NOTHING_SHOWN
from slackguide.evaluation.report import ReportSection

SIDE = 240
"""Length of an axis of the reliability diagram, in its own units."""

LEFT, BOTTOM, TOP = 44, 40, 10

SHARES = (
    ("right", "answered, right"),
    ("wrong", "answered, wrong"),
    ("hit", "choices with a right one"),
    ("miss", "choices without"),
    ("nothing", "nothing found"),
)
"""The parts of an outcome bar: colour class and words."""


def reliability_diagram(table: Calibration) -> str:
    """Accuracy over confidence, a bar a bin, the wider the fuller; on the dashed line, confidence is what it says."""
    width, height = LEFT + SIDE + 20, TOP + SIDE + BOTTOM
    most = max((bin.count for bin in table.bins), default=0) or 1
    parts = [
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="Reliability diagram; '
        f'the table beside it holds its numbers">'
    ]
    for step in range(0, 11, 2):
        along, up = LEFT + SIDE * step / 10, TOP + SIDE * (1 - step / 10)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{up:.1f}" x2="{LEFT + SIDE}" y2="{up:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{up + 4:.1f}" text-anchor="end">{step * 10}%</text>')
        parts.append(f'<text x="{along:.1f}" y="{TOP + SIDE + 15}" text-anchor="middle">{step * 10}%</text>')
    for bin in table.bins:
        if not bin.count:
            continue
        bar = (SIDE / len(table.bins)) * (0.25 + 0.65 * (bin.count / most) ** 0.5)
        middle = LEFT + SIDE * (bin.low + bin.high) / 2
        tall = SIDE * bin.accuracy
        text = f"{bin.count} at {bin.confidence:.0%} mean confidence: {bin.accuracy:.0%} right"
        parts.append(
            f'<rect class="bar" x="{middle - bar / 2:.1f}" y="{TOP + SIDE - tall:.1f}" width="{bar:.1f}" '
            f'height="{max(tall, 1):.1f}" rx="2"><title>{escape(text)}</title></rect>'
        )
        x, y = LEFT + SIDE * bin.confidence, TOP + SIDE * (1 - bin.accuracy)
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
    parts.append(f'<line class="ideal" x1="{LEFT}" y1="{TOP + SIDE}" x2="{LEFT + SIDE}" y2="{TOP}"/>')
    parts.append(f'<text x="{LEFT + SIDE / 2}" y="{height - 6}" text-anchor="middle">confidence</text>')
    middle_y = TOP + SIDE / 2
    parts.append(f'<text x="10" y="{middle_y}" text-anchor="middle" transform="rotate(-90 10 {middle_y})">right</text>')
    return "".join([*parts, "</svg>"])


def outcome_counts(part: ReportSection) -> tuple[int, ...]:
    """Count the questions under each of `SHARES`, in scope or not."""
    counts = dict.fromkeys((name for name, _ in SHARES), 0)
    for one in part.observations:
        if one.prediction.outcome in NOTHING_SHOWN:
            counts["nothing"] += 1
        elif one.answered:
            counts["right" if one.hit else "wrong"] += 1
        else:
            counts["hit" if one.hit else "miss"] += 1
    return tuple(counts.values())


def outcome_bar(counts: Sequence[int]) -> str:
    """One stacked bar that is as wide as its place."""
    total = sum(counts) or 1
    named = list(zip(SHARES, counts, strict=True))
    text = ", ".join(f"{label}: {count / total:.0%}" for (_, label), count in named if count)
    parts = [f'<svg class="strip" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{text}">']
    start = 0.0
    for (name, label), count in named:
        wide = 100 * count / total
        if count:
            title = f"<title>{label}: {count} ({count / total:.1%})</title>"
            parts.append(f'<rect class="{name}" x="{start:.3f}" y="0" width="{wide:.3f}" height="10">{title}</rect>')
        start += wide
    return "".join([*parts, "</svg>"])


def count_bar(count: int, most: int) -> str:
    """Draw a bar for a count, relative to the largest. The number is in the adjacent text."""
    wide = 100 * count / (most or 1)
    return (
        '<svg class="strip thin" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="wrong" x="0" y="0" width="{wide:.2f}" height="10"/></svg>'
    )
