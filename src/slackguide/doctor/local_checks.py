"""Checks that need no Slack: the knowledge, the database, and the public URL."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
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
from slackguide.triage import check_tables

OVERDUE = timedelta(minutes=10)
"""How long a job can be due before it counts as not being delivered. Retries are at most a minute apart."""

CHALLENGE = "slackguide-doctor"


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
        message = f"{len(faults)} errors in {directory}, the first: {min(faults)}"
        return problem("knowledge", message, f"Correct what `slackguide check {directory}` prints"), knowledge
    return ok("knowledge", f"{directory} is valid: {len(knowledge.entries)} entries, {len(knowledge.forms)} forms"), (
        knowledge
    )


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
        return problem("outbox", f"{dead} messages cannot be delivered", remedy)
    overdue = [job for job in outbox.pending() if job.state == "due" and now - job.created_at > OVERDUE]
    if overdue:
        code = overdue[0].error_code or "none was tried"
        message = f"{len(overdue)} messages have waited for more than 10 minutes (last error: {code})"
        return problem("outbox", message, "Check that `slackguide serve` or `slackguide worker` runs, and its log")
    return ok("outbox", f"{sum(counts.values())} messages pending")


def check_public_url(url: str | None, *, secret: str | None, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Check that the running process answers at its public URL, `https://HOST/slack/events`.

    `secret` is the signing secret; None in Socket Mode.
    """
    if url is None:
        if secret is not None:
            yield not_checked("public URL", "it is not known here", "Pass --url https://YOUR-HOST/slack/events")
        return
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    try:
        health = fetch(f"{root}/healthz")
        if health.status != HTTPStatus.OK or health.document != {"status": "ok"}:
            yield problem(
                "public URL",
                f"{root}/healthz answers with status {health.status}, not as slackguide does",
                "Let the reverse proxy forward /healthz, /readyz and /slack/events to slackguide",
            )
            return
        yield ok("public URL", f"{root}/healthz answers")
        yield _readiness(root)
        if secret is not None:
            yield _signature(url, secret, now())
    except CallFailed as error:
        yield problem("public URL", str(error), error.remedy)


def _readiness(root: str) -> Finding:
    ready = fetch(f"{root}/readyz")
    if ready.status == HTTPStatus.OK:
        return ok("readiness", f"{root}/readyz answers that the process is ready")
    reasons = ready.document.get("reasons", []) if isinstance(ready.document, dict) else []
    return problem("readiness", " ".join(map(str, reasons)) or f"status {ready.status}", "See the log of the process")


def _signature(url: str, secret: str, now: datetime) -> Finding:
    """Check with a signed `url_verification`, as Slack sends it, that the process has the same signing secret."""
    body = json.dumps({"type": "url_verification", "challenge": CHALLENGE}).encode()
    timestamp = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), b"v0:%b:%b" % (timestamp.encode(), body), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    reply = fetch(url, body, headers)
    if reply.status == HTTPStatus.OK and reply.document == {"challenge": CHALLENGE}:
        return ok("signature", "a request signed with SLACK_SIGNING_SECRET is accepted")
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return problem(
            "signature",
            "a request signed with SLACK_SIGNING_SECRET is refused",
            "Start the process with the same secret (Basic Information of the app), and compare both clocks",
        )
    return problem(
        "signature", f"{url} answers with status {reply.status}", "Let the reverse proxy forward it unchanged"
    )
