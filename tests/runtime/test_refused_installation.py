"""An app that is being installed again: the process says that it is not ready, loses nothing and goes on by itself."""

from __future__ import annotations

from slackguide.sandbox import FaultKind, InjectedFault
from tests.support.processes import running
from tests.support.sandbox_workspace import SandboxWorkspace


def test_it_is_not_ready_while_slack_refuses_it_and_delivers_once_slack_accepts_it(slack: SandboxWorkspace) -> None:
    """Takes as long as the probe, which asks every 15 s."""
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_status("/readyz", 200)
        process.wait_for_log("the directory is up to date")
        slack.sandbox.inject_fault(
            InjectedFault(kind=FaultKind.API_ERROR, method="chat.postMessage", code="account_inactive")
        )
        slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method="auth.test", code="account_inactive"))
        slack.escalate()
        process.wait_for_log("Slack refuses this installation: account_inactive")
        reply = process.wait_for_status("/readyz", 503)
        (reason,) = reply.document["reasons"]
        assert "account_inactive" in reason
        assert "Ask an administrator to install slackguide again" in reason
        assert process.get("/healthz").status == 200

        slack.sandbox.faults.clear()
        process.wait_for_log("Slack accepts this installation again")
        process.wait_for_status("/readyz", 200)
        slack.wait(slack.posted, "the post")
        slack.wait(slack.notified, "the notice")
        assert len(slack.posted()) == 1
        assert process.log.count("ERROR") == 1
