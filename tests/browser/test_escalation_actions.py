"""Two people in two tabs: one escalates, the other claims, asks and resolves; both pages update without a reload."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from slackguide.runtime.sandbox_app import SandboxApp
from slackguide.sandbox import FaultKind, InjectedFault
from tests.browser.escalation_form import escalate, notified, posted
from tests.browser.page_object import Tab


def test_claimed_asked_about_answered_and_resolved(ana: Tab, tab: Callable[[str], Tab], contract: str) -> None:
    marek = tab("marek")
    reference = escalate(ana, contract)
    card = posted(marek, reference)
    notices = notified(ana, f"({reference}, #ask-disputes)")
    expect(notices).to_be_visible()

    marek.click(card, "Claim")
    expect(card).to_contain_text("Claimed by @Marek Nowak")
    expect(marek.button(card, "Claim")).to_have_count(0)
    expect(notices).to_contain_text("@Marek Nowak claimed it.")
    marek.screenshot("claimed")

    marek.click(card, "Ask for more")
    marek.field("words").fill("Which week were the hours in?")
    marek.screenshot("ask-for-more")
    marek.submit()
    expect(card).to_contain_text("Waiting for @Ana Ribeiro")
    asked = ana.message("Which week were the hours in?")
    expect(asked).to_contain_text("@Marek Nowak asks about it:")
    ana.screenshot("asked")

    ana.click(asked, "Add details")
    ana.field("words").fill("The week of 2 March.")
    ana.submit()
    expect(ana.window).to_have_count(0)
    marek.front()
    card.locator(".thread-line").click()
    expect(marek.side.locator("article.message", has_text="The week of 2 March.")).to_be_visible()
    marek.screenshot("thread")
    marek.side.get_by_role("button", name="Close thread").click()
    expect(card).to_contain_text("Claimed by @Marek Nowak")

    marek.click(card, "Resolve")
    marek.field("decided").fill("Mediation takes it; tell the client within 2 days.")
    marek.screenshot("resolve")
    marek.submit()
    expect(marek.window).to_have_count(0)
    expect(card).to_contain_text("Resolved")
    expect(marek.button(card, "Resolve")).to_have_count(0)
    resolved = ana.message("@Marek Nowak resolved it: right place.")
    expect(resolved).to_contain_text("Mediation takes it; tell the client within 2 days.")
    expect(ana.button(resolved, "Reopen")).to_be_visible()
    ana.screenshot("resolved")


def test_app_home_shows_each_person_their_own_and_updates(ana: Tab, tab: Callable[[str], Tab], contract: str) -> None:
    reference = escalate(ana, contract)
    marek = tab("marek")
    card = posted(marek, reference)
    mine = ana.home()
    row = mine.locator(".block.section", has_text=f"{reference} · ")
    expect(row).to_contain_text("Unclaimed")

    marek.click(card, "Claim")
    expect(row).to_contain_text("Claimed, with @Marek Nowak")
    sheet = marek.home()
    expect(sheet.get_by_role("heading", name="Unclaimed (")).to_be_visible()
    expect(sheet.get_by_role("heading", name="Claimed by you")).to_be_visible()
    expect(sheet.locator(".block.section", has_text=f"{reference} · ")).to_contain_text("Claimed")
    expect(mine.get_by_role("heading", name="Claimed by you")).to_have_count(0)
    ana.screenshot("home")
    marek.screenshot("home-specialist")

    ana.front()
    row.get_by_role("link", name="Open").click()
    expect(ana.page.locator("article.linked")).to_contain_text(f"{reference} · ")


def test_asking_from_app_home(ana: Tab) -> None:
    ana.click(ana.home(), "Ask")
    expect(ana.field("concern")).to_be_focused()


def test_of_two_who_claim_one_wins_and_the_other_is_notified(
    sandbox_app: SandboxApp, ana: Tab, tab: Callable[[str], Tab], contract: str
) -> None:
    reference = escalate(ana, contract)
    marek, priya = tab("marek"), tab("priya")
    theirs = posted(priya, reference)
    sandbox_app.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.SERVER_ERROR, method="chat.update")
    )  # the card stays as it was for a while
    marek.click(posted(marek, reference), "Claim")
    notified(ana, "@Marek Nowak claimed it.")

    priya.click(theirs, "Claim")
    refused = priya.message(f"{reference} is already claimed by @Marek Nowak.")
    expect(refused).to_contain_text("Only visible to you")

    sandbox_app.sandbox.faults.clear()
    expect(theirs).to_contain_text("Claimed by @Marek Nowak")


def test_withdrawing_asks_first_and_then_closes_it(ana: Tab, contract: str) -> None:
    reference = escalate(ana, contract)
    notice = notified(ana, f"({reference}, #ask-disputes)")
    withdraw(ana, notice)
    expect(ana.window).to_contain_text("Withdraw it?")
    ana.screenshot("confirm")
    ana.click(ana.window, "Keep it")
    expect(ana.window).to_have_count(0)
    withdraw(ana, notice)
    ana.click(ana.window, "Withdraw")
    expect(posted(ana, reference)).to_contain_text("Withdrawn")


def withdraw(tab: Tab, notice: Locator) -> None:
    """Choose “Withdraw” in the menu of a notice."""
    notice.locator(".block [aria-haspopup=menu]").click()
    tab.page.get_by_role("menuitem", name="Withdraw").click()
