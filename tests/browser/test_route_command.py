"""The /route command: answers, their buttons, and unusual input."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from slackguide.guide import Answer, Asker, Concern
from slackguide.runtime.sandbox_app import SandboxApp
from slackguide.slack.ids import Callback
from tests.browser.page_object import Tab, heading, steps_of, top

MEDIATION = "send a case to Mediation hourly contract last paid 12 days ago"
SURE = f"{MEDIATION}, payment for work, mid-market client"
UNCLEAR = "refund"
NONSENSE = "my goldfish sings opera at midnight"

SEGMENT = "Which segment is the client in?"
TIER = "Is the freelancer Top Rated or Top Rated Plus?"
DESTINATION = "HV Mediation Tier 1"
NOT_FOUND = "Not in these guides, as far as I can tell."


def test_the_destination_comes_first_and_sections_open_one_at_a_time(sandbox_app: SandboxApp, ana: Tab) -> None:
    answer = sandbox_app.guide().answer(Concern(SURE), Asker(), today=sandbox_app.clock.now().date())
    assert isinstance(answer, Answer)
    assert answer.note is not None
    assert answer.decision.top_warning

    card = ana.route(SURE)
    asked = card.get_by_text(f"You asked: {SURE[:20]}")
    reason = card.get_by_text("high value.")
    warning = card.get_by_text(f"⚠ {answer.decision.top_warning}")
    in_order = [asked, heading(card, DESTINATION), reason, warning, ana.button(card, "More")]
    assert sorted(in_order, key=top) == in_order
    expect(card.locator("ol, pre")).to_have_count(0)

    ana.click(card, f"Steps ({len(answer.decision.path)})")
    expect(card.locator("ol")).to_have_count(1)
    assert steps_of(card) == list(answer.decision.path)
    assert top(heading(card, DESTINATION)) < top(card.locator("ol"))

    ana.click(card, "Note for the ticket")
    expect(card.locator("pre")).to_have_text([DESTINATION, answer.note], use_inner_text=True)
    expect(card.locator("ol")).to_have_count(0)

    ana.click_more(card, "Cautions and sources")
    expect(card).to_contain_text("Owner: disputes-leads. Last reviewed")
    for text in (*answer.decision.warnings, *answer.decision.cautions):
        expect(card).to_contain_text(text)
    expect(card.locator("pre")).to_have_count(0)


def test_an_open_section_closes_again(ana: Tab) -> None:
    card = ana.route(SURE)
    card.get_by_role("button", name=re.compile("^Steps")).click()
    ana.click(card, "Hide the steps")
    expect(card.get_by_role("button", name=re.compile("^Steps"))).to_be_visible()
    expect(card.locator("ol")).to_have_count(0)


def test_an_answer_is_seen_by_the_person_who_asked_alone(ana: Tab, tab: Callable[[str], Tab]) -> None:
    ana.route("client wants mediation, said only for Ana 7431")
    ben = tab("ben")
    ben.route(NONSENSE)
    expect(ben.messages().filter(has_text=NOT_FOUND).last).to_be_visible()
    expect(ben.messages().filter(has_text="Send a case to Mediation")).to_have_count(0)


def test_one_of_the_choices_is_picked(ana: Tab) -> None:
    card = ana.route(UNCLEAR)
    expect(card).to_contain_text("Which one?")
    rows = card.locator(".block.section.beside")
    offered = rows.locator("strong").all_inner_texts()
    assert len(set(offered)) == len(offered) > 1

    card.get_by_role("button", name=f"Open: {offered[1]}").click()

    expect(card).not_to_contain_text("Which one?")
    expect(card.locator(".block.context", has_text=offered[1])).to_be_visible()
    expect(ana.button(card, "Not this")).to_have_count(0)

    ana.click(card, "Back")
    expect(card).to_contain_text("Which one?")
    expect(rows.locator("strong")).to_have_text(offered)


def test_none_of_the_choices_shows_what_to_do_instead(ana: Tab) -> None:
    card = ana.route(UNCLEAR)
    ana.click(card, "None of these")
    expect(card).to_contain_text("Noted: none of these.")
    expect(card).to_contain_text("Or ask your Team Lead.")
    expect(ana.button(card, "None of these")).to_have_count(0)


def test_not_this_offers_the_next_matches_without_the_first(ana: Tab) -> None:
    card = ana.route(SURE)
    expect(card).to_contain_text("Send a case to Mediation")

    ana.click(card, "Not this")

    expect(card).to_contain_text("Noted: that was not it.")
    offered = card.locator(".block.section.beside strong")
    expect(offered.first).to_be_visible()
    assert "Send a case to Mediation" not in offered.all_inner_texts()
    ana.screenshot("not-this")


def test_helpful_is_noted_in_the_answer_which_stays(ana: Tab) -> None:
    card = ana.route(MEDIATION)
    ana.click_more(card, "Helpful")
    expect(card).to_contain_text("Thank you. Noted as helpful.")
    expect(heading(card, SEGMENT)).to_be_visible()


def test_not_helpful_asks_what_was_wrong_and_confirms_in_place(ana: Tab) -> None:
    card = ana.route(SURE)
    ana.click_more(card, "Not helpful")
    expect(card).to_contain_text("What was wrong? (optional)")
    ana.click(card, "Out of date")
    thanks = card.get_by_text("Thank you. The owner of this entry sees it.")
    expect(thanks).to_be_visible()
    expect(ana.button(card, "Out of date")).to_have_count(0)
    assert top(ana.button(card, "More")) < top(thanks)


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
    expect(heading(ana.window, sandbox_app.guide().knowledge.facts["client_segment"].ask)).to_be_focused()
    ana.click(ana.window, "Mid-Market")
    expect(heading(ana.window, DESTINATION)).to_be_focused()
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
            re.compile(f"{re.escape(NOT_FOUND)}|I read English|Describe (?:in a sentence|the next case)")
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
