"""`slackguide doctor`: check an installation."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from slackguide.cli.options import JsonOption
from slackguide.cli.output import CHECK_FAILED, info, print_json, printable
from slackguide.config import read_settings


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def doctor(
        url: Annotated[
            str | None,
            typer.Option(
                metavar="URL", help="The public request URL, https://YOUR-HOST/slack/events, to check it too."
            ),
        ] = None,
        live: Annotated[
            str | None,
            typer.Option(metavar="CHANNEL", help="Post test messages into this channel, and delete them again."),
        ] = None,
        validate_cards: Annotated[
            bool,
            typer.Option("--validate-cards", help="Let Slack's validator check one message and view of each kind."),
        ] = False,
        json: JsonOption = False,
    ) -> None:
        """Check an installation: settings, knowledge, database, token, scopes, clock, events, channels, groups.

        Reads the same variables as `slackguide serve`, and changes nothing unless --live is given. Exits 0 if no check
        found a problem, 1 if one did, 2 if the settings are invalid.
        """
        # Imported here so that the other commands start without loading the service.
        from slackguide.doctor.examination import Examination
        from slackguide.doctor.findings import Status

        examination = Examination(settings=read_settings(), url=url, live_channel=live, validate_cards=validate_cards)
        problems = 0
        documents = []
        for finding in examination.run():
            problems += finding.status is Status.PROBLEM
            documents.append(asdict(finding))
            if not json:
                remedy = f". {finding.remedy}." if finding.remedy else ""
                typer.echo(printable(f"{finding.status:<11}  {finding.check}: {finding.message}{remedy}"))
        if json:
            print_json(documents)
        else:
            info(f"{problems or 'No'} {'problem' if problems == 1 else 'problems'} found.")
        if problems:
            raise typer.Exit(CHECK_FAILED)
