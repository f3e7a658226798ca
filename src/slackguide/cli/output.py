"""Where the command line writes: results to standard output, messages to standard error."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import typer
from rich.console import Console

NOT_FINE = 1
WRONG_USE = 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(document: Any) -> None:
    """Writes one JSON document, unescaped and without colour, as the whole of standard output."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def print_json_line(document: Any) -> None:
    """Writes one JSON document on one line."""
    typer.echo(json.dumps(document, ensure_ascii=False))


def fail(message: str, status: int = WRONG_USE) -> NoReturn:
    """Says on standard error what is wrong, and exits."""
    err.print(f"[bold red]slackguide:[/] {_escaped(message)}")
    raise typer.Exit(status)


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
