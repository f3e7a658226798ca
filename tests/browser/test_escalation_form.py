"""From an answer to a posted escalation: the form, its errors, the confirmation, the post and the link."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.escalation_form import QUESTION, TICKET, escalate, fill, notified, open_form, posted, saved
from tests.browser.page_object import Tab

VALID = {
    "client_username": "acme & <co>",
    "freelancer_username": "lee *writes* @here",
    "summary": "Ünïcode,\ntwo lines",
}


def test_the_form_opens_with_what_is_known(ana: Tab) -> None:
    open_form(ana, ana.route(f"{QUESTION}, {TICKET} contract 34567890"))
    expect(ana.window.get_by_role("heading", name="Ask Disputes")).to_be_visible()
    expect(ana.window).to_contain_text("The guide says: HV Mediation Tier 1.")
    expect(ana.field("ticket_url")).to_have_value(TICKET)
    expect(ana.field("contract_id")).to_have_value("34567890")
    expect(ana.field("dispute_type")).to_have_value("Hourly")
    expect(ana.field("last_payment_days")).to_have_value("12")
    expect(ana.field("client_segment")).to_have_value("Mid-Market")
    expect(ana.field("summary")).to_have_value(re.compile(re.escape(QUESTION)))
    expect(ana.field("client_username")).to_have_value("")
    ana.screenshot("form")


def test_errors_are_shown_under_fields_and_no_input_is_lost(ana: Tab, contract: str) -> None:
    open_form(ana, ana.route(QUESTION))
    for id, text in VALID.items():
        ana.field(id).fill(text)
    ana.field("ticket_url").fill("not a link")
    ana.submit()

    for id in ("ticket_url",):
        expect(ana.fault(id)).to_be_visible()
        expect(ana.field(id)).to_have_attribute("aria-invalid", "true")
    for id in VALID:
        expect(ana.fault(id)).to_have_count(0)
    expect(ana.field("ticket_url")).to_be_focused()
    ana.screenshot("form-faults")

    fill_in = {**VALID, "ticket_url": f"{TICKET}5", "contract_id": "twelve"}
    ana.field("ticket_url").fill(fill_in["ticket_url"])
    expect(ana.fault("ticket_url")).to_have_count(0)
    ana.field("contract_id").fill("twelve")
    ana.choose("dispute_reasons", "No Deliverable / Performance")
    ana.submit()

    expect(ana.fault("contract_id")).to_have_text("A contract ID is 4 to 20 digits, like 34567890.")
    for id, text in fill_in.items():
        expect(ana.field(id)).to_have_value(text)
    expect(ana.window.locator("[data-block='dispute_reasons'] .chip")).to_have_text("No Deliverable / Performance")

    ana.field("contract_id").fill(contract)
    ana.submit()
    saved(ana, contract)


def test_it_is_posted_with_every_field_and_a_link_is_sent(sandbox_app: SandboxApp, ana: Tab, contract: str) -> None:
    open_form(ana, ana.route(QUESTION))
    fill(ana, contract)
    ana.submit()
    reference = saved(ana, contract)

    card = posted(ana, reference)
    expect(card).to_contain_text("Unclaimed")
    expect(card).to_contain_text("from @Ana Ribeiro")
    expect(card).to_contain_text("The guide says HV Mediation Tier 1")
    form = sandbox_app.guide().knowledge.forms["ask-disputes"]
    for id, item in form.fields.items():
        if id != "summary":  # the title
            expect(card).to_contain_text(item.label)
    reasons = "Manual Time, Poor Communication Skills"
    for value in (contract, "acme-buyer", "lee-writes", "Hourly", reasons, "Mid-Market"):
        expect(card).to_contain_text(value)
    expect(ana.button(card, "Claim")).to_be_visible()
    ana.screenshot("posted")

    notice = notified(ana, f"({reference}, #ask-disputes)")
    ana.screenshot("notice")
    link = notice.get_by_role("link", name="Open it")
    link.click()
    expect(ana.page.locator("#conversation h1")).to_contain_text("ask-disputes")
    expect(ana.page.locator("article.linked")).to_contain_text(f"{reference} · ")


def test_user_text_neither_notifies_nor_becomes_markup(ana: Tab, contract: str) -> None:
    open_form(ana, ana.route(QUESTION))
    fill(ana, contract)
    ana.field("summary").fill("<!channel> *not bold* <https://evil.example|click> @here <@U0SLACKGUIDE>")
    ana.submit()
    reference = saved(ana, contract)
    card = posted(ana, reference)
    title = card.locator(".richtext").first
    expect(title).to_contain_text("<!channel> *not bold* <https://evil.example|click> @here <@U0SLACKGUIDE>")
    expect(title.locator("a, .mention")).to_have_count(0)


def test_a_duplicate_shows_the_first_and_asks_for_a_reason(ana: Tab, contract: str) -> None:
    first = escalate(ana, contract)
    open_form(ana, ana.route(QUESTION))
    fill(ana, contract)
    ana.submit()
    expect(ana.window).to_contain_text(f"{first} about the same “Zendesk ticket” or “Contract ID” is open already")
    expect(ana.field("client_username")).to_have_value("acme-buyer")
    ana.screenshot("duplicate")

    ana.field("slackguide_anyway").fill("Another payment of the same contract.")
    ana.submit()
    expect(ana.window).to_have_count(0)
    ana.go("ask-disputes")
    second = ana.message("Reason for a second escalation: Another payment of the same contract.")
    expect(second).not_to_contain_text(first)
