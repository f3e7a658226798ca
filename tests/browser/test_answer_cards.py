"""Every answer card fits one screen, on a desktop and on a phone, with the destination or question standing out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.conftest import DESKTOP, PHONE, Tabs
from tests.browser.page_object import Tab, bottom, top
from tests.browser.screens import CARDS, SECTIONS

LINES_SHOWN = 60
"""Height in pixels of the first lines of a section, which must be visible without scrolling."""

LARGEST_TEXT = """
(card) => {
  const sizes = [...card.querySelectorAll(".blocks *")]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim()))
    .map((node) => ({ size: parseFloat(getComputedStyle(node).fontSize), text: node.textContent }));
  const largest = Math.max(...sizes.map(({ size }) => size));
  return sizes.filter(({ size }) => size === largest).map(({ text }) => text);
}
"""

CUT = """
(card) => [...card.querySelectorAll(".blocks *")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === "hidden")
  .map((node) => node.textContent)
"""


@pytest.fixture(params=["desktop", "phone"])
def screen(request: pytest.FixtureRequest, sandbox_app: SandboxApp) -> Tab:
    """Open the real app as an agent, on a desktop and on a phone, in a channel without earlier messages."""
    tabs: Tabs = request.getfixturevalue("tabs" if request.param == "desktop" else "phone_tabs")
    tab = tabs.open("ana", sandbox_app.sandbox.url)
    expected = DESKTOP if request.param == "desktop" else PHONE
    assert tab.page.viewport_size == expected
    return tab


def room(tab: Tab) -> tuple[float, float]:
    """Return the upper and lower edge of the list of messages."""
    shown = tab.page.locator("#conversation .list")
    return top(shown), bottom(shown)


def saved(tab: Tab, name: str) -> None:
    """Save a screenshot under the name of the card and of the screen."""
    width = (tab.page.viewport_size or DESKTOP)["width"]
    tab.screenshot(f"card-{name}-{width}")


@pytest.mark.parametrize("name", CARDS)
def test_the_whole_card_is_on_the_screen(name: str, screen: Tab) -> None:
    card = CARDS[name](screen)
    saved(screen, name)
    upper, lower = room(screen)
    assert upper - 1 <= top(card), "the top of the card is hidden"
    assert bottom(card) <= lower + 1, "the end of the card is hidden"
    assert card.evaluate(CUT) == []
    assert screen.overflowing() == []


@pytest.mark.parametrize("name", sorted(CARDS.keys() - {"choices", "nothing"}))
def test_the_destination_or_question_is_the_largest_text(name: str, screen: Tab) -> None:
    card = CARDS[name](screen)
    assert card.evaluate(LARGEST_TEXT) == [card.get_by_role("heading").inner_text()]


@pytest.mark.parametrize("name", SECTIONS)
def test_the_heading_and_the_first_lines_of_a_section_are_on_the_screen(name: str, screen: Tab) -> None:
    card = SECTIONS[name](screen)
    saved(screen, name)
    upper, lower = room(screen)
    heading = card.get_by_role("heading")
    expect(heading).to_be_visible()
    assert upper - 1 <= top(heading), "the heading is hidden"
    assert top(opened(card)) + LINES_SHOWN <= lower, "the first lines of the section are hidden"


def opened(card: Locator) -> Locator:
    """Return the first block of the open section: the first one after the last row of actions on the card itself."""
    more = card.locator(".block.actions", has=card.page.get_by_role("button", name=re.compile("^(More|Less)$")))
    return more.locator("xpath=following-sibling::*[1]")
