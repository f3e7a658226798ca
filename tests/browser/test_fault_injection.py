"""An escalation is posted once while Slack fails, limits the rate, or loses its answer; and the request log."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from slackguide.sandbox import FaultKind, InjectedFault
from tests.browser.demo_app import DemoApp
from tests.browser.escalation_form import QUESTION, fill, notified, open_form, saved
from tests.browser.page_object import Tab
from tests.support.waiting import WAIT_SECONDS


def inject_fault(
    tab: Tab, kind: str, *, lasting: str, seconds: int | None = None, over: str = "chat.postMessage"
) -> None:
    """Inject a fault with the panel."""
    panel = tab.panel("Fault injection")
    panel.get_by_role("radio", name=re.compile(f"^{kind}")).check()
    panel.locator('[data-key="faults-method"]').select_option(over)
    panel.locator('[data-key="faults-times"]').select_option(lasting)
    if seconds is not None:
        panel.get_by_role("textbox", name="Seconds").fill(str(seconds))
    panel.get_by_role("button", name="Inject a fault").click()
    expect(panel.get_by_role("button", name="Clear faults")).to_be_visible()


def send(tab: Tab, contract: str) -> None:
    """Submit an escalation."""
    open_form(tab, tab.route(QUESTION))
    fill(tab, contract)
    tab.submit()
    expect(tab.window).to_have_count(0)


def attempts(sandbox_app: SandboxApp, contract: str) -> list[str]:
    """Return the fault or the answer of each attempt to post the escalation about a contract."""
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
    send(ana, contract)
    assert sandbox_app.sandbox.workspace.wait_for(lambda: bool(attempts(sandbox_app, contract)), timeout=WAIT_SECONDS)
    assert attempts(sandbox_app, contract)[0] == name

    if not lasting:
        ana.screenshot("faults")
        ana.go("ask-disputes")
        expect(ana.messages().filter(has_text=contract)).to_have_count(0)
        ana.side.get_by_role("button", name="Clear faults").click()
        expect(ana.side).to_contain_text("No faults")

    reference = saved(ana, contract)
    expect(notified(ana, f"({reference}, #ask-disputes)")).to_be_visible()
    ana.go("ask-disputes")
    expect(ana.messages().filter(has_text=contract)).to_have_count(1)
    if name == "lost_response":
        assert attempts(sandbox_app, contract) == ["lost_response"]
    else:
        assert attempts(sandbox_app, contract)[-1] == "ok"
        assert set(attempts(sandbox_app, contract)[:-1]) == {name}


def test_a_modal_that_fails_to_open_opens_at_the_next_click(sandbox_app: SandboxApp, ana: Tab) -> None:
    card = ana.route(QUESTION)
    inject_fault(ana, "Server error", lasting="1", over="views.open")
    ana.click_more(card, "Ask #ask-disputes")
    expect(ana.message("Nothing is lost. Please try again.")).to_be_visible()
    expect(ana.window).to_have_count(0)
    ana.click(card, "Ask #ask-disputes")
    expect(ana.field("contract_id")).to_be_visible()


def test_the_request_log_shows_requests_and_web_api_calls(ana: Tab) -> None:
    open_form(ana, ana.route(f"{QUESTION} 5517"))
    ana.click(ana.window, "Cancel")
    log = ana.panel("Request log")
    command = log.locator("details.log-row", has_text=f"/route {QUESTION} 5517").first
    expect(command.locator(".chip-good").first).to_contain_text("200 in")
    click = log.locator("details.log-row", has_text="answer_escalate").first
    expect(click).to_contain_text("1 Web API call")
    click.locator("summary").first.click()
    expect(click.locator("details.call")).to_contain_text("views.open")
    expect(log.locator(".problems")).to_have_count(0)
    ana.screenshot("request-log")


def test_the_request_log_shows_the_request_and_the_broken_rule(demo: Tab) -> None:
    demo.type("/route broken")
    entry = demo.panel("Request log").locator("details.log-row").first
    expect(entry.locator("summary").first).to_contain_text("Command/route broken")
    expect(entry.locator("summary").first).to_contain_text("breaks a limit")
    entry.locator("summary").first.click()
    expect(entry.locator(".problems")).to_contain_text("Section text: at most 3000 characters")
    expect(entry.locator(".json").first).to_contain_text('"command": "/route"')
    demo.type("/route ")
    expect(demo.page.locator("details.log-row").first).to_contain_text("1 Web API call")


def test_faults_are_injected_and_cleared(demo_app: DemoApp, demo: Tab) -> None:
    page = demo.page
    inject_fault(demo, "Rate-limited", lasting="3", seconds=30)
    expect(page.get_by_role("button", name="Faults injected")).to_be_visible()
    expected = InjectedFault(
        kind=FaultKind.RATE_LIMITED, method="chat.postMessage", times=3, seconds=30, code="token_revoked"
    )
    assert demo_app.sandbox.faults.faults == (expected,)
    expect(page.locator(".active-faults")).to_contain_text("Rate-limited chat.postMessage, 3 more calls")
    page.get_by_role("button", name="Clear faults").click()
    expect(page.locator(".no-faults")).to_be_visible()
