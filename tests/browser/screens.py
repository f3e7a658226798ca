"""The page's main surfaces, each opened as a person opens it, for the phone, dark mode and accessibility tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from playwright.sync_api import Locator, expect

from tests.browser.escalation_form import QUESTION, open_form
from tests.browser.page_object import Tab, heading
from tests.browser.test_route_command import DESTINATION, MEDIATION, NONSENSE, NOT_FOUND, SEGMENT, TIER, UNCLEAR


def destination(tab: Tab) -> Locator:
    """Show an answer that has a destination."""
    card = tab.route(QUESTION)
    expect(heading(card, DESTINATION)).to_be_visible()
    return card


def question(tab: Tab) -> Locator:
    """Show an answer that asks for a fact."""
    card = tab.route(MEDIATION)
    expect(heading(card, SEGMENT)).to_be_visible()
    return card


def last_question(tab: Tab) -> Locator:
    """Show the destination after two questions."""
    card = question(tab)
    tab.click(card, "VSB")
    expect(heading(card, TIER)).to_be_visible()
    tab.click(card, "Top Rated")
    expect(heading(card, DESTINATION)).to_be_visible()
    return card


def not_eligible(tab: Tab) -> Locator:
    """Show an answer to a case that is not eligible."""
    text = "hourly, ended, last payment 75 days ago, payment for work, VSB client, regular freelancer, no escrow"
    card = tab.route(f"send a case to Mediation, {text}")
    expect(heading(card, "Not eligible")).to_be_visible()
    return card


def critical(tab: Tab) -> Locator:
    """Show the answer to a critical concern."""
    card = tab.route("client says he wants to kill himself")
    expect(card.get_by_role("heading")).to_contain_text("act now")
    expect(tab.button(card, "Tell my Team Lead")).to_be_visible()
    return card


def choices(tab: Tab) -> Locator:
    """Show choices."""
    card = tab.route(UNCLEAR)
    expect(card).to_contain_text("Which one?")
    return card


def nothing(tab: Tab) -> Locator:
    """Show the answer to a concern that is not in the guides."""
    card = tab.route(NONSENSE)
    expect(card).to_contain_text(NOT_FOUND)
    return card


def steps(tab: Tab) -> Locator:
    """Show an answer with its steps opened."""
    card = destination(tab)
    card.get_by_role("button", name=re.compile(r"^Steps \(\d+\)$")).click()
    expect(tab.button(card, "Hide the steps")).to_be_visible()
    return card


def note(tab: Tab) -> Locator:
    """Show an answer with its note opened."""
    card = destination(tab)
    tab.click(card, "Note for the ticket")
    expect(card.locator("pre")).to_have_count(2)
    return card


def words_to_say(tab: Tab) -> Locator:
    """Show the answer to a critical concern with the words to say opened."""
    card = critical(tab)
    tab.click(card, "Words to say")
    expect(card.locator("pre")).to_have_count(1)
    return card


def facts(tab: Tab) -> Locator:
    """Show the facts of an answer, each to be changed."""
    card = destination(tab)
    tab.click_more(card, "Change a fact")
    expect(card.get_by_role("button", name="Change Mid-Market")).to_be_visible()
    return card


def sources(tab: Tab) -> Locator:
    """Show the cautions and sources of an answer."""
    card = destination(tab)
    tab.click_more(card, "Cautions and sources")
    expect(card).to_contain_text("Source: ")
    return card


def feedback(tab: Tab) -> Locator:
    """Show the question after “Not helpful”."""
    card = destination(tab)
    tab.click_more(card, "Not helpful")
    expect(tab.button(card, "Out of date")).to_be_visible()
    return card


def composing(tab: Tab) -> None:
    """Type the beginning of a command."""
    tab.composer.press_sequentially("/")
    expect(tab.page.get_by_role("listbox", name="Suggestions")).to_be_visible()


def form_with_faults(tab: Tab) -> None:
    """Submit the escalation form without its required fields."""
    open_form(tab, tab.route(QUESTION))
    tab.submit()
    expect(tab.fault("ticket_url")).to_be_visible()


def form_with_a_menu(tab: Tab) -> None:
    """Open a menu of the escalation form."""
    open_form(tab, tab.route(QUESTION))
    tab.field("dispute_reasons").click()
    expect(tab.page.get_by_role("listbox")).to_be_visible()


def channel(tab: Tab) -> None:
    """Show a channel with messages of people."""
    tab.go("ask-ce").wait_for_reply("Is the CE queue slow today? <b>asking</b> for a friend")


def thread(tab: Tab) -> None:
    """Show a direct message, its answer, and a reply in the thread of the answer."""
    tab.go("slackguide").wait_for_reply(MEDIATION)
    answer = tab.message(SEGMENT)
    answer.hover()
    reply = answer.get_by_role("button", name="Reply in thread")
    if reply.is_visible():
        reply.click()
    else:  # on a phone it is in the menu
        answer.get_by_role("button", name="More actions").click()
        tab.page.get_by_role("menuitem", name="Reply in thread").click()
    tab.type("regular freelancer", within="#side")
    expect(tab.messages("#side").filter(has_text=SEGMENT)).to_have_count(2)


def home(tab: Tab) -> None:
    """Open App Home."""
    expect(tab.home().get_by_role("heading", name="Where does this concern go?")).to_be_visible()


def people(tab: Tab) -> None:
    """Open the menu that switches to another person."""
    me = tab.page.locator("#sidebar .me")
    if not me.is_visible():
        tab.page.get_by_role("button", name="Channels").click()
    me.click()
    expect(tab.page.get_by_role("menu", name="People")).to_be_visible()


def request_log(tab: Tab) -> None:
    """Open the request log and one exchange in it."""
    tab.route(MEDIATION)
    exchange = tab.panel("Request log").locator("details.log-row", has_text=f"/route {MEDIATION}").first
    exchange.locator("summary").first.click()
    expect(exchange.get_by_role("button", name="Copy").first).to_be_visible()


def fault_injection(tab: Tab) -> None:
    """Open the fault injection panel."""
    expect(tab.panel("Fault injection")).to_contain_text("No faults")


def clock(tab: Tab) -> None:
    """Open the clock panel."""
    expect(tab.panel("Clock").get_by_role("timer")).to_be_visible()


def knowledge(tab: Tab) -> None:
    """Open an entry as a card with its decision table."""
    panel = tab.panel("Knowledge")
    panel.get_by_role("searchbox").fill("send-to-mediation")
    panel.get_by_role("button", name="Send a case to Mediation").click()
    expect(panel.get_by_role("table", name="Triage")).to_be_visible()


def help_panel(tab: Tab) -> None:
    """Open the help panel."""
    expect(tab.panel("Help")).to_contain_text("Limitations")


CARDS: Mapping[str, Callable[[Tab], Locator]] = {
    "destination": destination,
    "question": question,
    "last-question": last_question,
    "not-eligible": not_eligible,
    "critical": critical,
    "choices": choices,
    "nothing": nothing,
}
"""The answer cards before anything is opened."""

SECTIONS: Mapping[str, Callable[[Tab], Locator]] = {
    "steps": steps,
    "note": note,
    "words-to-say": words_to_say,
    "facts": facts,
    "sources": sources,
    "feedback": feedback,
}
"""Answer cards with a section opened."""

SURFACES: Mapping[str, Callable[[Tab], object]] = {
    **CARDS,
    **SECTIONS,
    "composing": composing,
    "form-with-faults": form_with_faults,
    "form-with-a-menu": form_with_a_menu,
    "channel": channel,
    "thread": thread,
    "home": home,
    "people": people,
    "request_log": request_log,
    "faults": fault_injection,
    "clock": clock,
    "knowledge": knowledge,
    "help": help_panel,
}
