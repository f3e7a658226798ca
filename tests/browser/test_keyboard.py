"""The page works without a pointer, and the focus is where a person expects it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.demo_app import OPTIONS, DemoApp
from tests.browser.escalation_form import QUESTION, open_form, posted, saved
from tests.browser.page_object import Tab, heading
from tests.browser.test_route_command import DESTINATION, MEDIATION, SEGMENT, SURE, TIER, UNCLEAR

FOCUSED = "() => document.activeElement.textContent.trim() || document.activeElement.getAttribute('aria-label') || ''"


def reach(tab: Tab, wanted: Locator, key: str = "Tab", *, at_most: int = 40) -> None:
    """Press a key until an element is focused."""
    passed = []
    for _ in range(at_most):
        if wanted.evaluate("(node) => node === document.activeElement"):
            return
        tab.page.keyboard.press(key)
        passed.append(tab.page.evaluate(FOCUSED)[:30])
    pytest.fail(f"{key} does not lead to {wanted}, but over {passed}")


def test_ask_escalate_and_send_by_keyboard_alone(ana: Tab, contract: str) -> None:
    keys = ana.page.keyboard
    expect(ana.composer).to_be_focused()
    keys.type("/ro")
    keys.press("Tab")
    keys.type(QUESTION)
    before = ana.messages().count()
    keys.press("Enter")
    card = ana.messages().nth(before)
    expect(heading(card, DESTINATION)).to_be_visible()
    expect(ana.composer).to_be_focused()

    reach(ana, ana.button(card, "More"), "Shift+Tab")
    keys.press("Enter")
    expect(ana.button(card, "Less")).to_be_focused()
    escalate = ana.button(card, "Ask #ask-disputes")
    reach(ana, escalate, at_most=5)
    ana.screenshot("keyboard-focus")
    keys.press("Enter")

    ticket = ana.field("ticket_url")
    expect(ticket).to_be_focused()
    keys.type("https://support.zendesk.com/agent/tickets/9")
    for id, text in (("contract_id", contract), ("client_username", "acme"), ("freelancer_username", "lee")):
        reach(ana, ana.field(id))
        keys.type(text)
    reach(ana, ana.field("dispute_reasons"))
    keys.type("abusive")
    expect(ana.page.get_by_role("option")).to_have_count(1)
    keys.press("Enter")
    expect(ana.window.locator(".input[data-block='dispute_reasons'] .chip")).to_have_text("Abusive Communication")
    reach(ana, ana.field("summary"))
    keys.press("Control+Enter")

    reference = saved(ana, contract)
    expect(posted(ana, reference)).to_contain_text(contract)


def test_the_focus_moves_to_the_next_question_and_the_status_line_reads_it(ana: Tab) -> None:
    card = ana.route(MEDIATION)
    status = ana.page.locator("#announcement")
    expect(status).to_have_attribute("aria-live", "polite")
    expect(status).to_contain_text(f"slackguide: {SEGMENT} Send a case to Mediation.")
    reach(ana, card.get_by_role("button", name=re.compile(": VSB$")), "Shift+Tab", at_most=20)
    ana.page.keyboard.press("Space")
    expect(heading(card, TIER)).to_be_focused()
    expect(status).to_contain_text(TIER)

    top_rated = card.get_by_role("button", name=re.compile(": Top Rated$"))
    reach(ana, top_rated, at_most=3)
    ana.page.keyboard.press("Enter")
    expect(heading(card, DESTINATION)).to_be_focused()
    expect(status).to_contain_text(DESTINATION)
    expect(status).not_to_contain_text(TIER)
    ana.screenshot("keyboard-destination")


def test_the_focus_stays_on_the_button_of_a_section(ana: Tab) -> None:
    card = ana.route(SURE)
    status = ana.page.locator("#announcement")
    expect(status).to_contain_text(DESTINATION)
    steps = card.get_by_role("button", name=re.compile(r"^Steps \("))
    steps.focus()
    ana.page.keyboard.press("Enter")
    expect(ana.button(card, "Hide the steps")).to_be_focused()
    ana.page.keyboard.press("Enter")
    expect(steps).to_be_focused()
    expect(card.locator("ol")).to_have_count(0)

    ana.button(card, "More").focus()
    ana.page.keyboard.press("Enter")
    expect(ana.button(card, "Less")).to_be_focused()
    reach(ana, ana.button(card, "Helpful"), at_most=8)
    ana.page.keyboard.press("Enter")
    expect(ana.button(card, "More")).to_be_focused()
    expect(status).to_have_text("Thank you. Noted as helpful.")


def test_the_focus_moves_between_a_list_and_its_entries(ana: Tab) -> None:
    card = ana.route(UNCLEAR)
    opens = card.get_by_role("button", name=re.compile("^Open: "))
    opens.first.focus()
    ana.page.keyboard.press("Enter")
    expect(ana.button(card, "Back")).to_be_visible()
    expect(card.get_by_role("heading")).to_be_focused()
    reach(ana, ana.button(card, "Back"), at_most=10)
    ana.page.keyboard.press("Enter")
    expect(card.get_by_role("heading", name="Which one?")).to_be_focused()
    expect(ana.page.locator("#announcement")).to_contain_text("Which one?")


def test_a_new_answer_is_announced_by_its_text_and_not_read_in_full(ana: Tab) -> None:
    expect(ana.page.get_by_role("log")).to_have_attribute("aria-live", "off")
    ana.route(SURE)
    status = ana.page.locator("#announcement")
    expect(status).to_have_text(re.compile(f"slackguide: {DESTINATION}"))
    assert len(status.inner_text().split()) < 30


def test_escape_closes_the_list_first_and_then_the_modal(ana: Tab) -> None:
    card = ana.route(QUESTION)
    ana.click(card, "More")
    reach(ana, ana.button(card, "Ask #ask-disputes"))
    ana.page.keyboard.press("Enter")
    expect(ana.field("ticket_url")).to_be_focused()
    reach(ana, ana.field("dispute_type"))
    ana.page.keyboard.press("ArrowDown")
    expect(ana.page.locator(".options")).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(ana.page.locator(".options")).to_have_count(0)
    expect(ana.window).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(ana.window).to_have_count(0)
    expect(ana.button(card, "Ask #ask-disputes")).to_be_focused()


def test_the_focus_does_not_leave_an_open_window(ana: Tab) -> None:
    open_form(ana, ana.route(QUESTION))
    expect(ana.field("ticket_url")).to_be_focused()
    for _ in range(25):
        ana.page.keyboard.press("Tab")
        # The body stands for the browser's own frame, such as its address bar.
        assert ana.page.evaluate("() => document.activeElement.matches('body, dialog *')"), ana.page.evaluate(FOCUSED)


def test_walking_through_messages_channels_and_regions(ana: Tab) -> None:
    keys = ana.page.keyboard
    ana.go("ask-ce")
    for text in ("first of two 8841", "second of two 8841"):
        ana.wait_for_reply(text)
    reach(ana, ana.page.get_by_role("log"), "Shift+Tab")
    keys.press("ArrowUp")
    expect(ana.message("second of two 8841")).to_be_focused()
    keys.press("ArrowUp")
    expect(ana.message("first of two 8841")).to_be_focused()
    keys.press("Enter")
    expect(ana.side.get_by_role("heading", name="Thread")).to_be_visible()
    expect(ana.side).to_contain_text("first of two 8841")
    expect(ana.side.locator("textarea")).to_be_focused()
    keys.press("Escape")
    expect(ana.side).to_be_hidden()

    keys.press("Control+k")
    expect(ana.page.locator("#sidebar .line.here")).to_be_focused()
    keys.press("Alt+ArrowUp")
    expect(ana.page.locator("#conversation h1")).to_contain_text("ask-disputes")
    keys.press("F6")
    assert ana.page.evaluate("() => Boolean(document.activeElement.closest('#top, #sidebar, #conversation'))")


def test_the_first_stop_skips_to_the_conversation(ana: Tab) -> None:
    body = ana.page.locator("body")
    body.evaluate("(node) => { node.tabIndex = -1; node.focus(); node.removeAttribute('tabindex'); }")
    ana.page.keyboard.press("Tab")
    skip = ana.page.get_by_role("link", name="Skip to the conversation")
    expect(skip).to_be_focused()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("#conversation")).to_be_focused()


def test_a_form_with_the_keyboard_alone(demo_app: DemoApp, demo: Tab) -> None:
    page, keys = demo.page, demo.page.keyboard
    expect(demo.composer).to_be_focused()
    keys.type("/route money")
    keys.press("Enter")
    escalate = page.get_by_role("button", name="Escalate")
    expect(escalate).to_be_visible()
    reach(demo, escalate, "Shift+Tab", at_most=30)
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="A form")
    expect(dialog).to_be_visible()
    expect(page.get_by_label("Link")).to_be_focused()
    keys.type("https://acme.zendesk.com/1")
    keys.press("Tab")
    keys.type("bet")
    keys.press("Enter")
    keys.press("Tab")
    keys.type("gam")
    keys.press("Enter")
    keys.press("Escape")
    keys.press("Tab")
    expect(page.get_by_role("button", name="Remove Gamma")).to_be_visible()
    page.get_by_label("Summary").focus()
    keys.type("Charged twice")
    keys.press("Control+Enter")
    expect(dialog).not_to_be_visible()
    (values,) = demo_app.submissions
    assert values["kind"]["kind"]["selected_option"] == OPTIONS[1]
    assert values["tags"]["tags"]["selected_options"] == [OPTIONS[2]]
    assert values["summary"]["summary"]["value"] == "Charged twice"


def test_channels_by_keyboard(demo: Tab) -> None:
    page = demo.page
    expect(demo.composer).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("heading", name="ask-disputes", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#sidebar .line.here")).to_be_focused()
    page.keyboard.press("F6")
    expect(demo.composer).to_be_focused()
