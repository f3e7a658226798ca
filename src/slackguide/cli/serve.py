"""`slackguide serve`, `sandbox` and `worker`: run it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.output import NOT_FINE, fail
from slackguide.config import HIGHEST_PORT, Settings, read_settings


def register(app: typer.Typer) -> None:
    """Adds the commands."""

    @app.command()
    def serve() -> None:
        """Run as `python app.py` does: the sandbox, Socket Mode or HTTP, as the environment says.

        Exits 0 after SIGTERM, 2 where the environment or the knowledge cannot be used.
        """
        from slackguide.running import run

        run(read_settings())

    @app.command()
    def sandbox(
        port: Annotated[
            int | None,
            typer.Option(min=0, max=HIGHEST_PORT, metavar="NUMBER", help="Listen here; left out: PORT, or 3000."),
        ] = None,
        record: Annotated[
            Path | None, typer.Option(metavar="FILE", help="Write down what is done on the page, as JSON Lines.")
        ] = None,
        replay: Annotated[
            Path | None, typer.Option(metavar="FILE", help="Do again what was recorded, say what differs, and end.")
        ] = None,
    ) -> None:
        """Run the sandbox, whatever the environment says: a local Slack workspace in the browser.

        It listens on 127.0.0.1 alone, knows no Slack tokens, and keeps a SQLite file of its own in SLACKGUIDE_HOME.
        A replay exits 1 where the bot does not do the same again.
        """
        from slackguide.running import run

        settings = read_settings(slack=False)
        if replay is not None:
            if record is not None:
                fail("--record and --replay do not go together: give one of them.")
            _replay(settings, replay)
            return
        run(settings if port is None else settings.model_copy(update={"port": port}), record=record)

    @app.command()
    def worker(
        port: Annotated[
            int | None,
            typer.Option(
                min=0, max=HIGHEST_PORT, metavar="NUMBER", help="Serve /healthz and /readyz here; left out: nowhere."
            ),
        ] = None,
    ) -> None:
        """Deliver what is owed to Slack, and nothing else: beside the process that answers, on the same database.

        It needs SLACK_BOT_TOKEN, and DATABASE_URL where the database is not in SLACKGUIDE_HOME.
        """
        from slackguide.running import run_worker

        run_worker(read_settings(answering=False), port=port)


def _replay(settings: Settings, file: Path) -> None:
    """Says of each action whether the bot did the same again."""
    from slackguide.trying import replay_session

    differing = 0
    for step in replay_session(settings, file):
        differing += not step.same
        did = " ".join(str(value) for value in step.action.values() if isinstance(value, str))
        typer.echo(f"{step.number}: {'the same' if step.same else 'DIFFERENT'}: {did}")
        if not step.same:
            typer.echo(f"  was: {json.dumps(step.saw, ensure_ascii=False)}")
            typer.echo(f"  is:  {json.dumps(step.sees, ensure_ascii=False)}")
    if differing:
        raise typer.Exit(NOT_FINE)
