"""Fill in and submit the ask-disputes form in a tab."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.page_object import Tab

QUESTION = "send a case to Mediation hourly contract last paid 12 days ago, payment for work, mid-market client"
TICKET = "https://support.zendesk.com/agent/tickets/4711"


def open_form(tab: Tab, answer: Locator) -> None:
    """Open the form from an answer."""
    tab.click_more(answer, "Ask #ask-disputes")
    expect(tab.field("contract_id")).to_be_visible()


def fill(tab: Tab, contract: str, *, ticket: str | None = None) -> None:
    """Fill in the fields that the open form does not prefill."""
    tab.field("ticket_url").fill(ticket or f"{TICKET}{contract[-4:]}")
    tab.field("contract_id").fill(contract)
    tab.field("client_username").fill("acme-buyer")
    tab.field("freelancer_username").fill("lee-writes")
    tab.choose("dispute_reasons", "Manual Time", "Poor Communication Skills")


def saved(tab: Tab, contract: str) -> str:
    """Wait until the form is closed and the escalation posted; return its reference."""
    expect(tab.window).to_have_count(0)
    tab.go("ask-disputes")
    references = re.findall(r"\bD-\d{4,}\b", tab.message(contract).inner_text())
    assert references
    return str(references[0])


def escalate(tab: Tab, contract: str) -> str:
    """Ask, open the form from the answer, fill it in and submit it; return the reference."""
    open_form(tab, tab.route(QUESTION))
    fill(tab, contract)
    tab.submit()
    return saved(tab, contract)


def posted(tab: Tab, reference: str, *, channel: str = "ask-disputes") -> Locator:
    """Open the channel; return the escalation's card there."""
    tab.go(channel)
    return tab.message(f"{reference} · ")


def notified(tab: Tab, text: str) -> Locator:
    """Open the direct messages with the app; return the notice that contains `text`."""
    tab.go("slackguide")
    return tab.message(text)
