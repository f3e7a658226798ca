"""A destination that depends on facts, which are asked for, removed, corrected, or unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import expect

from slackguide.knowledge.facts import FactSpec
from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.page_object import Tab, heading
from tests.browser.test_route_command import DESTINATION, MEDIATION, SURE


@pytest.fixture
def facts(sandbox_app: SandboxApp) -> Mapping[str, FactSpec]:
    """Return the fact definitions by name."""
    return sandbox_app.guide().knowledge.facts


def test_a_question_leads_to_the_one_right_queue(ana: Tab, facts: Mapping[str, FactSpec]) -> None:
    card = ana.route(MEDIATION)
    expect(heading(card, facts["client_segment"].ask)).to_be_visible()
    expect(card).not_to_contain_text(facts["payment_kind"].ask)
    expect(heading(card, DESTINATION)).to_have_count(0)

    ana.click(card, "Mid-Market")

    expect(heading(card, DESTINATION)).to_be_visible()
    expect(card).not_to_contain_text(facts["client_segment"].ask)
    expect(card).to_contain_text(re.compile(r"Known: .*Mid-Market"))


def test_a_fact_is_removed_and_corrected(ana: Tab, facts: Mapping[str, FactSpec]) -> None:
    card = ana.route(SURE)
    expect(heading(card, DESTINATION)).to_be_visible()

    ana.click_more(card, "Change a fact")
    ana.click(card, "Client segment: Mid-Market")
    expect(heading(card, facts["client_segment"].ask)).to_be_visible()
    expect(card).not_to_contain_text(re.compile("(From your message|Known): .*Mid-Market"))
    ana.click(card, "Enterprise")

    expect(heading(card, "Dispute_Enterprise_CX420")).to_be_visible()
    expect(card).to_contain_text(re.compile("Known: .*Enterprise"))


def test_an_extracted_number_is_removed_and_entered_again(ana: Tab, facts: Mapping[str, FactSpec]) -> None:
    card = ana.route(SURE)
    ana.click_more(card, "Change a fact")
    ana.click(card, "Days since the last payment: 12 days")
    expect(heading(card, facts["days_since_last_payment"].ask)).to_be_visible()
    expect(card).not_to_contain_text(re.compile("(From your message|Known): .*12 days"))
    expect(card).not_to_contain_text(facts["funds_in_escrow"].ask)
    ana.screenshot("number")

    ranges = card.get_by_role("button", name=re.compile(r"^Days since the last payment: .*\d"))
    assert ranges.count() > 1
    ranges.filter(has_text=re.compile(r"\b30\b")).first.click()
    expect(heading(card, DESTINATION)).to_be_visible()


def test_what_nobody_knows_shows_every_possible_destination(
    sandbox_app: SandboxApp, ana: Tab, facts: Mapping[str, FactSpec]
) -> None:
    card = ana.route(MEDIATION)
    expect(heading(card, facts["client_segment"].ask)).to_be_visible()
    ana.click_more(card, "I don't know")
    expect(heading(card, facts["freelancer_tier"].ask)).to_be_visible()
    ana.click(card, "I don't know")
    expect(heading(card, "It depends")).to_be_visible()
    branches = card.locator(".richtext", has_text="Possible destinations")
    known_facts: dict[str, str | int] = {"contract_type": "hourly", "days_since_last_payment": 12}
    possible = sandbox_app.guide().triage.branches("disputes/send-to-mediation", known_facts)
    assert len(possible) > 2
    expect(branches.locator("li")).to_have_count(len(possible))
    expect(branches.locator("li strong")).to_have_text([one.destination.name for one in possible])
    ana.screenshot("not-known")
