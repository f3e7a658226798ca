"""`slackguide erase`: erase what a person wrote, or an escalation."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from slackguide.cli.database import open_database
from slackguide.cli.options import JsonOption
from slackguide.cli.output import fail, info, print_json

if TYPE_CHECKING:
    from slackguide.storage.erasure import Erasure


def user_of(text: str) -> str:
    """Return a Slack user id. Raises `typer.BadParameter` if the text is not one."""
    if not re.fullmatch(r"[UW][A-Z0-9]+", text):
        raise typer.BadParameter(f"`{text}` is not a Slack user id, such as U012AB (Copy member ID in the profile).")
    return text


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def erase(
        person: Annotated[
            str | None,
            typer.Option(metavar="USER", parser=user_of, help="The Slack user id of the person, like U012AB."),
        ] = None,
        escalation: Annotated[
            str | None, typer.Option(metavar="REF", help="An escalation's reference, like D-1042.")
        ] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Erase it. Without this, only print what would be erased.")] = (
            False
        ),
        json: JsonOption = False,
    ) -> None:
        """Erase the text of one person or of one escalation, in the database and in slackguide's messages in Slack.

        People, times and the history of escalations remain. Messages in Slack are replaced within minutes by the
        process that delivers; what people posted themselves stays. Exits 0, or 2 if there is no such escalation.
        """
        if (person is None) == (escalation is None):
            fail("nothing to erase: pass either --person or --escalation.")
        with open_database() as repositories:
            if person is not None:
                erasure = repositories.erasure.erase_person(person, dry_run=not yes)
            else:
                found = repositories.erasure.erase_escalation(str(escalation), dry_run=not yes)
                if found is None:
                    fail(f"there is no escalation {escalation}.")
                erasure = found
        if json:
            print_json({"erased": yes, **asdict(erasure)})
        else:
            for line in _lines(erasure):
                typer.echo(line)
        if not yes:
            info("Nothing was erased. Pass --yes to erase it. This cannot be undone.")
        elif erasure.sending:
            info("Some messages were being sent at this moment: run this again in a minute.")
        else:
            info("Erased. The messages in Slack follow.")


def _lines(erasure: Erasure) -> list[str]:
    open_ones = f" ({', '.join(erasure.open_references)} still open)" if erasure.open_references else ""
    return [
        f"escalations: {', '.join(erasure.references) or 'none'}{open_ones}",
        f"comments in escalations: {erasure.comments}",
        f"questions: {erasure.questions}",
        f"messages not sent yet: {erasure.pending}",
        f"messages in Slack: {erasure.messages}",
        f"being sent now: {erasure.sending}",
    ]
