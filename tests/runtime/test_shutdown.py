"""The end: SIGTERM finishes what is acknowledged and gives leases back; SIGKILL loses and doubles nothing."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

from slackguide.delivery.notifier import Notifier
from slackguide.runtime.process import SHUTDOWN_SECONDS
from slackguide.sandbox import Exchange, FaultKind, InjectedFault
from slackguide.storage.outbox_admin import OutboxAdmin, PendingJob
from tests.support.databases import age_jobs, open_database
from tests.support.processes import UNCLEAN_SHUTDOWN, clean_environment, run_to_exit, running
from tests.support.sandbox_workspace import SandboxWorkspace
from tests.support.waiting import WAIT_SECONDS

LEASE = 15.0


def pending_jobs(slack: SandboxWorkspace) -> tuple[PendingJob, ...]:
    """Return what the process has left to do."""
    with open_database(slack.database_url) as database:
        return OutboxAdmin(database=database, notifier=Notifier()).pending()


def met(slack: SandboxWorkspace, fault: InjectedFault) -> None:
    """Wait until the fault has met the one call that it is for."""
    slack.wait(lambda: fault not in slack.sandbox.faults.faults, f"a call of {fault.method}")


def test_what_is_under_way_is_finished(slack: SandboxWorkspace) -> None:
    """A command that waits for its window, and a post that Slack takes its time over."""
    post = InjectedFault(kind=FaultKind.SLOW, method="chat.postMessage", times=1, seconds=WAIT_SECONDS)
    window = InjectedFault(kind=FaultKind.SLOW, method="views.open", times=1, seconds=WAIT_SECONDS)
    seen: list[Exchange] = []
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_log("the directory is up to date")
        slack.sandbox.inject_fault(post)
        slack.escalate()
        met(slack, post)
        slack.sandbox.inject_fault(window)
        typing = threading.Thread(target=lambda: seen.append(slack.sandbox.command("ben", "general", "/route", "")))
        typing.start()
        met(slack, window)
        process.signal(signal.SIGTERM)
        process.wait_for_log("stopping: no new work is accepted")
        slack.sandbox.faults.clear()
        status = process.wait_for_exit()
        typing.join(WAIT_SECONDS)
    assert status == 0, process.log
    assert process.lines[-1].endswith("stopped")
    (exchange,) = seen
    assert exchange.ok, exchange
    assert slack.workspace.views.top(slack.workspace.person("ben").id) is not None
    assert len(slack.posted()) == 1
    left = [(job.kind, job.state, job.attempts) for job in pending_jobs(slack)]
    assert left == [("tell_person", "due", 0)]


def test_a_lease_is_given_back_and_a_restart_goes_on(slack: SandboxWorkspace) -> None:
    """A process that stops while it looks up the channel sends nothing more."""
    look = InjectedFault(kind=FaultKind.SLOW, method="users.conversations", times=1, seconds=WAIT_SECONDS)
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_log("the directory is up to date")
        slack.sandbox.inject_fault(look)
        slack.escalate()
        met(slack, look)
        process.signal(signal.SIGTERM)
        process.wait_for_log("stopping: no new work is accepted")
        slack.sandbox.faults.clear()
        assert process.wait_for_exit() == 0, process.log
    assert [(job.kind, job.state, job.attempts) for job in pending_jobs(slack)] == [("post_escalation", "due", 0)]
    assert slack.posted() == []
    with running(slack.environment(), slack.folder) as process:
        slack.wait(lambda: any("D-1001 is in" in text for text in slack.notified()), "the post and its notice")
        process.stop()
    assert len(slack.posted()) == 1


def test_a_stop_signal_during_the_start_stops_in_good_order(slack: SandboxWorkspace) -> None:
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_log("starts in mode HTTP")
        process.signal(signal.SIGHUP)
        process.signal(signal.SIGTERM)
        process.signal(signal.SIGTERM)
        assert process.wait_for_exit() == 0, process.log
        assert process.lines[-1].endswith("stopped")


HANGS = """
import threading
from slackguide.logging_config import configure_logging
from slackguide.runtime.process import shutdown_deadline
configure_logging("INFO", "console")
with shutdown_deadline(0.1):
    threading.Event().wait()
"""


def test_what_hangs_is_cut_off_within_the_contracts_ten_seconds(tmp_path: Path) -> None:
    assert SHUTDOWN_SECONDS < 10
    end = run_to_exit(clean_environment(), tmp_path, ("-c", HANGS))
    assert end.status == 0
    assert f"{UNCLEAN_SHUTDOWN} 0.1 s" in end.err


def test_it_ends_though_everything_hangs(slack: SandboxWorkspace) -> None:
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_log("the directory is up to date")
        slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.NO_RESPONSE))
        for number in range(3):
            slack.sandbox.message("ana", f"about the badge {number}")
        opened: list[Any] = []
        typing = threading.Thread(target=lambda: opened.append(slack.sandbox.command("ben", "general", "/route", "")))
        typing.start()
        slack.wait(lambda: len(slack.workspace.exchanges) >= 3, "the messages")
        process.signal(signal.SIGTERM)
        assert process.wait_for_exit() == 0, process.log
        typing.join(WAIT_SECONDS)
    assert {job.state for job in pending_jobs(slack)} <= {"due", "sending"}
    assert slack.notified() == []


def test_killed_in_the_middle_of_a_post_it_is_posted_once(slack: SandboxWorkspace) -> None:
    """Slack has the message, and the process dies before it hears so."""
    lost = InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1)
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_log("the directory is up to date")
        slack.sandbox.inject_fault(lost)
        sent = slack.escalate()
        slack.wait(lambda: len(slack.posted()) == 1, "the post that nobody hears of")
        process.kill()
    assert [(job.kind, job.state, job.attempts) for job in pending_jobs(slack)] == [("post_escalation", "sending", 1)]
    age_jobs(slack.database_url, LEASE)
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_status("/readyz", 200)
        again = slack.resubmit(sent, process.port)
        assert (again.status, again.body) == (200, ""), "the form closes, because it is stored already"
        slack.wait(lambda: any("D-1001 is in" in text for text in slack.notified()), "the notice")
        process.stop()
    assert len(slack.posted()) == 1
    assert len(slack.notified()) == 1
    assert pending_jobs(slack) == ()
