"""A destination that hangs on facts: asked for one by one, taken back, corrected, or not known."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from slackguide.trying import Trial
from tests.browser.tab import Tab
from tests.browser.test_asking import MEDIATION

UNDECIDED = "Where it goes depends on this"
KIND = "Was the payment for work, or a bonus, an expense or a miscellaneous payment?"
SEGMENT = "What is the client's segment?"


def test_two_questions_lead_to_the_one_right_queue(ana: Tab) -> None:
    card = ana.route(MEDIATION)
    expect(card.get_by_role("heading", name=UNDECIDED)).to_be_visible()
    expect(card).to_contain_text(KIND)
    ana.shot("question", of=card)

    ana.press(card, "Work")
    expect(card).to_contain_text(SEGMENT)
    expect(card).not_to_contain_text(KIND)
    ana.press(card, "Mid-Market")

    expect(card.get_by_role("heading", name="Goes to: HV Mediation Tier 1")).to_be_visible()
    expect(card).not_to_contain_text(SEGMENT)
    expect(card).to_contain_text(re.compile(r"Why: .*Mid-Market", re.IGNORECASE))
    ana.shot("decided", of=card)


def test_a_fact_is_taken_back_and_corrected(ana: Tab) -> None:
    card = ana.route(f"{MEDIATION}, payment for work, mid-market client")
    expect(card.get_by_role("heading", name="Goes to: HV Mediation Tier 1")).to_be_visible()

    ana.press(card, "Client segment: Mid-Market ✕")
    expect(card.get_by_role("heading", name=UNDECIDED)).to_be_visible()
    expect(card).to_contain_text(SEGMENT)
    expect(ana.button(card, "Client segment: Mid-Market ✕")).to_have_count(0)
    ana.press(card, "Enterprise")

    expect(card.get_by_role("heading", name="Goes to: Dispute_Enterprise_CX420")).to_be_visible()
    expect(ana.button(card, "Client segment: Enterprise ✕")).to_be_visible()


def test_words_that_were_read_can_be_taken_back_too(ana: Tab) -> None:
    card = ana.route("send a case to Mediation hourly contract last paid 45 days ago, payment for work")
    expect(card.get_by_role("heading", name="Not eligible")).to_be_visible()
    ana.press(card, "Days since the last payment: 45 days ✕")
    expect(card.get_by_role("heading", name="Not eligible")).to_have_count(0)
    expect(ana.button(card, "Days since the last payment: 45 days ✕")).to_have_count(0)


def test_who_does_not_know_sees_every_possibility(trial: Trial, ana: Tab) -> None:
    card = ana.route(MEDIATION)
    ana.press(card, "I don't know")
    expect(card).to_contain_text("Where it goes, by what you find out:")
    found = card.locator(".richtext", has_text="Where it goes, by what you find out:")
    ana.shot("not-known", of=card)

    told = {"contract_type": "hourly", "days_since_last_payment": 12}
    possible = trial.guide().triage.possibilities("disputes/send-to-mediation", told)
    assert len(possible) > 2
    expect(found.locator("li")).to_have_count(len(possible))
    expect(found.locator("li strong")).to_have_text([one.target.name for one in possible])
