"""Assemble the command line application from its commands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from slackguide import __version__
from slackguide.cli import (
    chat_session,
    check,
    compare,
    doctor,
    erase,
    escalations,
    evaluate,
    feedback,
    import_files,
    labels,
    manifest,
    new,
    outbox,
    route,
    schema,
    serve,
    sources,
    suggest,
    triage,
)
from slackguide.cli.output import USAGE_ERROR
from slackguide.errors import SlackguideError
from slackguide.logging_config import describe_error, log_fatal

app = typer.Typer(
    name="slackguide",
    help="Tell support agents where to send a concern, and deliver their escalations.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"slackguide {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """slackguide's command line."""


for command in (
    new, import_files, suggest, chat_session,
    route, check, triage, sources, schema, evaluate, compare, serve, manifest, feedback, labels, escalations,
    outbox, doctor, erase,
):  # fmt: skip
    command.register(app)


def main() -> None:
    """Run the command line. Print a `SlackguideError` as a message and exit with status 2."""
    try:
        app(prog_name="slackguide")
    except SlackguideError as error:
        log_fatal(error.for_operators)
        sys.exit(USAGE_ERROR)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        # The text of an error may be a person's, and a stack trace helps nobody who runs a command.
        log_fatal(f"Internal error: {describe_error(error)}. Please report this to the maintainers of slackguide.")
        sys.exit(USAGE_ERROR)
