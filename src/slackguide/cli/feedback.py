"""`slackguide feedback list`: list the feedback that users gave on answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slackguide.cli.database import open_database
from slackguide.cli.options import JsonOption, LimitOption, SinceOption, beginning_of
from slackguide.cli.output import info, iso, local_time, print_json, print_table

if TYPE_CHECKING:
    from slackguide.storage.feedback import Feedback

LIMIT = 1000


def verdict_of(name: str) -> str:
    """Return the name of a verdict. Raises `typer.BadParameter` if there is none of that name."""
    from slackguide.storage.feedback import Verdict

    if name not in set(Verdict):
        raise typer.BadParameter(f"`{name}` is not a verdict: use {', '.join(Verdict)}.")
    return name


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="List the feedback that users gave on answers.", no_args_is_help=True)
    app.add_typer(group, name="feedback")

    @group.command("list")
    def list_(
        entry: Annotated[str | None, typer.Option(metavar="ID", help="Only feedback on this entry.")] = None,
        verdict: Annotated[
            str | None,
            typer.Option(
                metavar="VERDICT", parser=verdict_of, help="Only this verdict: helpful, not_helpful or not_this."
            ),
        ] = None,
        since: SinceOption = None,
        limit: LimitOption = LIMIT,
        json: JsonOption = False,
    ) -> None:
        """List the feedback on answers, the latest first: one verdict per user and answer.

        Reads DATABASE_URL, or the SQLite file in SLACKGUIDE_HOME. Exits 0, or 2 if there is no database.
        """
        from slackguide.storage.feedback import Verdict

        filter_ = Verdict(verdict) if verdict else None
        with open_database() as repositories:
            feedback = repositories.feedback.list(
                entry_id=entry, verdict=filter_, since=beginning_of(since), limit=limit
            )
            names = {
                one.user_id: person.name for one in feedback if (person := repositories.directory.find(one.user_id))
            }
        if json:
            print_json([_document(one) for one in feedback])
        elif feedback:
            _print(feedback, names)
        else:
            info("No feedback matches.")


def _print(feedback: tuple[Feedback, ...], names: Mapping[str, str]) -> None:
    counts = Counter(one.verdict.replace("_", " ") for one in feedback)
    info(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()) + ".")
    print_table(
        ("time", "verdict", "entry", "user", "question"),
        (
            (
                local_time(one.at), _verdict_text(one), one.entry_id or "(no answer)",
                names.get(one.user_id) or one.user_id, one.question or "(erased or none)",
            )
            for one in feedback
        ),
    )  # fmt: skip


def _verdict_text(one: Feedback) -> str:
    verdict = one.verdict.replace("_", " ")
    return f"{verdict}: {one.reason.replace('_', ' ')}" if one.reason else verdict


def _document(one: Feedback) -> dict[str, Any]:
    return {
        "at": iso(one.at),
        "verdict": one.verdict.value,
        "reason": one.reason,
        "entry": one.entry_id,
        "question": one.question,
        "user": one.user_id,
        "answer": one.answer_id,
    }
