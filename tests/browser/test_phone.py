"""At the width of a phone everything can be read and reached, and nothing overflows."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import PHONE, Tabs
from tests.browser.demo_app import DemoApp
from tests.browser.escalation_form import fill, open_form, posted, saved
from tests.browser.page_object import Tab, bottom, heading, top
from tests.browser.screens import SURFACES
from tests.browser.test_route_command import DESTINATION, MEDIATION

NARROW: ViewportSize = {"width": 360, "height": 640}
"""The narrowest phones in use."""


@pytest.mark.parametrize("name", SURFACES)
def test_nothing_overflows_on(name: str, phone: Tab) -> None:
    phone.page.set_viewport_size(NARROW)
    SURFACES[name](phone)
    phone.screenshot(f"phone-{name}")
    assert phone.overflowing() == []


def test_an_overflow_is_detected(phone: Tab) -> None:
    phone.composer.evaluate("(field) => { field.style.minWidth = '500px'; }")
    assert phone.overflowing()


def test_from_a_question_to_the_posted_escalation(phone: Tab, contract: str) -> None:
    card = phone.route(MEDIATION)
    phone.click(card, "Mid-Market")
    expect(heading(card, DESTINATION)).to_be_visible()
    open_form(phone, card)
    fill(phone, contract)
    phone.submit()
    reference = saved(phone, contract)
    expect(posted(phone, reference)).to_contain_text(contract)
    assert phone.overflowing() == []
    phone.screenshot("phone-posted")


def test_messages_have_the_whole_width_and_the_summary_of_a_thread_one_line(phone: Tab) -> None:
    phone.go("ask-ce")
    phone.wait_for_reply("@slackguide hello 9911")
    mine = phone.message("hello 9911")
    line = mine.locator(".thread-line")
    expect(line).to_contain_text("1 reply")
    assert bottom(line) - top(line) < 36
    text, column = mine.locator(".words").bounding_box(), mine.locator(".column").bounding_box()
    assert text is not None
    assert column is not None
    assert text["width"] == column["width"] > PHONE["width"] - 80
    mine.get_by_role("button", name="More actions").click()
    phone.page.get_by_role("menuitem", name="Reply in thread").click()
    expect(phone.side.get_by_role("heading", name="Thread")).to_be_visible()


def test_the_sidebar_and_the_tools_open_on_demand(demo_app: DemoApp, phone_tabs: Tabs) -> None:
    demo = phone_tabs.open("ana", demo_app.sandbox.url)
    demo.type("/route money")
    expect(demo.messages()).to_have_count(1)
    expect(demo.page.get_by_role("navigation")).not_to_be_visible()
    demo.page.get_by_role("button", name="Channels").click()
    demo.page.get_by_role("button", name="Slackguide").click()
    expect(demo.page.get_by_role("tab", name="Messages")).to_be_visible()
    expect(demo.page.get_by_role("button", name="Request log")).not_to_be_visible()
    demo.panel("Request log")
    assert demo.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
