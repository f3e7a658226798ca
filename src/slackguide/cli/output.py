"""Print results to standard output and messages to standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn, TypeVar

import rich.progress
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from slackguide.text import replace_surrogates

T = TypeVar("T")

CHECK_FAILED = 1
USAGE_ERROR = 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(document: Any) -> None:
    """Print one indented JSON document to standard output, in UTF-8 and without colour."""
    print_utf8(json.dumps(document, ensure_ascii=False, indent=2))


def print_json_line(document: Any) -> None:
    """Print one JSON document on one line."""
    print_utf8(json.dumps(document, ensure_ascii=False))


def print_utf8(text: str, *, end: str = "\n") -> None:
    """Print a machine-readable result: always in UTF-8, with lone surrogates replaced by �."""
    typer.echo(replace_surrogates(text + end).encode(), nl=False)


def printable(text: str, *, lines: bool = False) -> str:
    """Return the text with unprintable characters replaced by �, so that it cannot control the terminal.

    `lines` preserves line breaks.
    """
    allowed = "\n" if lines else ""
    return "".join(
        letter if letter.isprintable() or letter in allowed else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def local_time(at: datetime | None) -> str:
    """Format a time for people: to the minute, in the local time zone."""
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M}"


def iso(at: datetime | None) -> str | None:
    """Format a time for programs: ISO 8601 with time zone."""
    return None if at is None else at.isoformat(timespec="milliseconds")


def track(items: Sequence[T], description: str) -> Iterable[T]:
    """Yield the items while a progress bar on standard error shows how many are done, if that is a terminal."""
    return rich.progress.track(items, description, console=err, transient=True, disable=not err.is_terminal)


@contextmanager
def working(description: str) -> Iterator[None]:
    """Show on standard error that work of unknown length goes on, and for how long, if that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        progress.add_task(description, total=None)
        yield


NARROW = 16
"""Characters of a cell that is never wrapped, like a time. Wider columns are wrapped to no less than this."""

GAP = 3
"""Characters between two columns, and beside the outer ones together."""


def print_table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table without its empty columns. Where it does not fit a terminal, each row becomes a paragraph.

    In a pipe or a file, each row is one line. Unprintable characters in cells are replaced, so cells may contain user
    text.
    """
    heads, cells = list(headers), [[printable(cell) for cell in row] for row in rows]
    kept = [at for at in range(len(heads)) if any(row[at] for row in cells)]
    widths = {at: max(len(heads[at]), *(len(row[at]) for row in cells)) for at in kept}
    if not out.is_terminal:
        for row in (heads, *cells):
            typer.echo("  ".join(row[at].ljust(widths[at]) for at in kept).rstrip())
        return
    if sum(min(width, NARROW) for width in widths.values()) + GAP * len(kept) > out.width:
        for row in cells:
            named = " · ".join(f"{heads[at]} {row[at]}" for at in kept[1:] if row[at])
            out.print(Text.assemble((row[kept[0]], "bold"), f"  {named}"), soft_wrap=False)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for at in kept:
        table.add_column(heads[at], overflow="fold", no_wrap=widths[at] <= NARROW)
    for row in cells:
        table.add_row(*(Text(row[at]) for at in kept))
    out.print(table, soft_wrap=False)


def info(message: str) -> None:
    """Print a message to standard error."""
    err.print(message, markup=False)


def fail(message: str, status: int = USAGE_ERROR) -> NoReturn:
    """Print an error to standard error and exit with `status`."""
    err.print(Text.assemble(("slackguide:", "bold red"), f" {message}"))
    raise typer.Exit(status)
