"""Direct messages and mentions are answered in the thread, where follow-ups add facts."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.page_object import Tab
from tests.browser.test_route_command import MEDIATION

THREAD = "#side"


def test_follow_ups_in_the_thread_add_facts(sandbox_app: SandboxApp, tab: Callable[[str], Tab]) -> None:
    facts = sandbox_app.guide().knowledge.facts
    ben = tab("ben").go("slackguide")
    mine = ben.wait_for_reply(MEDIATION)
    expect(mine.locator(".words")).to_contain_text(MEDIATION)
    mine.locator(".thread-line").click()
    first = ben.message("Where it goes depends on this", within=THREAD)
    expect(first).to_contain_text(facts["client_segment"].ask)
    expect(first).not_to_contain_text("Only visible to you")
    ben.screenshot("dm")

    ben.type("regular freelancer", within=THREAD)
    expect(ben.message(facts["client_segment"].ask, within=THREAD)).not_to_contain_text(facts["freelancer_tier"].ask)
    ben.type("mid-market client", within=THREAD)
    last = ben.message("Goes to: HV Mediation Tier 1", within=THREAD)
    expect(ben.button(last, "Client segment: Mid-Market ✕")).to_be_visible()

    ben.click(last, "Client segment: Mid-Market ✕")
    expect(last).to_contain_text(facts["client_segment"].ask)
    ben.screenshot("dm-thread")


def test_an_edit_and_the_bots_own_posts_are_not_answered(sandbox_app: SandboxApp, tab: Callable[[str], Tab]) -> None:
    lena = tab("lena").go("slackguide")
    mine = lena.wait_for_reply("goldfish and opera")
    expect(mine.locator(".thread-line")).to_contain_text("1 reply")
    mine.hover()
    mine.get_by_role("button", name="More actions").click()
    lena.page.get_by_role("menuitem", name="Edit message…").click()
    lena.page.get_by_label("Edit message").fill("client wants mediation, hourly, last paid 12 days ago")
    mine.get_by_role("button", name="Save").click()
    expect(mine).to_contain_text("(edited)")

    second = lena.wait_for_reply("help")
    expect(second.locator(".thread-line")).to_contain_text("1 reply")
    expect(mine.locator(".thread-line")).to_contain_text("1 reply")


def test_a_mention_in_a_channel_is_answered_in_its_thread(ana: Tab) -> None:
    ana.go("ask-ce")
    mine = ana.wait_for_reply(f"@slackguide {MEDIATION}")
    expect(mine.locator(".mention")).to_have_text("@slackguide")
    mine.locator(".thread-line").click()
    expect(ana.message("Where it goes depends on this", within=THREAD)).to_be_visible()


def test_where_does_this_go_on_somebody_elses_message(ana: Tab, tab: Callable[[str], Tab]) -> None:
    ben = tab("ben").go("ask-ce")
    ben.wait_for_reply("The hourly client says: send a case to Mediation, last paid 12 days ago")
    ana.go("ask-ce").front()
    theirs = ana.message("The hourly client says")
    theirs.hover()
    theirs.get_by_role("button", name="More actions").click()
    ana.page.get_by_role("menuitem", name="Where does this go?").click()
    expect(ana.window).to_contain_text("Send a case to Mediation")
