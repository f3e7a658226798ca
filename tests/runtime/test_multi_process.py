"""Several processes on one PostgreSQL: each escalation is posted once, whoever took it and whoever delivers it."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack

from slackguide.delivery.notifier import Notifier
from slackguide.storage.outbox_admin import OutboxAdmin
from tests.support.credentials import APP_TOKEN
from tests.support.databases import Server, open_database
from tests.support.processes import free_port, running
from tests.support.sandbox_workspace import SandboxWorkspace

ESCALATIONS = 3


def test_two_that_answer_and_one_that_delivers(slack: SandboxWorkspace, postgresql: Server) -> None:
    """All three start at once on a database without tables."""
    url = postgresql.empty()
    other, health = free_port(), free_port()
    worker = ("-m", "slackguide", "worker", "--port", str(health))
    with ExitStack() as stack:
        first = stack.enter_context(running(slack.environment(DATABASE_URL=url), slack.folder))
        second = stack.enter_context(running(slack.environment(DATABASE_URL=url, PORT=other), slack.folder))
        alone = slack.environment(DATABASE_URL=url, PORT=health, SLACK_SIGNING_SECRET="")
        third = stack.enter_context(running(alone, slack.folder, worker))
        for process in (first, second, third):
            process.wait_for_status("/readyz", 200)
        first.wait_for_log("the directory is up to date")
        second.wait_for_log("the directory is up to date")
        for number in range(ESCALATIONS):
            sent = slack.escalate(number)
            reply = slack.resubmit(sent, other)
            assert (reply.status, reply.body) == (200, ""), "the form closes, because it is stored already"
        slack.wait(lambda: len(slack.notified()) == ESCALATIONS, "the notices")
        for process in (first, second, third):
            process.stop()
    references = Counter(message.text.splitlines()[0] for message in slack.posted())
    assert references == {f"What to do about {number}?": 1 for number in range(ESCALATIONS)}
    assert {path.name for path in (slack.folder / "home").iterdir()} <= {"calibrations"}, "all else is in the database"
    with open_database(url) as database:
        assert OutboxAdmin(database=database, notifier=Notifier()).pending() == ()
    for process in (first, second, third):
        assert APP_TOKEN not in process.log
        assert url not in process.log
