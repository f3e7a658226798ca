"""The page on its own: people, channels, threads, lost connections and size, with a small Bolt app behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import PageMonitor, Tabs
from tests.browser.demo_app import DemoApp
from tests.browser.page_object import Tab
from tests.support.bolt_app import served


def test_two_tabs_two_people(demo_app: DemoApp, demo_tab: Callable[[str], Tab]) -> None:
    ana, marek = demo_tab("ana"), demo_tab("marek")
    ana.type("/route ")
    ana.page.get_by_label("Link").fill("https://acme.zendesk.com/1")
    ana.page.get_by_role("combobox", name="Kind").click()
    ana.page.get_by_role("option", name="Beta").click()
    ana.page.get_by_label("Summary").fill("seen at once")
    ana.submit()
    line = marek.page.get_by_role("button", name=re.compile("ask-disputes"))
    expect(line).to_contain_text("1 unread")
    expect(marek.page).to_have_title(re.compile(r"^\(1\) general"))
    marek.front()
    line.click()
    expect(marek.messages()).to_contain_text(["seen at once"])
    expect(line).not_to_contain_text("unread")
    ana.go("ask-disputes")
    marek.front().page.get_by_role("button", name="Claim").click()
    expect(ana.messages()).to_contain_text(["Claimed by @Marek Nowak"])
    expect(ana.page.get_by_role("button", name="Claim")).to_have_count(0)


def test_an_address_that_names_no_tool_opens_none(demo: Tab) -> None:
    demo.page.goto(f"{demo.page.url}/constructor")
    expect(demo.side).to_be_hidden()


def test_timeouts_and_invalid_answers_end_with_a_message(serve: Callable[..., DemoApp], tabs: Tabs) -> None:
    demo_app = serve(request_timeout=0.3)
    demo = tabs.open("ana", demo_app.sandbox.url)
    demo.type("/route slow")
    expect(demo.messages().last).to_contain_text("/route did not respond. (operation_timeout)")
    demo_app.release.set()
    demo.type("/route broken")
    expect(demo.messages().last).to_contain_text("/route answered with a message that Slack refuses. (invalid_blocks)")
    demo.type("/nonsense")
    expect(demo.messages().last).to_contain_text("/nonsense is not a valid command.")


def test_the_clock_is_advanced(demo_app: DemoApp, demo: Tab) -> None:
    before = demo_app.clock.now
    demo.panel("Clock").get_by_role("button", name="+4 hours").click()
    expect(demo.page.get_by_role("timer")).to_contain_text("2027")
    assert demo_app.workspace.wait_for(lambda: demo_app.clock.now == before + 4 * 3600)


def test_direct_message_thread_and_home(demo: Tab) -> None:
    demo.go("Slackguide").type("where does this go")
    page = demo.page
    page.get_by_role("button", name=re.compile("1 reply")).click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_role("article")).to_have_count(2)
    expect(thread).to_contain_text("an answer in the thread")
    thread.get_by_label("Reply…").fill("/route x")
    thread.get_by_label("Reply…").press("Enter")
    expect(page.locator(".toast")).to_have_text("/route is not supported in threads. Sorry!")
    page.get_by_role("tab", name="Home").click()
    expect(page.get_by_role("heading", name="Your escalations")).to_be_visible()
    page.get_by_role("button", name="New escalation").click()
    expect(page.get_by_role("dialog", name="A form")).to_be_visible()
    page.keyboard.press("Escape")
    expect(demo.window).to_have_count(0)


def test_a_permalink_opens_at_its_message(demo_app: DemoApp, demo: Tab) -> None:
    ts = demo_app.client.chat_postMessage(channel="#ask-ce", text="linked to")["ts"]
    channel = demo_app.workspace.conversation("ask-ce").id
    demo.page.goto(demo_app.client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"])
    expect(demo.page.locator("article.linked")).to_contain_text("linked to")
    expect(demo.page.get_by_role("heading", name="ask-ce")).to_be_visible()


def test_the_app_is_removed_and_invited_again(demo_app: DemoApp, demo: Tab) -> None:
    demo.page.get_by_role("button", name=re.compile("members; channel settings")).click()
    demo.page.get_by_role("menuitem", name="Remove Slackguide").click()
    assert demo_app.workspace.wait_for(lambda: not demo_app.workspace.conversation("general").bot_joined)
    demo.type("/invite @slackguide")
    assert demo_app.workspace.wait_for(lambda: demo_app.workspace.conversation("general").bot_joined)


def test_another_person_in_the_same_tab(demo: Tab) -> None:
    page = demo.page
    demo.type("/route money")
    expect(demo.messages()).to_have_count(1)
    page.get_by_role("button", name=re.compile("You are Ana Ribeiro")).click()
    page.get_by_role("menuitemradio", name=re.compile("Gil Santos")).click()
    expect(page.get_by_role("button", name=re.compile("You are Gil Santos, Guest"))).to_be_visible()
    expect(demo.messages()).to_have_count(0)
    expect(page.get_by_role("button", name="ask-disputes")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name=re.compile("You are Gil Santos"))).to_be_visible()


def test_a_lost_connection_is_reported_and_restored(monitor: PageMonitor, tabs: Tabs) -> None:
    monitor.allows_console_errors = True  # Chromium logs each request that fails
    with served() as first:
        port = int(first.sandbox.url.rsplit(":")[-1].strip("/"))
        first.sandbox.say("ben", "general", "before")
        demo = tabs.open("ana", first.sandbox.url)
        expect(demo.messages()).to_contain_text(["before"])
    expect(demo.page.get_by_role("status").get_by_text("Connection lost. Trying again…")).to_be_visible()
    demo.type("not lost")
    expect(demo.page.locator(".toast")).to_have_text("The sandbox cannot be reached. Is it still running?")
    expect(demo.composer).to_have_value("not lost")
    with served(port=port, seed="another run") as second:
        second.sandbox.say("ben", "general", "after")
        expect(demo.page.get_by_text("Connection lost")).to_have_count(0)
        expect(demo.messages()).to_have_count(1)
        expect(demo.messages()).to_contain_text(["after"])


def test_the_whole_page_is_small(demo: Tab) -> None:
    expect(demo.composer).to_be_visible()
    sizes = demo.page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.transferSize)")
    assert len(sizes) < 50
    assert sum(sizes) < 300_000
