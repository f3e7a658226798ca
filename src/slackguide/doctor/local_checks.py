"""Checks that need no Slack: the knowledge, the database, and the public URL."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from slackguide.delivery.notifier import Notifier
from slackguide.doctor.findings import Finding, not_checked, ok, problem
from slackguide.doctor.requests import CallFailed, fetch
from slackguide.errors import SlackguideError, StorageError
from slackguide.knowledge import KnowledgeBase, inspect
from slackguide.storage.database import Database
from slackguide.storage.inbox import EventInbox
from slackguide.storage.migrate import SchemaState, schema_state
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.text import counted
from slackguide.triage import check_tables
from slackguide.web.signature import NOT_SIGNED

OVERDUE = timedelta(minutes=10)
"""How long a job can be due before it counts as not being delivered. Retries are at most a minute apart."""

CHALLENGE = "slackguide-doctor"
PUBLIC_URL = "public URL"


def check_knowledge(directory: Path) -> tuple[Finding, KnowledgeBase | None]:
    """Check the knowledge base. Return it too, as far as it can be read."""
    try:
        inspection = inspect(directory)
        faults = list(inspection.diagnostics)
        if inspection.knowledge is not None:
            faults += check_tables(inspection.knowledge, unverified=inspection.unverified)
    except SlackguideError as error:
        return problem("knowledge", str(error), "Set SLACKGUIDE_KNOWLEDGE to the folder of the knowledge base"), None
    knowledge = inspection.knowledge
    if faults or knowledge is None:
        message = f"{counted(len(faults), 'error')} in {directory}, the first: {min(faults)}"
        return problem("knowledge", message, f"Correct what `slackguide check {directory}` prints"), knowledge
    size = f"{counted(len(knowledge.entries), 'entry', 'entries')}, {counted(len(knowledge.forms), 'form')}"
    return ok("knowledge", f"{directory} is valid: {size}"), knowledge


@dataclass(frozen=True)
class DatabaseState:
    """The findings about the database, and when the last event of Slack was accepted."""

    findings: tuple[Finding, ...]
    last_event: datetime | None = None


def check_database(url: str, *, now: Callable[[], datetime]) -> DatabaseState:
    """Check that the database is reachable, migrated and writable, and that its jobs are delivered.

    Nothing is created or changed.
    """
    try:
        database = Database(url=url, clock=now)
    except SlackguideError as error:
        return DatabaseState((problem("database", str(error), "Correct DATABASE_URL"),))
    try:
        if database.is_sqlite and not database.path.exists():
            return DatabaseState((_new_file(database.path),))
        return _existing(database, now())
    except StorageError as error:
        return DatabaseState((problem("database", error.for_operators, "Check DATABASE_URL and the database server"),))
    finally:
        database.close()


def _new_file(path: Path) -> Finding:
    """Check that the file can be created at the first start."""
    folder = next(parent for parent in path.parents if parent.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        return problem("database", f"{path} does not exist, and {folder} is not writable", "Set SLACKGUIDE_HOME")
    return ok("database", f"{path} does not exist yet; the first start creates it")


def _existing(database: Database, now: datetime) -> DatabaseState:
    name = str(database.path) if database.is_sqlite else "PostgreSQL"
    match schema_state(database):
        case SchemaState.EMPTY:
            return DatabaseState(
                (ok("database", f"{name} is reachable and empty; the first start creates the tables"),)
            )
        case SchemaState.NEWER:
            newer = "was written by a newer version of slackguide"
            return DatabaseState((problem("database", f"{name} {newer}", "Start that version"),))
        case SchemaState.OLDER:
            older = "was written by an older version; the next start migrates it"
            return DatabaseState((ok("database", f"{name} {older}"),))
        case SchemaState.CURRENT:
            database.check_writable()
            findings = (ok("database", f"{name} is reachable, migrated and writable"), _jobs(database, now))
            return DatabaseState(findings, EventInbox(database=database, notifier=Notifier()).last_accepted())


def _jobs(database: Database, now: datetime) -> Finding:
    outbox = OutboxAdmin(database=database, notifier=Notifier())
    counts = outbox.counts()
    if dead := counts.get("parked", 0):
        remedy = "See `slackguide outbox list --parked`, remove the causes, then `slackguide outbox retry --parked`"
        return problem("outbox", f"{counted(dead, 'message')} cannot be delivered", remedy)
    due = [job for job in outbox.pending() if job.state == "due"]
    if refused := [job for job in due if job.refused]:
        message = f"Slack refuses {counted(len(refused), 'message')}, which will be tried again ({refused[0].refused})"
        return problem("outbox", message, "See `slackguide outbox list`, and remove the cause")
    if overdue := [job for job in due if now - job.created_at > OVERDUE]:
        code = overdue[0].error_code or "none was tried"
        message = f"{counted(len(overdue), 'message')} waiting for more than 10 minutes (last error: {code})"
        return problem("outbox", message, "Check that `slackguide serve` or `slackguide worker` runs, and its log")
    return ok("outbox", f"{counted(sum(counts.values()), 'message')} pending")


def check_public_url(url: str | None, *, secret: str | None, now: Callable[[], datetime]) -> Finding | None:
    """Check the public request URL, `https://HOST/slack/events`, with a signed `url_verification`, as Slack sends it.

    `secret` is the signing secret; None in Socket Mode, which has no such URL.
    """
    if secret is None:
        return not_checked(PUBLIC_URL, "Socket Mode needs none, and serves no requests of Slack") if url else None
    if url is None:
        return not_checked(PUBLIC_URL, "it is not known here", "Pass --url https://YOUR-HOST/slack/events")
    body = json.dumps({"type": "url_verification", "challenge": CHALLENGE}).encode()
    timestamp = str(int(now().timestamp()))
    digest = hmac.new(secret.encode(), b"v0:%b:%b" % (timestamp.encode(), body), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    try:
        reply = fetch(url, body, headers)
    except CallFailed as error:
        return problem(PUBLIC_URL, str(error), error.remedy)
    if reply.status == HTTPStatus.OK and reply.document == {"challenge": CHALLENGE}:
        return ok(PUBLIC_URL, f"{url} accepts a request signed with SLACK_SIGNING_SECRET")
    if reply.status == HTTPStatus.UNAUTHORIZED and reply.document == NOT_SIGNED:
        return problem(
            PUBLIC_URL,
            "slackguide answers there, but refuses a request signed with SLACK_SIGNING_SECRET",
            "Start the process with the same secret (Basic Information of the app), and compare both clocks",
        )
    return problem(
        PUBLIC_URL,
        f"{url} answers with status {reply.status}, not as slackguide does",
        f"Let the reverse proxy forward POST {urlsplit(url).path} to slackguide, unchanged",
    )
