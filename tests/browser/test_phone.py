"""At the width of a phone everything can be read and reached, and nothing overflows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.escalation_form import fill, posted, saved
from tests.browser.page_object import Tab
from tests.browser.screens import SURFACES
from tests.browser.test_route_command import MEDIATION

PHONE: ViewportSize = {"width": 375, "height": 740}


@pytest.fixture
def phone(tab: Callable[[str], Tab]) -> Tab:
    """Open the real app at the width of a phone."""
    ana = tab("ana")
    ana.page.set_viewport_size(PHONE)
    return ana


@pytest.mark.parametrize("name", SURFACES)
def test_nothing_overflows_on(name: str, phone: Tab) -> None:
    SURFACES[name](phone)
    phone.screenshot(f"phone-{name}")
    assert phone.overflowing() == []


def test_an_overflow_is_detected(phone: Tab) -> None:
    phone.composer.evaluate("(field) => { field.style.minWidth = '500px'; }")
    assert phone.overflowing()


def test_from_a_question_to_the_posted_escalation(phone: Tab, contract: str) -> None:
    card = phone.route(MEDIATION)
    phone.click(card, "Mid-Market")
    expect(card).to_contain_text("Goes to: HV Mediation Tier 1")
    phone.click(card, "Escalate")
    fill(phone, contract)
    phone.submit()
    reference = saved(phone, contract)
    expect(posted(phone, reference)).to_contain_text(contract)
    assert phone.overflowing() == []
    phone.screenshot("phone-posted")


def test_the_sidebar_opens_on_demand(demo: Tab) -> None:
    demo.page.set_viewport_size(PHONE)
    demo.type("/route money")
    expect(demo.messages()).to_have_count(1)
    expect(demo.page.get_by_role("navigation")).not_to_be_visible()
    demo.page.get_by_role("button", name="Channels").click()
    demo.page.get_by_role("button", name="Slackguide").click()
    expect(demo.page.get_by_role("tab", name="Messages")).to_be_visible()
    demo.panel("Request log")
    assert demo.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
