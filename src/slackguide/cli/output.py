"""Print results to standard output and messages to standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from slackguide.text import replace_surrogates

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


def print_table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table. Unprintable characters in cells are replaced, so cells may contain user text."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    out.print(table, soft_wrap=False)


def info(message: str) -> None:
    """Print a message to standard error."""
    err.print(message, markup=False)


def fail(message: str, status: int = USAGE_ERROR) -> NoReturn:
    """Print an error to standard error and exit with `status`."""
    err.print(Text.assemble(("slackguide:", "bold red"), f" {message}"))
    raise typer.Exit(status)
