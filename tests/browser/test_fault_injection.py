"""An escalation is sent while Slack fails, is rate-limited, or posts and then loses its answer: it arrives once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.escalation_form import QUESTION, fill, notified, saved
from tests.browser.page_object import Tab
from tests.support.waiting import WAIT_SECONDS


def inject_fault(
    tab: Tab, kind: str, *, lasting: str, seconds: int | None = None, over: str = "chat.postMessage"
) -> None:
    """Sets it with the panel."""
    panel = tab.panel("Fault injection")
    panel.get_by_role("radio", name=re.compile(f"^{kind}")).check()
    panel.locator('[data-key="faults-method"]').select_option(over)
    panel.locator('[data-key="faults-times"]').select_option(lasting)
    if seconds is not None:
        panel.get_by_role("textbox", name="Seconds").fill(str(seconds))
    panel.get_by_role("button", name="Inject a fault").click()
    expect(panel.get_by_role("button", name="Clear faults")).to_be_visible()


def send(tab: Tab, contract: str) -> str:
    """Sends an escalation; the reference that it was saved under."""
    tab.click(tab.route(QUESTION), "Escalate")
    fill(tab, contract)
    tab.submit()
    reference = saved(tab)
    tab.click(tab.window, "Done")
    expect(tab.window).to_have_count(0)
    return reference


def attempts(sandbox_app: SandboxApp, contract: str) -> list[str]:
    """What became of each try to post the escalation about that contract: the fault that met it, or its answer."""
    calls = [call for call in sandbox_app.sandbox.workspace.calls if call.method == "chat.postMessage"]
    return [
        call.fault or ("ok" if call.answer.get("ok") else str(call.status))
        for call in calls
        if contract in str(call.arguments.get("text"))
    ]


@pytest.mark.parametrize(
    ("kind", "name", "lasting", "seconds"),
    [
        ("Server error", "server_error", "", None),
        ("Rate-limited", "rate_limited", "1", 2),
        ("Response lost", "lost_response", "1", None),
    ],
)
def test_it_arrives_once(
    sandbox_app: SandboxApp, ana: Tab, contract: str, kind: str, name: str, lasting: str, seconds: int | None
) -> None:
    inject_fault(ana, kind, lasting=lasting, seconds=seconds)
    expect(ana.page.locator(".sign", has_text="Faults injected")).to_be_visible()
    reference = send(ana, contract)
    assert sandbox_app.sandbox.workspace.wait_for(lambda: bool(attempts(sandbox_app, contract)), timeout=WAIT_SECONDS)
    assert attempts(sandbox_app, contract)[0] == name

    if not lasting:
        ana.shot("faults")
        ana.go("ask-disputes")
        expect(ana.messages().filter(has_text=contract)).to_have_count(0)
        ana.side.get_by_role("button", name="Clear faults").click()
        expect(ana.side).to_contain_text("No faults")

    expect(notified(ana, f"{reference} is in #ask-disputes.")).to_be_visible()
    ana.go("ask-disputes")
    expect(ana.messages().filter(has_text=contract)).to_have_count(1)
    if name == "lost_response":
        assert attempts(sandbox_app, contract) == ["lost_response"]
    else:
        assert attempts(sandbox_app, contract)[-1] == "ok"
        assert set(attempts(sandbox_app, contract)[:-1]) == {name}


def test_a_window_that_slack_does_not_open_is_reported_and_opens_at_the_next_click(
    sandbox_app: SandboxApp, ana: Tab
) -> None:
    card = ana.route(QUESTION)
    inject_fault(ana, "Server error", lasting="1", over="views.open")
    ana.click(card, "Escalate")
    expect(ana.message("Nothing is lost. Please try again.")).to_be_visible()
    expect(ana.window).to_have_count(0)
    ana.click(card, "Escalate")
    expect(ana.field("contract_id")).to_be_visible()


def test_the_request_log_shows_what_reached_the_bot_and_what_it_called(ana: Tab) -> None:
    ana.click(ana.route(f"{QUESTION} 5517"), "Escalate")
    expect(ana.window).to_be_visible()
    ana.click(ana.window, "Cancel")
    wall = ana.panel("Request log")
    command = wall.locator("details.log-row", has_text=f"/route {QUESTION} 5517").first
    expect(command.locator(".chip-good").first).to_contain_text("200 in")
    press = wall.locator("details.log-row", has_text="answer_escalate").first
    expect(press).to_contain_text("1 Web API call")
    press.locator("summary").first.click()
    expect(press.locator("details.call")).to_contain_text("views.open")
    expect(wall.locator(".problems")).to_have_count(0)
    ana.shot("glass-wall")
