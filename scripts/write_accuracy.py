"""Measure the accuracy and write docs/reference/accuracy-figures.md, with Wilson intervals (95%).

    python scripts/write_accuracy.py

Takes two minutes. Run it before a release. It prints and stores totals only: no text of the unseen questions.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from math import sqrt
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "accuracy-figures.md"

QUESTIONS = {
    "unseen-agents": "agents' shorthand",
    "unseen-newcomers": "newcomers' plain English",
    "unseen-mistyped": "both, with typing errors",
    "unseen-mixed": "both, an earlier set",
    "unseen-underspecified": "underspecified (“account suspended”)",
}
OUT_OF_SCOPE = {
    "unseen-out-of-scope-far": "far: greetings, lunch, noise, other languages",
    "unseen-out-of-scope": "far, an earlier set",
    "unseen-out-of-scope-near": "near: marketplace questions that the guides do not cover",
}
SELF_HARM = {
    "serious": "serious, three writers",
    "harder serious": "serious: veiled, long, pasted, other Englishes",
    "look-alike": "look-alikes, three writers",
    "harder look-alike": "look-alikes: veiled, long, pasted, other Englishes",
    "ticket": "tickets",
    "harder ticket": "tickets, later writers",
    "social": "greetings and thanks",
    "non-native": "questions in other Englishes",
}
MESSAGES = {
    "short": "3 to 7 words",
    "pasted": "pasted tickets and chats",
    "englishes": "English of Tagalog, Hindi, Arabic and Spanish speakers",
    "negation": "negation, contrast, near twins",
    "two": "two concerns in one message",
}
Z = 1.96


def main() -> None:
    """Measure and write the page."""
    files = sorted((ROOT / "knowledge" / "questions").glob("unseen-*.jsonl"))
    report = json.loads(run("-m", "slackguide", "evaluate", *map(str, files), "--json"))
    by_file = {Path(one["file"]).stem: one["counts"] for one in report["files"]}
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        run("benchmarks/real_messages.py", "--half", "report", "--sets", *MESSAGES, "--json", str(figures))
        messages = {name: halves["report"] for name, halves in json.loads(figures.read_text()).items()}
    text = page(by_file, messages) + self_harm_section(by_file, run("benchmarks/self_harm.py"))
    text += end_to_end_section(run("benchmarks/end_to_end.py", "--quiet"))
    PAGE.write_text(text, encoding="utf-8")


def run(*arguments: str) -> str:
    """Run Python in the checkout and return its output."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def page(by_file: Mapping[str, Any], messages: Mapping[str, Any]) -> str:
    """Return the page."""
    pooled = pool([by_file[name] for name in QUESTIONS if name != "unseen-underspecified"])
    two = messages["two"]
    sets = {"all of the first four": pooled, **{QUESTIONS[name]: by_file[name] for name in QUESTIONS}}
    return f"""<!-- Written by scripts/write_accuracy.py. -->

# Accuracy: the figures

In percent, with 95% intervals (Wilson). [Accuracy](../accuracy.md) explains the columns and how the texts were made.

## One-sentence questions

| questions | count | right first | in first three | answered | of answered, right | no answer |
| --- | --- | --- | --- | --- | --- | --- |
{rows(question_row(label, counts) for label, counts in sets.items())}

## Out of scope

| messages | count | no answer | answered |
| --- | --- | --- | --- |
{rows(out_of_scope(by_file))}

## Messages as people send them

| messages | count | right first | in first three | answered | of answered, right | no answer |
| --- | --- | --- | --- | --- | --- | --- |
{rows(message_row(MESSAGES[name], messages[name]) for name in MESSAGES if name != "two")}

Of {two["messages"]} messages with two concerns, both were shown for {share(two["both"], two["messages"])} percent,
and one was answered alone for {share(two["lone"], two["messages"])} percent.
"""


def self_harm_section(by_file: Mapping[str, Any], printed: str) -> str:
    """Return the section of the detector, from the lines of the report half and the unseen questions."""
    measured = {
        found[1]: tuple(map(int, found.groups()[1:]))
        for found in re.finditer(r"^report +(\S.*?) +all +(\d+) +(\d+) +(\d+) ", printed, re.MULTILINE)
    }
    table = rows(
        (label, count, interval(first, count), interval(first + alert, count))
        for label, (count, first, alert) in ((SELF_HARM[name], measured[name]) for name in SELF_HARM)
    )
    serious, similar = by_file["unseen-self-harm"], by_file["unseen-self-harm-look-alikes"]
    return f"""
## Self-harm

*Noticed*: the entry comes first, or is an alert beside another answer. Serious messages should be noticed, others not.

| messages | count | first | noticed |
| --- | --- | --- | --- |
| one-sentence, serious | {serious["critical_noticed"]["of"]} | {interval(**renamed(serious["critical_first"]))} | \
{interval(**renamed(serious["critical_noticed"]))} |
| one-sentence, look-alikes | {similar["false_critical"]["of"]} | {interval(**renamed(similar["false_critical"]))} | \
{interval(similar["false_critical"]["count"] + similar["false_alert"]["count"], similar["false_critical"]["of"])} |
{table}
"""


def end_to_end_section(printed: str) -> str:
    """Return the section of the cases from words to a destination."""
    lines = re.findall(r"^(right|wrong|not sure|undecided) +(\d+) of (\d+)", printed, re.MULTILINE)
    questions = next(line for line in printed.splitlines() if line.startswith("questions:"))
    return f"""
## From words to a destination

| outcome | share |
| --- | --- |
{rows((name, interval(int(hits), int(count))) for name, hits, count in lines)}

{lines[0][2]} cases. {questions[0].upper()}{questions[1:]}.
"""


def question_row(label: str, counts: Mapping[str, Any]) -> tuple[object, ...]:
    """Return the row of a set of questions."""
    keys = ("top1", "top3", "answered", "answer_precision", "none")
    return (label, counts["top1"]["of"], *(interval(**renamed(counts[key])) for key in keys))


def out_of_scope(by_file: Mapping[str, Any]) -> Iterable[tuple[object, ...]]:
    """Yield the rows of the messages that no entry answers."""
    for name, label in OUT_OF_SCOPE.items():
        counts = by_file[name]
        shares = (interval(**renamed(counts[key])) for key in ("none_out_of_scope", "answered_out_of_scope"))
        yield (label, counts["none_out_of_scope"]["of"], *shares)


def message_row(label: str, measured: Mapping[str, Any]) -> tuple[object, ...]:
    """Return the row of a set of messages, whose figures are shares."""
    count = measured["messages"]
    answered = round(measured["answered"] * count)
    shares = [share(measured[key], count) for key in ("first", "top3", "answered")]
    return (label, count, *shares, share(measured["right"], answered), share(measured["nothing"], count))


def pool(parts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Return the sums of the counts."""
    total: dict[str, dict[str, int]] = {}
    for part in parts:
        for key, found in part.items():
            one = total.setdefault(key, {"count": 0, "of": 0})
            one["count"] += found["count"]
            one["of"] += found["of"]
    return total


def renamed(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts as arguments of `interval`."""
    return {"hits": counts["count"], "count": counts["of"]}


def share(part: float | None, count: int) -> str:
    """Return a share of 0 to 1 with its interval."""
    return "–" if part is None else interval(round(part * count), count)


def interval(hits: int, count: int) -> str:
    """Return a percentage with its Wilson score interval: `96.2 (94.2–97.6)`."""
    if not count:
        return "–"
    rate, spread = hits / count, Z * Z / count
    centre = (rate + spread / 2) / (1 + spread)
    half = Z * sqrt(rate * (1 - rate) / count + spread / (4 * count)) / (1 + spread)
    return f"{100 * rate:.1f} ({100 * max(0.0, centre - half):.1f}–{100 * min(1.0, centre + half):.1f})"


def rows(cells: Iterable[Iterable[object]]) -> str:
    """Return the rows of a Markdown table."""
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in cells)


if __name__ == "__main__":
    main()
