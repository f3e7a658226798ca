"""`slackguide manifest`: print the Slack app manifest."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import typer

from slackguide.cli.output import info, print_json
from slackguide.web.wsgi import EVENTS_PATH


def address_of(text: str) -> str:
    """The public address, whole. Raises `typer.BadParameter` where Slack would not take it."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or any(letter.isspace() for letter in text):
        raise typer.BadParameter(f"`{text}` is no address for Slack: write https://YOUR-HOST{EVENTS_PATH}.")
    return text


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def manifest(
        url: Annotated[
            str | None,
            typer.Option(
                metavar="URL",
                parser=address_of,
                help=f"The public address for HTTP, https://YOUR-HOST{EVENTS_PATH}; left out: Socket Mode.",
            ),
        ] = None,
    ) -> None:
        """Print the Slack app manifest (JSON) for exactly the features that are on.

        Create the app from it at https://api.slack.com/apps.
        """
        from slackguide.slack.manifest import manifest as manifest_of  # the other commands do not wait for Bolt

        if url is not None and urlsplit(url).path != EVENTS_PATH:
            info(f"slackguide takes requests at {EVENTS_PATH}: have whatever stands before it lead {url} there.")
        print_json(manifest_of(url=url))
