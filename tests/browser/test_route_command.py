"""The /route command: answers, their buttons, and unusual input."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from slackguide.guide import Answer, Asker, Concern
from slackguide.runtime.sandbox_app import SandboxApp
from slackguide.slack.ids import Callback
from tests.browser.page_object import Tab, steps_of, top

MEDIATION = "send a case to Mediation hourly contract last paid 12 days ago"
SURE = f"{MEDIATION}, payment for work, mid-market client"
UNCLEAR = "refund"
NONSENSE = "my goldfish sings opera at midnight"


def test_warnings_destination_and_steps_come_in_this_order(sandbox_app: SandboxApp, ana: Tab) -> None:
    answer = sandbox_app.guide().answer(Concern(SURE), Asker(), today=sandbox_app.clock.now().date())
    assert isinstance(answer, Answer)
    assert answer.decision.warnings

    card = ana.route(SURE)
    ana.screenshot("answer")

    warnings = card.locator(".richtext").first.locator("li")
    expect(warnings).to_have_text([f"Warning: {warning}" for warning in answer.decision.warnings])
    destination = card.get_by_role("heading", name="Goes to: HV Mediation Tier 1")
    assert steps_of(card) == list(answer.decision.path)
    assert top(warnings.last) < top(destination) < top(card.locator(".richtext ol"))
    expect(card).to_contain_text("Owner: disputes-leads. Last reviewed")
    assert answer.note is not None
    assert card.locator("pre").inner_text().strip() == answer.note.strip()


def test_an_answer_is_seen_by_the_person_who_asked_alone(ana: Tab, tab: Callable[[str], Tab]) -> None:
    ana.route("client wants mediation, said only for Ana 7431")
    ben = tab("ben")
    ben.route(NONSENSE)
    expect(ben.messages().filter(has_text="I have nothing in the guides for this.").last).to_be_visible()
    expect(ben.messages().filter(has_text="Send a case to Mediation")).to_have_count(0)


def test_one_of_the_choices_is_picked(ana: Tab) -> None:
    card = ana.route(UNCLEAR)
    expect(card).to_contain_text("Which of these is it?")
    ana.screenshot("choices")
    wanted = card.locator(".block.section.beside .words").nth(1).inner_text().strip()

    card.get_by_role("button", name=f"Open: {wanted}").click()

    expect(card).not_to_contain_text("Which of these is it?")
    expect(card.locator(".block.section").first).to_have_text(wanted)
    expect(ana.button(card, "Not this")).to_be_visible()


def test_none_of_the_choices_shows_what_to_do_instead(ana: Tab) -> None:
    card = ana.route(UNCLEAR)
    ana.click(card, "None of these")
    expect(card).to_contain_text("Noted: none of these.")
    expect(card).to_contain_text("or ask your Team Lead.")
    expect(ana.button(card, "Open")).to_have_count(0)


def test_not_this_offers_the_next_matches_without_the_first(ana: Tab) -> None:
    card = ana.route(MEDIATION)
    title = card.locator(".block.section").first.inner_text().strip()

    ana.click(card, "Not this")

    expect(card).to_contain_text("Noted: that was not it.")
    offered = card.locator(".block.section.beside .words")
    expect(offered.first).to_be_visible()
    assert title not in [text.strip() for text in offered.all_inner_texts()]
    ana.screenshot("not-this")


def test_helpful_is_noted_in_the_answer_which_stays(ana: Tab) -> None:
    card = ana.route(MEDIATION)
    ana.click(card, "Helpful")
    expect(card).to_contain_text("Thank you: noted as helpful.")
    ana.click(card, "Not helpful")
    expect(card).to_contain_text("noted as not helpful")
    expect(card).to_contain_text("Send a case to Mediation")


def test_a_dismissed_answer_is_gone_and_stays_gone(ana: Tab) -> None:
    before = ana.messages().count()
    card = ana.route(MEDIATION)
    card.get_by_role("button", name="Dismiss message").click()
    expect(card).to_have_count(0)
    ana.open()
    expect(ana.messages()).to_have_count(before)


def test_route_alone_opens_a_modal_that_shows_the_answer(sandbox_app: SandboxApp, ana: Tab) -> None:
    ana.type("/route ")
    expect(ana.window.get_by_role("heading", name="Where does this go?")).to_be_visible()
    box = ana.field("concern")
    expect(box).to_be_focused()

    ana.submit()
    expect(ana.fault("concern")).to_be_visible()
    box.fill(MEDIATION)
    expect(ana.fault("concern")).to_have_count(0)
    ana.submit()

    expect(ana.window).to_contain_text("Send a case to Mediation")
    expect(ana.window).to_contain_text(sandbox_app.guide().knowledge.facts["client_segment"].ask)
    ana.click(ana.window, "Mid-Market")
    expect(ana.window.get_by_role("heading", name="Goes to: HV Mediation Tier 1")).to_be_visible()
    ana.screenshot("answer-in-a-window")
    (view,) = sandbox_app.sandbox.workspace.views.stack(sandbox_app.sandbox.workspace.person("ana").id)
    assert view.content["callback_id"] == Callback.ANSWER
    ana.click(ana.window, "Close")
    expect(ana.window).to_have_count(0)


def test_help_lists_the_commands(ana: Tab) -> None:
    card = ana.route("help")
    for typed in ("/route escalate ask-disputes", "/route escalate", "/route help"):
        expect(card.locator("strong").filter(has_text=re.compile(rf"^{typed}$"))).to_have_count(1)
    ana.screenshot("help-card")


def test_nonsense_and_emoji_are_answered(ana: Tab) -> None:
    for text in (NONSENSE, "🦄🦄🦄", "これはどこへ送ればいいですか", "???"):
        card = ana.route(text)
        expect(card).to_contain_text(
            re.compile("I have nothing in the guides for this|Describe (?:in a sentence|the next case)")
        )


def test_eight_thousand_characters_are_answered(ana: Tab) -> None:
    text = f"{MEDIATION}. "
    text += "The client wrote again and again about it. " * ((8000 - len(text)) // 43)
    text = text.ljust(8000, "x")
    card = ana.route(text[: 8000 - len("/route ")])
    refuse = ana.button(card, "Not this").or_(ana.button(card, "None of these"))
    expect(card).not_to_contain_text("Noted:")
    refuse.click()
    expect(card).to_contain_text("Noted:")


def test_markup_that_a_person_types_stays_text(ana: Tab) -> None:
    message = ana.wait_for_reply("<img src=x onerror=alert(1)> & <b>bold</b>")
    expect(message.locator(".words")).to_have_text("<img src=x onerror=alert(1)> & <b>bold</b>")
    expect(message.locator("img, b")).to_have_count(0)


def test_the_composer_completes_the_command_and_hints_at_its_use(ana: Tab) -> None:
    ana.composer.press_sequentially("/ro")
    expect(ana.page.get_by_role("option", name="/route")).to_be_visible()
    ana.screenshot("composer")
    ana.composer.press("Tab")
    expect(ana.composer).to_have_value("/route ")
    expect(ana.page.locator(".composer .usage")).to_contain_text("/route")


def test_an_unknown_command_is_rejected_with_a_message(ana: Tab) -> None:
    card = ana.wait_for_reply("/nonsense at all")
    expect(card).to_contain_text("/nonsense")
    expect(card).to_contain_text(re.compile("not a valid command", re.IGNORECASE))
