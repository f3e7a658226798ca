"""The clock panel advances the workspace and the app, and due reminders are sent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.conftest import start_sandbox_app
from tests.browser.page_object import Tab
from tests.browser.test_knowledge_preview import SMALL, edit

REMINDERS = """channel: ask-parcels
    specialists: parcel-people
    reminders: {unclaimed_after: 60, at_most: 2, zone: UTC, hours: {monday: "08:00-18:00"}}"""


@pytest.fixture
def sandbox_app(tmp_path: Path) -> Iterator[SandboxApp]:
    """Run a sandbox whose form reminds after one business hour on a Monday."""
    knowledge = Path(shutil.copytree(SMALL, tmp_path / "knowledge"))
    edit(knowledge / "shared.yaml", "channel: ask-parcels", REMINDERS)
    yield from start_sandbox_app(tmp_path / "home", knowledge)


def test_a_reminder_is_sent_when_it_is_due(ana: Tab) -> None:
    ana.click(ana.route("escalate"), "Open")
    ana.field("summary").fill("Nobody answers about this parcel.")
    ana.submit()
    expect(ana.window).to_have_count(0)
    ana.go("ask-parcels")
    card = ana.message("Nobody answers about this parcel.").first
    expect(card.locator(".thread-line")).to_have_count(0)

    panel = ana.panel("Clock")
    before = panel.get_by_role("timer").inner_text()
    panel.get_by_role("button", name="+1 week").click()
    expect(panel.get_by_role("timer")).not_to_have_text(before)
    ana.screenshot("clock")

    expect(card.locator(".thread-line")).to_contain_text("1 reply")
    card.locator(".thread-line").click()
    reminder = ana.message("has waited 7 days", within="#side")
    ana.screenshot("reminder")
    ana.click(reminder, "Stop reminding")
    expect(ana.message("are off.", within="#side")).to_be_visible()
