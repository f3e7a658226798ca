"""Print suggestions for people, in 80 columns, and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

import typer

from slackguide.cli.output import printable
from slackguide.evaluation.suggestions import ClusterSuggestion, PhrasingSuggestion, Suggestions
from slackguide.evaluation.word_suggestions import WordSuggestion
from slackguide.text import counted

WIDTH = 80
SHOWN_TEXTS = 4
"""Maximum examples of a cluster."""

SHOWN_LENGTH = 150
"""Maximum characters shown of a question."""


def print_suggestions(found: Suggestions, *, asked: int, details: bool) -> None:
    """Print the summary and, with `details`, every suggestion."""
    distinct = sum(found.counts.values())
    parts = ", ".join(f"{name} {count:,}" for name, count in found.counts.most_common())
    echo(f"{counted(asked, 'question')}, {distinct:,} of them different: {parts}.")
    echo(
        f"Suggested: {counted(len(found.clusters), 'new concern')}, "
        f"{counted(len(found.unanswered), 'unanswered question')}, {counted(len(found.words), 'glossary line')}, "
        f"{counted(len(found.phrasings), 'phrasing')}."
    )
    if not details:
        return
    for heading, blocks in (
        ("Concerns that no entry answers", map(cluster_lines, found.clusters)),
        ("Other questions that no entry answers", map(unanswered_lines, found.unanswered)),
        ("Words for the glossary", map(word_lines, found.words)),
        ("Phrasings worth adding", map(phrasing_lines, found.phrasings)),
    ):
        lines = list(blocks)
        if lines:
            typer.echo(f"\n{heading}")
        for number, block in enumerate(lines, 1):
            echo_block(block, number)


def cluster_lines(one: ClusterSuggestion) -> list[str]:
    """Return the lines of a cluster: the first for the summary, then the examples."""
    texts = [quote(text) for text in one.texts[:SHOWN_TEXTS]]
    more = len(one.texts) - len(texts)
    return [
        f"asked {counted(one.asked, 'time')}, in {len(one.texts)} ways; nearest: {one.nearest or 'none'}",
        *texts,
        *([f"and {more} more"] if more else []),
    ]


def unanswered_lines(one: ClusterSuggestion) -> list[str]:
    """Return the line of a question that is in no cluster."""
    asked = f"asked {counted(one.asked, 'time')}; " if one.asked > 1 else ""
    return [f"{quote(one.texts[0])} ({asked}nearest: {one.nearest or 'none'})"]


def word_lines(one: WordSuggestion) -> list[str]:
    """Return the lines of a word."""
    meanings = " or ".join(f"“{meaning}”" for meaning in one.meanings)
    return [
        f"people say “{one.word}”; you may write {meanings} ({counted(one.asked, 'question')}, {one.entry})",
        *map(quote, one.examples),
        f"glossary line: {one.word}: {one.meanings[0]}",
    ]


def phrasing_lines(one: PhrasingSuggestion) -> list[str]:
    """Return the lines of a phrasing."""
    return [f"{one.entry}: {quote(one.text)}", f"{one.why}; confidence {one.confidence:.0%}; asked {one.asked}×"]


def echo_block(lines: Iterable[str], number: int | None = None) -> None:
    """Print the lines of a suggestion, indented below its number."""
    first, *others = lines
    mark = f"{number:>3}. " if number is not None else ""
    echo(first, initial=mark, indent=" " * len(mark))
    for line in others:
        echo(line, initial=" " * (len(mark) + 2), indent=" " * (len(mark) + 2))


def echo(text: str, *, initial: str = "", indent: str = "") -> None:
    """Print a text in lines of at most `WIDTH` columns. Unprintable characters are replaced."""
    typer.echo(
        textwrap.fill(printable(text), WIDTH, initial_indent=initial, subsequent_indent=indent, break_on_hyphens=False)
    )


def quote(text: str) -> str:
    """Return a question in quotes, on one line and not too long."""
    flat = " ".join(text.split())
    return f"“{flat if len(flat) <= SHOWN_LENGTH else f'{flat[: SHOWN_LENGTH - 1]}…'}”"


def suggestions_json(found: Suggestions) -> dict[str, Any]:
    """Return the suggestions for programs."""
    return {
        "questions": dict(found.counts),
        "concerns": [{"texts": one.texts, "asked": one.asked, "nearest": one.nearest} for one in found.clusters],
        "unanswered": [{"text": one.texts[0], "asked": one.asked, "nearest": one.nearest} for one in found.unanswered],
        "words": [
            {"word": one.word, "meanings": one.meanings, "entry": one.entry, "asked": one.asked,
             "examples": one.examples}
            for one in found.words
        ],
        "phrasings": [
            {"text": one.text, "entry": one.entry, "asked": one.asked, "confidence": one.confidence,
             "why": one.why.name.lower()}
            for one in found.phrasings
        ],
    }  # fmt: skip
