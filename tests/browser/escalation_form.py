"""The form of ask-disputes, filled in and sent by a person in a tab."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.page_object import Tab

QUESTION = "send a case to Mediation hourly contract last paid 12 days ago, payment for work, mid-market client"
TICKET = "https://support.zendesk.com/agent/tickets/4711"


def fill(tab: Tab, contract: str, *, ticket: str | None = None) -> None:
    """What the open form does not know yet."""
    tab.field("ticket_url").fill(ticket or f"{TICKET}{contract[-4:]}")
    tab.field("contract_id").fill(contract)
    tab.field("client_username").fill("acme-buyer")
    tab.field("freelancer_username").fill("lee-writes")
    tab.choose("dispute_reasons", "Manual Time", "Poor Communication Skills")


def saved(tab: Tab) -> str:
    """Waits for the confirmation; the reference that it names."""
    expect(tab.window.get_by_role("heading", name="Saved")).to_be_visible()
    reference = tab.window.locator(".block.header").inner_text().strip()
    assert re.fullmatch(r"[A-Z]+-\d+", reference), reference
    return reference


def escalate(tab: Tab, contract: str) -> str:
    """Asks, opens the form from the answer, fills it in and sends it; the reference."""
    card = tab.route(QUESTION)
    tab.click(card, "Escalate")
    expect(tab.field("contract_id")).to_be_visible()
    fill(tab, contract)
    tab.submit()
    reference = saved(tab)
    tab.click(tab.window, "Done")
    expect(tab.window).to_have_count(0)
    return reference


def posted(tab: Tab, reference: str, *, channel: str = "ask-disputes") -> Locator:
    """Goes to the channel; the escalation's card there."""
    tab.go(channel)
    return tab.message(f"{reference}: Ask Disputes")


def notified(tab: Tab, words: str) -> Locator:
    """Goes to the person's direct messages with the bot; the notice with those words."""
    tab.go("slackguide")
    return tab.message(words)
