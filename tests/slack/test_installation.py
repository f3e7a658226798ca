"""Slack refuses the installation: nothing is lost, /readyz says so, and everything goes on once Slack accepts it."""

from __future__ import annotations

import http.client
import json
import logging
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from slackguide.sandbox import FaultKind, InjectedFault
from slackguide.slack.installation import STALE_SECONDS, InstallationStatus
from slackguide.storage.database import open_sqlite
from tests.support.app_harness import AppHarness
from tests.support.escalations import filled, kept, notices, opened, posts, sent
from tests.support.questions import MEDIATION
from tests.support.rendered import words


def readiness(harness: AppHarness) -> tuple[int, str]:
    """Status and reasons of /readyz."""
    address = urlsplit(harness.sandbox.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, " ".join(json.loads(response.read()).get("reasons", ()))
    finally:
        connection.close()


def check(harness: AppHarness) -> None:
    """Asks Slack whether it accepts the installation, as the chore does every quarter of a minute."""
    assert harness.service is not None
    harness.service.installation_check.run()


def refusing(harness: AppHarness, code: str, method: str = "*", times: int | None = None) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method=method, code=code, times=times))


def without_scope(harness: AppHarness, *scopes: str) -> None:
    app = harness.workspace.app
    harness.workspace.app = replace(app, scopes=app.scopes - set(scopes))


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("code", ["account_inactive", "invalid_auth", "no_permission", "ekm_access_denied"])
def test_what_is_pending_waits_for_as_long_as_it_takes_and_is_sent_at_once_afterwards(
    harness: AppHarness, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    caplog.set_level(logging.INFO, logger="slackguide")
    opened(harness)
    refusing(harness, code)
    assert harness.submit(filled()).ok
    assert harness.sandbox.message("ana", MEDIATION).ok
    harness.until(lambda: all(job.attempts > 8 for job in harness.pending()))
    check(harness)

    assert {job.kind for job in harness.pending()} == {"post_escalation", "answer_message"}
    assert {job.state for job in harness.pending()} <= {"due", "sending"}
    status, reasons = readiness(harness)
    assert status == 503
    assert code in reasons
    assert len(errors(caplog)) == 1
    assert code in errors(caplog)[0]

    harness.sandbox.faults.clear()
    check(harness)
    assert readiness(harness) == (200, "")
    since = harness.clock.now
    harness.settle()
    assert harness.clock.now - since < 15
    assert len(posts(harness)) == 1
    said = "\n".join(words(notice) for notice in notices(harness))
    assert "(D-1001, #ask-disputes)" in said
    assert "Send a case to Mediation" in said
    assert [line for line in caplog.messages if "accepts this installation again" in line] != []
    assert len(errors(caplog)) == 1


def test_a_refusal_of_a_few_seconds_delays_a_post_by_a_minute_at_most(harness: AppHarness) -> None:
    escalation = sent(harness)
    refusing(harness, "token_expired", times=1)
    since = harness.clock.now

    harness.settle()

    assert len(posts(harness)) == 1
    assert kept(harness, escalation).card is not None
    assert harness.clock.now - since < 75
    assert readiness(harness) == (200, "")


def test_a_missing_scope_holds_up_only_what_needs_it_and_is_named(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    without_scope(harness, "im:write")
    sent(harness)
    harness.until(lambda: posts(harness) and [job.attempts > 2 for job in harness.pending()] == [True])
    check(harness)

    (notice,) = harness.pending()
    assert (notice.kind, notice.error_code) == ("tell_person", "missing_scope")
    status, reasons = readiness(harness)
    assert status == 503
    assert "im:write" in reasons
    (error,) = errors(caplog)
    assert "im:write" in error

    app = harness.workspace.app
    harness.workspace.app = replace(app, scopes=app.scopes | {"im:write"})
    check(harness)
    assert readiness(harness) == (200, "")
    harness.settle()
    assert "(D-1001, #ask-disputes)" in words(notices(harness)[-1])


def test_dead_letters_of_an_earlier_release_are_sent_after_a_restart(harness: AppHarness) -> None:
    opened(harness)
    refusing(harness, "account_inactive")
    view_id = harness.modal().id
    assert harness.submit(filled()).ok
    harness.until(lambda: any(job.attempts for job in harness.pending()))
    harness.end()
    connection = open_sqlite(harness.database)
    connection.execute("UPDATE outbox SET state = 'parked', why = 'account_inactive'")
    connection.close()
    harness.sandbox.faults.clear()

    harness.begin()
    harness.until(lambda: posts(harness))
    harness.settle()
    assert len(posts(harness)) == 1
    escalation = harness.repositories.escalations.by_view(view_id)
    assert escalation is not None
    assert escalation.card is not None


def test_calls_for_people_count_too_and_the_last_answer_does(harness: AppHarness) -> None:
    refusing(harness, "token_revoked", "views.open", times=1)
    harness.command("escalate ask-disputes")
    assert readiness(harness)[0] == 503
    opened(harness)
    assert readiness(harness) == (200, "")


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET, FaultKind.RATE_LIMITED])
def test_slack_that_is_merely_unreachable_leaves_it_ready(harness: AppHarness, kind: FaultKind) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=kind))
    sent_or_refused = harness.command("escalate ask-disputes")
    assert sent_or_refused.ok
    assert readiness(harness) == (200, "")


# -- what the answers tell --------------------------------------------------------------------------------------------


class Ticks:
    """Monotonic seconds, moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


GRANTED = frozenset({"chat:write", "users:read"})


def refused(status: InstallationStatus, method: str, code: str, **more: Any) -> None:
    status.refused(method, code, **{"needed": None, "provided": None, **more})


def test_any_answer_ends_a_refusal_of_the_token() -> None:
    status = InstallationStatus(ticks=Ticks())
    refused(status, "chat.postMessage", "token_revoked")
    assert status.problem is not None
    status.accepted("users.info", GRANTED)
    assert status.problem is None
    assert status.outages == 1


def test_only_other_scopes_end_a_missing_scope() -> None:
    status = InstallationStatus(ticks=Ticks())
    refused(status, "conversations.open", "missing_scope", needed="im:write", provided=GRANTED)
    for method in ("chat.postMessage", "auth.test", "conversations.open"):
        status.accepted(method, GRANTED)
    assert status.problem is not None
    status.accepted("auth.test", GRANTED | {"im:write"})
    assert status.problem is None


def test_a_refused_method_is_accepted_by_its_own_answer_or_when_nobody_meets_the_refusal_any_more() -> None:
    monotonic = Ticks()
    status = InstallationStatus(ticks=monotonic)
    refused(status, "chat.update", "access_denied")
    status.accepted("auth.test", GRANTED)
    assert status.problem is not None
    status.accepted("chat.update", GRANTED)
    assert status.problem is None
    refused(status, "users.info", "access_denied")
    monotonic.at += STALE_SECONDS + 1
    status.accepted("chat.update", GRANTED)
    assert status.problem is not None
    status.accepted("auth.test", GRANTED)
    assert status.problem is None


def test_a_refusal_that_auth_test_meets_too_is_about_every_method(caplog: pytest.LogCaptureFixture) -> None:
    status = InstallationStatus(ticks=Ticks())
    for _ in range(5):
        refused(status, "chat.postMessage", "no_permission")
        refused(status, "auth.test", "no_permission")
        refused(status, "conversations.list", "no_permission")
    status.accepted("auth.test", GRANTED)
    assert status.problem is None
    assert len(errors(caplog)) == 1


def test_two_missing_scopes_are_both_named(caplog: pytest.LogCaptureFixture) -> None:
    status = InstallationStatus(ticks=Ticks())
    for _ in range(3):
        for scope in ("im:write", "channels:read"):
            refused(status, "conversations.open", "missing_scope", needed=scope, provided=GRANTED)
    first, second = errors(caplog)
    assert "im:write" in first
    assert "channels:read" in second


def test_what_slackguide_can_do_without_does_not_count() -> None:
    status = InstallationStatus(ticks=Ticks())
    refused(status, "usergroups.list", "missing_scope", needed="usergroups:read", provided=GRANTED)
    assert status.problem is None
    refused(status, "usergroups.list", "token_revoked")
    assert status.problem is not None
