"""`slackguide manifest`: print the Slack app manifest."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import typer

from slackguide.cli.output import info, print_json
from slackguide.web.wsgi import EVENTS_PATH


def address_of(text: str) -> str:
    """Return the public URL. Raises `typer.BadParameter` if Slack would reject it."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or any(letter.isspace() for letter in text):
        raise typer.BadParameter(f"`{text}` is not a URL that Slack accepts: use https://YOUR-HOST{EVENTS_PATH}.")
    return text


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def manifest(
        url: Annotated[
            str | None,
            typer.Option(
                metavar="URL",
                parser=address_of,
                help=f"The public request URL for HTTP, https://YOUR-HOST{EVENTS_PATH}. Default: Socket Mode.",
            ),
        ] = None,
    ) -> None:
        """Print the Slack app manifest (JSON) for the enabled features.

        Create the app from it at https://api.slack.com/apps.
        """
        # Imported here so that the other commands start without loading Bolt.
        from slackguide.slack.manifest import manifest as manifest_of

        if url is not None and urlsplit(url).path != EVENTS_PATH:
            info(f"slackguide accepts requests at {EVENTS_PATH}: configure your reverse proxy to forward {url} to it.")
        print_json(manifest_of(url=url))
