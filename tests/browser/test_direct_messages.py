"""Direct messages are answered where they are seen, mentions in their thread; follow-ups add facts in both."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.page_object import Tab, bottom, heading, top
from tests.browser.test_route_command import DESTINATION, MEDIATION, SEGMENT

THREAD = "#side"


def test_a_direct_message_is_answered_in_view_and_follow_ups_add_facts(
    sandbox_app: SandboxApp, tab: Callable[[str], Tab]
) -> None:
    tier = sandbox_app.guide().knowledge.facts["freelancer_tier"].ask
    ben = tab("ben").go("slackguide")
    mine = ben.wait_for_reply(MEDIATION)
    expect(mine.locator(".words")).to_contain_text(MEDIATION)
    first = ben.message(SEGMENT)
    expect(heading(first, SEGMENT)).to_be_visible()
    expect(first).not_to_contain_text("Only visible to you")
    ben.screenshot("dm")

    ben.type("regular freelancer")
    expect(ben.messages().filter(has_text=SEGMENT)).to_have_count(2)
    expect(ben.message(SEGMENT)).not_to_contain_text(tier)
    asked = ben.message(SEGMENT)
    asked.hover()
    asked.get_by_role("button", name="Reply in thread").click()
    ben.type("mid-market client", within=THREAD)
    expect(heading(ben.messages(THREAD).last, DESTINATION)).to_be_visible()
    last = ben.message(DESTINATION, within=THREAD)

    ben.click_more(last, "Change a fact")
    ben.click(last, "Client segment: Mid-Market")
    expect(heading(last, SEGMENT)).to_be_visible()
    ben.screenshot("dm-thread")


def test_an_edit_and_the_bots_own_posts_are_not_answered(sandbox_app: SandboxApp, tab: Callable[[str], Tab]) -> None:
    lena = tab("lena").go("slackguide")
    mine = lena.wait_for_reply("goldfish and opera")
    expect(lena.messages().filter(has_text="Not in these guides")).to_have_count(1)
    mine.hover()
    mine.get_by_role("button", name="More actions").click()
    lena.page.get_by_role("menuitem", name="Edit message…").click()
    lena.page.get_by_label("Edit message").fill("client wants mediation, hourly, last paid 12 days ago")
    mine.get_by_role("button", name="Save").click()
    expect(mine).to_contain_text("(edited)")

    lena.wait_for_reply("help")
    expect(lena.message("/route escalate")).to_be_visible()
    expect(lena.messages()).to_have_count(4)


def test_a_mention_in_a_channel_is_answered_in_its_thread(ana: Tab) -> None:
    ana.go("ask-ce")
    mine = ana.wait_for_reply(f"@slackguide {MEDIATION}")
    expect(mine.locator(".mention")).to_have_text("@slackguide")
    mine.locator(".thread-line").click()
    expect(ana.message(SEGMENT, within=THREAD)).to_be_visible()


def test_a_thread_scrolls_to_ones_own_reply(ana: Tab) -> None:
    ana.go("ask-ce")
    ana.wait_for_reply("a long thread 5521").hover()
    ana.message("a long thread 5521").get_by_role("button", name="Reply in thread").click()
    for number in range(3):
        ana.wait_for_reply("line\n" * 20 + f"reply {number}", within=THREAD)
    shown = ana.side.locator(".list")
    shown.evaluate("(list) => { list.scrollTop = 0; }")
    assert top(ana.message("reply 2", within=THREAD)) > bottom(shown)

    mine = ana.wait_for_reply("my own reply 5521", within=THREAD)

    expect(mine).to_be_in_viewport(ratio=1)


def test_where_does_this_go_on_somebody_elses_message(ana: Tab, tab: Callable[[str], Tab]) -> None:
    ben = tab("ben").go("ask-ce")
    ben.wait_for_reply("The hourly client says: send a case to Mediation, last paid 12 days ago")
    ana.go("ask-ce").front()
    theirs = ana.message("The hourly client says")
    theirs.hover()
    theirs.get_by_role("button", name="More actions").click()
    ana.page.get_by_role("menuitem", name="Where does this go?").click()
    expect(ana.window).to_contain_text("Send a case to Mediation")
