"""A destination that depends on facts, which are asked for, removed, corrected, or unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import expect

from slackguide.knowledge.facts import FactSpec
from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.page_object import Tab
from tests.browser.test_route_command import MEDIATION, SURE

UNDECIDED = "Where it goes depends on this"


@pytest.fixture
def facts(sandbox_app: SandboxApp) -> Mapping[str, FactSpec]:
    """Return the fact definitions by name."""
    return sandbox_app.guide().knowledge.facts


def test_a_question_leads_to_the_one_right_queue(ana: Tab, facts: Mapping[str, FactSpec]) -> None:
    card = ana.route(MEDIATION)
    expect(card.get_by_role("heading", name=UNDECIDED)).to_be_visible()
    expect(card).to_contain_text(facts["client_segment"].ask)
    expect(card).not_to_contain_text(facts["payment_kind"].ask)
    ana.screenshot("question")

    ana.click(card, "Mid-Market")

    expect(card.get_by_role("heading", name="Goes to: HV Mediation Tier 1")).to_be_visible()
    expect(card).not_to_contain_text(facts["client_segment"].ask)
    expect(card).to_contain_text(re.compile(r"Why: .*Mid-Market", re.IGNORECASE))
    ana.screenshot("decided")


def test_a_fact_is_removed_and_corrected(ana: Tab, facts: Mapping[str, FactSpec]) -> None:
    card = ana.route(SURE)
    expect(card.get_by_role("heading", name="Goes to: HV Mediation Tier 1")).to_be_visible()

    ana.click(card, "Client segment: Mid-Market ✕")
    expect(card.get_by_role("heading", name=UNDECIDED)).to_be_visible()
    expect(card).to_contain_text(facts["client_segment"].ask)
    expect(ana.button(card, "Client segment: Mid-Market ✕")).to_have_count(0)
    ana.click(card, "Enterprise")

    expect(card.get_by_role("heading", name="Goes to: Dispute_Enterprise_CX420")).to_be_visible()
    expect(ana.button(card, "Client segment: Enterprise ✕")).to_be_visible()


def test_an_extracted_number_is_removed_and_entered_again(ana: Tab, facts: Mapping[str, FactSpec]) -> None:
    card = ana.route(SURE)
    ana.click(card, "Days since the last payment: 12 days ✕")
    expect(ana.button(card, "Days since the last payment: 12 days ✕")).to_have_count(0)
    expect(card.get_by_role("heading", name=UNDECIDED)).to_be_visible()
    expect(card).to_contain_text(facts["days_since_last_payment"].ask)
    expect(card).not_to_contain_text(facts["funds_in_escrow"].ask)
    ana.screenshot("number")

    ranges = card.get_by_role("button", name=re.compile(r"^Days since the last payment: .*\d"))
    assert ranges.count() > 1
    ranges.filter(has_text=re.compile(r"\b30\b")).first.click()
    expect(card.get_by_role("heading", name="Goes to: HV Mediation Tier 1")).to_be_visible()


def test_an_unknown_fact_shows_every_possible_destination(sandbox_app: SandboxApp, ana: Tab) -> None:
    card = ana.route(MEDIATION)
    ana.click(card, "I don't know")
    branches = card.locator(".richtext", has_text="Possible destinations:")
    known_facts: dict[str, str | int] = {"contract_type": "hourly", "days_since_last_payment": 12}
    possible = sandbox_app.guide().triage.branches("disputes/send-to-mediation", known_facts)
    assert len(possible) > 2
    expect(branches.locator("li")).to_have_count(len(possible))
    expect(branches.locator("li strong")).to_have_text([one.destination.name for one in possible])
    ana.screenshot("not-known")
