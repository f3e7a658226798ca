"""Every request of the page goes to loopback, and its policy holds. The monitor of every other test checks that too."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.conftest import PageMonitor
from tests.browser.page_object import Tab
from tests.browser.screens import SURFACES

POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")


def test_every_request_goes_to_the_sandbox(sandbox_app: SandboxApp, ana: Tab, monitor: PageMonitor) -> None:
    for reach in (
        SURFACES["steps"],
        SURFACES["home"],
        SURFACES["request_log"],
        SURFACES["knowledge"],
        SURFACES["help"],
    ):
        ana.open()
        reach(ana)
    here = urlsplit(sandbox_app.sandbox.url).netloc
    assert {urlsplit(url).netloc for url in monitor.requests} == {here}
    asked = {urlsplit(url).path for url in monitor.requests}
    assert asked >= {"/", "/static/js/app.js", "/sandbox/live", "/sandbox/command"}
    assert monitor.violations == []


def test_the_policy_is_strict_and_in_force(ana: Tab, monitor: PageMonitor) -> None:
    response = ana.page.goto(ana.url)
    assert response is not None
    policy = response.headers["content-security-policy"]
    for part in POLICY:
        assert part in policy
    assert "unsafe" not in policy

    expect(ana.composer).to_be_visible()
    ana.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.broken = true';
            document.body.append(script);
        }"""
    )
    assert ana.page.evaluate("() => window.broken === undefined")
    assert [fault for fault in monitor.violations if "against the policy" in fault], "the monitor recorded no violation"
    monitor.violations.clear()


def test_a_request_that_leaves_loopback_is_blocked_and_recorded(ana: Tab, monitor: PageMonitor) -> None:
    outcome = ana.page.evaluate("() => fetch('http://192.0.2.1/').then(() => 'went out', () => 'stopped')")
    assert outcome == "stopped"
    assert monitor.violations
    monitor.violations.clear()


@pytest.mark.parametrize("text", ["<script>broken = true</script>", "javascript:alert(1)", "<a href='//x'>y</a>"])
def test_user_text_is_never_markup(ana: Tab, text: str) -> None:
    message = ana.go("ask-ce").wait_for_reply(text)
    expect(message.locator(".words")).to_have_text(text)
    expect(message.locator(".words a, .words script")).to_have_count(0)
