"""`slackguide feedback list`: what people pressed under answers."""

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
    """The verdict's name. Raises `typer.BadParameter` where there is none of that name."""
    from slackguide.storage.feedback import Verdict

    if name not in set(Verdict):
        raise typer.BadParameter(f"`{name}` is no verdict: take {', '.join(Verdict)}.")
    return name


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(help="What people pressed under answers.", no_args_is_help=True)
    app.add_typer(group, name="feedback")

    @group.command("list")
    def list_(
        entry: Annotated[str | None, typer.Option(metavar="ID", help="Only what was said of this entry.")] = None,
        verdict: Annotated[
            str | None,
            typer.Option(metavar="VERDICT", parser=verdict_of, help="Only helpful, not_helpful or not_this."),
        ] = None,
        since: SinceOption = None,
        limit: LimitOption = LIMIT,
        json: JsonOption = False,
    ) -> None:
        """List what people pressed under answers, the latest first: one verdict a person and answer.

        Reads DATABASE_URL, or the SQLite file in SLACKGUIDE_HOME. Exits 0, or 2 where there is no database.
        """
        from slackguide.storage.feedback import Verdict

        filter_ = Verdict(verdict) if verdict else None
        with open_database() as repositories:
            found = repositories.feedback.list(entry_id=entry, verdict=filter_, since=beginning_of(since), limit=limit)
            names = {one.user_id: person.name for one in found if (person := repositories.directory.find(one.user_id))}
        if json:
            print_json([_document(one) for one in found])
        elif found:
            _print(found, names)
        else:
            info("No feedback fits.")


def _print(found: tuple[Feedback, ...], names: Mapping[str, str]) -> None:
    print_table(
        ("when", "verdict", "entry", "who", "question"),
        (
            (
                local_time(one.at), one.verdict.replace("_", " "), one.entry_id or "(no answer)",
                names.get(one.user_id) or one.user_id, one.question or "(erased, or none)",
            )
            for one in found
        ),
    )  # fmt: skip
    counts = Counter(one.verdict.replace("_", " ") for one in found)
    info(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()) + ".")


def _document(one: Feedback) -> dict[str, Any]:
    return {
        "at": iso(one.at),
        "verdict": one.verdict.value,
        "entry": one.entry_id,
        "question": one.question,
        "user": one.user_id,
        "answer": one.answer_id,
    }
