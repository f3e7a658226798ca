"""`slackguide serve`, `sandbox` and `worker`: run the service."""

from __future__ import annotations

from typing import Annotated

import typer

from slackguide.config import HIGHEST_PORT, read_settings


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
    ) -> None:
        """Run the sandbox, a local Slack workspace in the browser, regardless of the environment.

        It listens on 127.0.0.1 only, reads no Slack tokens, and uses its own SQLite file in SLACKGUIDE_HOME.
        """
        from slackguide.runtime.entrypoint import run

        settings = read_settings(slack=False)
        run(settings if port is None else settings.model_copy(update={"port": port}))

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
