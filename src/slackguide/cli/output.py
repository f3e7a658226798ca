"""Output of the command line: results to standard output, messages to standard error."""

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

NOT_FINE = 1
WRONG_USE = 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(document: Any) -> None:
    """Writes one JSON document, unescaped and without colour, as the whole of standard output, always in UTF-8."""
    print_utf8(json.dumps(document, ensure_ascii=False, indent=2))


def print_json_line(document: Any) -> None:
    """Writes one JSON document on one line."""
    print_utf8(json.dumps(document, ensure_ascii=False))


def print_utf8(text: str, *, end: str = "\n") -> None:
    """Writes a result for programs: UTF-8 whatever the terminal's encoding, half characters as �."""
    typer.echo(replace_surrogates(text + end).encode(), nl=False)


def printable(text: str, *, lines: bool = False) -> str:
    """The text with what would move the cursor or colour the terminal made visible as �; `lines` keeps line breaks."""
    stored = "\n" if lines else ""
    return "".join(
        letter if letter.isprintable() or letter in stored else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def local_time(at: datetime | None) -> str:
    """A moment for people: the minute, where the person sits."""
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M}"


def iso(at: datetime | None) -> str | None:
    """A moment for programs: ISO 8601 with its zone, UTC."""
    return None if at is None else at.isoformat(timespec="milliseconds")


def print_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Writes a table; cells may hold people's words."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    out.print(table, soft_wrap=False)


def info(message: str) -> None:
    """Says something on standard error that is no result."""
    err.print(message, markup=False)


def fail(message: str, status: int = WRONG_USE) -> NoReturn:
    """Says on standard error what is wrong, and exits."""
    err.print(Text.assemble(("slackguide:", "bold red"), f" {message}"))
    raise typer.Exit(status)
