"""`slackguide outbox`: list, retry, drop and resync the outbox's jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from slackguide.cli.database import open_database
from slackguide.cli.options import JsonOption
from slackguide.cli.output import CHECK_FAILED, fail, info, iso, local_time, print_json, print_table
from slackguide.text import counted

if TYPE_CHECKING:
    from slackguide.runtime.container import AdminRepositories
    from slackguide.storage.outbox_admin import PendingJob

LIMIT = 1000
ALL_DEAD_LETTERED = 10_000_000

NameArgument = Annotated[
    str, typer.Argument(metavar="REF", help="An escalation's reference, like A-1042, or the number of a job.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="List, retry, drop and resync the jobs of the outbox.", no_args_is_help=True)
    app.add_typer(group, name="outbox")
    group.command("list")(list_)
    group.command()(retry)
    group.command()(drop)
    group.command()(resync)


def list_(
    dead_lettered: Annotated[
        bool, typer.Option("--parked", help="Only dead-lettered jobs, which are not retried automatically.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """List the pending jobs, the oldest first: due, being sent, waiting for a card, or dead-lettered (`parked`).

    Reads DATABASE_URL, or the SQLite file in SLACKGUIDE_HOME. Exits 0, or 2 if there is no database.
    """
    with open_database() as repositories:
        pending = repositories.outbox_admin.pending(
            dead_lettered_only=dead_lettered, limit=ALL_DEAD_LETTERED if json else LIMIT
        )
        counts = repositories.outbox_admin.counts()
    if json:
        print_json([_document(job) for job in pending])
        return
    listed = {state: count for state, count in counts.items() if not dead_lettered or state == "parked"}
    info(f"{', '.join(f'{count} {_state(state)}' for state, count in listed.items()) or 'Nothing'} in the outbox.")
    if sum(listed.values()) > len(pending):
        info(f"The table lists the oldest {len(pending):,}; --json lists all.")
    if pending:
        print_table(
            ("job", "task", "escalation", "conversation", "state", "due", "attempts", "last error"), map(_row, pending)
        )


def retry(
    name: Annotated[
        str | None,
        typer.Argument(metavar="REF", help="An escalation's reference, like A-1042, or the number of a job."),
    ] = None,
    dead_lettered: Annotated[
        bool, typer.Option("--parked", help="All dead-lettered jobs, instead of one REF.")
    ] = False,
) -> None:
    """Retry dead-lettered jobs and jobs that wait for their next attempt now, once the cause is fixed.

    Exits 0, 1 if a job is pending but cannot be retried now, 2 if there is no such escalation or job.
    """
    if (name is None) != dead_lettered:
        fail("nothing to retry: pass either REF or --parked.")
    with open_database() as repositories:
        if name is None:
            info(f"{counted(repositories.outbox_admin.retry_dead_lettered(), 'job')} will be retried now.")
            return
        done = repositories.outbox_admin.retry(name)
        _report(repositories, name, done, "will be retried now", "It is being sent right now, or waits for its card.")


def drop(name: NameArgument) -> None:
    """Drop pending jobs: they are not sent, and the requester of an escalation is notified.

    The escalation remains stored.

    Exits 0, 1 if a job is being sent right now, 2 if there is no such escalation or job.
    """
    with open_database() as repositories:
        done = repositories.outbox_admin.drop(name)
        _report(repositories, name, done, "dropped", "It is being sent right now: try again in a few seconds.")


def resync(name: Annotated[str, typer.Argument(metavar="REF", help="An escalation's reference, like A-1042.")]) -> None:
    """Update an escalation's card in Slack from the database, or post it if there is none.

    Exits 0, or 2 if there is no such escalation.
    """
    with open_database() as repositories:
        if not repositories.outbox_admin.resync(name):
            fail(f"there is no escalation {name}: see `slackguide escalations list`.")
        escalation = repositories.escalations.by_reference(name)
        posted = escalation is not None and escalation.card is not None
    info(f"The card of {name} will be updated." if posted else f"{name} will be posted.")


def _report(repositories: AdminRepositories, name: str, done: int, action: str, reason: str) -> None:
    """Report the number of changed jobs; exit with an error status if there are none."""
    if done:
        info(f"{counted(done, 'job')} {action}.")
        return
    identifier = name.strip().upper()
    if any(
        identifier in (job.reference, str(job.id)) for job in repositories.outbox_admin.pending(limit=ALL_DEAD_LETTERED)
    ):
        fail(f"nothing was changed for {name}. {reason}", CHECK_FAILED)
    if repositories.escalations.by_reference(name) is None:
        fail(f"there is no escalation or pending job {name}: see `slackguide outbox list`.")
    info(f"Nothing is pending for {name}.")


def _state(state: str) -> str:
    return "being sent" if state == "claimed" else state


def _row(job: PendingJob) -> tuple[str, ...]:
    return (
        str(job.id),
        job.kind.replace("_", " "),
        job.reference or "",
        job.conversation,
        job.state,
        local_time(job.due_at),
        str(job.attempts),
        job.error_code or "",
    )


def _document(job: PendingJob) -> dict[str, Any]:
    return {
        "job": job.id,
        "kind": job.kind,
        "reference": job.reference,
        "conversation": job.conversation,
        "state": job.state,
        "due_at": iso(job.due_at),
        "tries": job.attempts,
        "fault": job.error_code,
        "created_at": iso(job.created_at),
    }
