"""`slackguide serve`, `sandbox` and `worker`: run the service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from slackguide.config import HIGHEST_PORT, read_settings
from slackguide.web.wsgi import EVENTS_PATH


def app_url_of(text: str) -> str:
    """Return the URL of an app on this machine. Raises `typer.BadParameter` for any other."""
    parts = urlsplit(text)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
        raise typer.BadParameter(f"`{text}` is not a URL on this machine: use http://127.0.0.1:PORT{EVENTS_PATH}.")
    return text


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""

    @app.command()
    def serve() -> None:
        """Run the service like `python app.py`: in the sandbox, Socket Mode or HTTP, depending on the environment.

        Exits 0 after SIGTERM, 2 if the environment or the knowledge base is invalid.
        """
        from slackguide.runtime.entrypoint import run

        run(read_settings())

    @app.command()
    def sandbox(
        port: Annotated[
            int | None,
            typer.Option(
                min=0, max=HIGHEST_PORT, metavar="NUMBER", help="The port to listen on. Default: PORT, or 3000."
            ),
        ] = None,
        app_url: Annotated[
            str | None,
            typer.Option(
                metavar="URL",
                parser=app_url_of,
                help="Run the workspace without the app, which runs at this URL, http://127.0.0.1:PORT/slack/events, "
                "or in Socket Mode. Prints the variables that the app needs.",
            ),
        ] = None,
        knowledge: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help="The folder of the knowledge base. Default: SLACKGUIDE_KNOWLEDGE."),
        ] = None,
        fresh: Annotated[bool, typer.Option("--fresh", help="Start with an empty database and workspace.")] = False,
    ) -> None:
        """Run the sandbox, a local Slack workspace in the browser, regardless of the environment.

        It listens on 127.0.0.1 only, reads no Slack tokens, and uses its own SQLite file in SLACKGUIDE_HOME. The
        next start with the same knowledge goes on where this one is stopped.
        """
        settings = read_settings(slack=False)
        if port is not None:
            settings = settings.model_copy(update={"port": port})
        if knowledge is not None:
            settings = settings.model_copy(update={"knowledge": knowledge})
        if app_url is not None:
            from slackguide.runtime.sandbox_workspace import run_workspace

            run_workspace(settings, app_url=app_url)
        else:
            from slackguide.runtime.entrypoint import run

            run(settings, fresh=fresh)

    @app.command()
    def worker(
        port: Annotated[
            int | None,
            typer.Option(
                min=0, max=HIGHEST_PORT, metavar="NUMBER", help="The port for /healthz and /readyz. Default: none."
            ),
        ] = None,
    ) -> None:
        """Deliver the outbox's jobs only, next to the process that answers, on the same database.

        Requires SLACK_BOT_TOKEN, and DATABASE_URL if the database is not in SLACKGUIDE_HOME.
        """
        from slackguide.runtime.entrypoint import run_worker

        run_worker(read_settings(answering=False), port=port)
