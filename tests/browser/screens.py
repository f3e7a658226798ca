"""The page's main surfaces, each opened as a person opens it, for the phone, dark mode and accessibility tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import expect

from tests.browser.escalation_form import QUESTION
from tests.browser.page_object import Tab
from tests.browser.test_route_command import MEDIATION, UNCLEAR


def question(tab: Tab) -> None:
    """Show an answer with a question in it, from its top."""
    card = tab.route(MEDIATION)
    expect(card).to_contain_text("Where it goes depends on this")
    card.evaluate("(node) => node.scrollIntoView({ block: 'start' })")


def answer(tab: Tab) -> None:
    """Show a whole answer, from its top."""
    card = tab.route(QUESTION)
    expect(card).to_contain_text("Goes to: HV Mediation Tier 1")
    card.evaluate("(node) => node.scrollIntoView({ block: 'start' })")


def choices(tab: Tab) -> None:
    """Show choices."""
    expect(tab.route(UNCLEAR)).to_contain_text("Which of these is it?")


def composing(tab: Tab) -> None:
    """Type the beginning of a command."""
    tab.composer.press_sequentially("/")
    expect(tab.page.get_by_role("listbox", name="Suggestions")).to_be_visible()


def form_with_faults(tab: Tab) -> None:
    """Submit the escalation form without its required fields."""
    tab.click(tab.route(QUESTION), "Escalate")
    expect(tab.field("contract_id")).to_be_visible()
    tab.submit()
    expect(tab.fault("contract_id")).to_be_visible()


def form_with_a_menu(tab: Tab) -> None:
    """Open a menu of the escalation form."""
    tab.click(tab.route(QUESTION), "Escalate")
    tab.field("dispute_reasons").click()
    expect(tab.page.get_by_role("listbox")).to_be_visible()


def channel(tab: Tab) -> None:
    """Show a channel with messages of people."""
    tab.go("ask-ce").wait_for_reply("Is the CE queue slow today? <b>asking</b> for a friend")


def thread(tab: Tab) -> None:
    """Show a direct message and the thread of its answer."""
    mine = tab.go("slackguide").wait_for_reply(MEDIATION)
    mine.locator(".thread-line").click()
    expect(tab.message("Where it goes depends on this", within="#side")).to_be_visible()


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


SURFACES: Mapping[str, Callable[[Tab], None]] = {
    "question": question,
    "answer": answer,
    "choices": choices,
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
