"""`slackguide serve`, `sandbox` and `worker`: run it."""

from __future__ import annotations

from typing import Annotated

import typer

from slackguide.config import HIGHEST_PORT, read_settings


def register(app: typer.Typer) -> None:
    """Adds the commands."""

    @app.command()
    def serve() -> None:
        """Run as `python app.py` does: the sandbox, Socket Mode or HTTP, as the environment says.

        Exits 0 after SIGTERM, 2 where the environment or the knowledge cannot be used.
        """
        from slackguide.runtime.entrypoint import run

        run(read_settings())

    @app.command()
    def sandbox(
        port: Annotated[
            int | None,
            typer.Option(min=0, max=HIGHEST_PORT, metavar="NUMBER", help="Listen here; left out: PORT, or 3000."),
        ] = None,
    ) -> None:
        """Run the sandbox, whatever the environment says: a local Slack workspace in the browser.

        It listens on 127.0.0.1 alone, knows no Slack tokens, and keeps a SQLite file of its own in SLACKGUIDE_HOME.
        """
        from slackguide.runtime.entrypoint import run

        settings = read_settings(slack=False)
        run(settings if port is None else settings.model_copy(update={"port": port}))

    @app.command()
    def worker(
        port: Annotated[
            int | None,
            typer.Option(
                min=0, max=HIGHEST_PORT, metavar="NUMBER", help="Serve /healthz and /readyz here; left out: nowhere."
            ),
        ] = None,
    ) -> None:
        """Deliver the outbox's jobs only: beside the process that answers, on the same database.

        It needs SLACK_BOT_TOKEN, and DATABASE_URL where the database is not in SLACKGUIDE_HOME.
        """
        from slackguide.runtime.entrypoint import run_worker

        run_worker(read_settings(answering=False), port=port)
