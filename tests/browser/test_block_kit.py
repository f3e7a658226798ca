"""Block Kit on the page: messages, elements and forms of a small Bolt app."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.demo_app import OPTIONS, DemoApp
from tests.browser.page_object import Tab
from tests.support.bolt_app import section

HOSTILE = '<img src=x onerror="document.title=1"> <script>document.title=2</script> *b* & [x](javascript:alert(1))'


def test_a_command_from_completion_to_card(demo: Tab) -> None:
    demo.composer.press_sequentially("/ro")
    expect(demo.page.get_by_role("option", name="/route")).to_be_visible()
    demo.composer.press("Tab")
    expect(demo.composer).to_have_value("/route ")
    expect(demo.page.locator(".usage")).to_have_text("/route [concern]Where does this go?")
    demo.composer.press_sequentially("money <b>& co")
    demo.composer.press("Enter")
    card = demo.messages().last
    expect(card).to_contain_text("Only visible to you")
    expect(card.get_by_role("heading", name="Send it to Mediation")).to_be_visible()
    expect(card.locator("strong", has_text="Bold")).to_be_visible()
    expect(card.get_by_role("link", name="a link")).to_have_attribute("rel", "noopener noreferrer")
    expect(demo.composer).to_have_value("")


def test_field_errors_are_shown_and_nothing_typed_is_lost(demo_app: DemoApp, demo: Tab) -> None:
    page = demo.page
    demo.type("/route ")
    demo.submit()
    link = page.locator(".input[data-block=link]")
    expect(link.locator(".fault")).to_have_text("Please complete this required field.")
    expect(page.locator(".input.wrong")).to_have_count(3)
    expect(page.get_by_label("Link")).to_be_focused()
    page.get_by_label("Link").fill("https://example.com")
    expect(link.locator(".fault")).to_have_count(0)
    page.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name="Alpha").click()
    page.get_by_label("Gamma").first.check()
    page.get_by_label("Day").fill("2026-05-01")
    page.get_by_label("Summary").fill("kept")
    demo.submit()
    expect(link.locator(".fault")).to_have_text("That is not a Zendesk ticket.")
    expect(page.get_by_label("Link")).to_have_attribute("aria-invalid", "true")
    described = page.get_by_label("Link").get_attribute("aria-describedby")
    assert described is not None
    assert page.locator(f"#{described.split()[0]}").inner_text() == "That is not a Zendesk ticket."
    expect(page.get_by_label("Summary")).to_have_value("kept")
    page.get_by_label("Link").fill("https://acme.zendesk.com/1")
    demo.submit()
    expect(demo.window).to_have_count(0)
    (values,) = demo_app.submissions
    assert values["day"]["day"]["selected_date"] == "2026-05-01"
    assert values["mood"]["mood"]["selected_option"] == OPTIONS[2]


def test_a_field_over_its_length_shows_it(demo: Tab) -> None:
    demo.type("/route ")
    demo.page.get_by_label("Summary").fill("x" * 103)
    expect(demo.page.locator(".counter.over")).to_have_text("-3")


def test_an_ephemeral_message_is_on_no_other_screen(demo_app: DemoApp, demo_tab: Callable[[str], Tab]) -> None:
    ana, ben = demo_tab("ana"), demo_tab("ben")
    ana.type("/route money")
    expect(ana.messages()).to_have_count(1)
    demo_app.sandbox.say("lena", "general", "for everyone")
    expect(ben.messages()).to_have_count(1)
    expect(ben.messages()).to_contain_text(["for everyone"])
    ana.messages().first.get_by_role("button", name="Dismiss message").click()
    expect(ana.messages()).to_have_count(1)


def test_text_is_never_markup(demo_app: DemoApp, demo_tab: Callable[[str], Tab]) -> None:
    demo_app.sandbox.say("ben", "general", HOSTILE)
    hostile = [section(HOSTILE), {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}}]
    demo_app.client.chat_postMessage(channel="#general", text=HOSTILE, blocks=hostile)
    demo_app.client.chat_postMessage(channel="#general", text="<javascript:alert(1)|press me>")
    demo = demo_tab("ana")
    expect(demo.messages()).to_have_count(3)
    assert demo.page.locator("#conversation .rows img:not(.avatar), #conversation .rows script").count() == 0
    expect(demo.messages().first).to_contain_text('<img src=x onerror="document.title=1">')
    expect(demo.messages().last).to_contain_text("press me")
    assert demo.page.locator(".rows a").count() == 0
    assert "general" in demo.page.title()


def test_a_javascript_property_name_is_rendered_as_text(demo_app: DemoApp, demo: Tab) -> None:
    """Regression: `:constructor:` was looked up among the object's inherited properties, and its source code shown."""
    text = ":constructor: <!date^1800000000^at {constructor}|once> :wave:"
    demo_app.client.chat_postMessage(channel="#general", text=text)
    expect(demo.messages().first).to_contain_text(":constructor: at {constructor} 👋")


def test_a_confirm_dialog_comes_before_the_click(demo_app: DemoApp, demo: Tab) -> None:
    page = demo.page
    demo.type("/route money")
    page.get_by_role("button", name="Withdraw").click()
    dialog = page.get_by_role("dialog", name="Are you sure?")
    expect(dialog).to_contain_text("It is gone then.")
    dialog.get_by_role("button", name="Keep it").click()
    assert demo_app.clicks == []
    page.get_by_role("button", name="Withdraw").click()
    dialog.get_by_role("button", name="Withdraw it").click()
    expect(demo.window).to_have_count(0)
    assert demo_app.workspace.wait_for(lambda: bool(demo_app.clicks))
    assert [body["actions"][0]["action_id"] for body in demo_app.clicks] == ["withdraw"]


def test_selects_and_overflow_in_a_message(demo_app: DemoApp, demo: Tab) -> None:
    demo.type("/route money")
    select = demo.messages().last.get_by_role("combobox")
    select.click()
    select.press_sequentially("ga")
    expect(demo.page.get_by_role("option")).to_have_count(1)
    select.press("Enter")
    expect(select).to_have_value("Gamma")
    demo.messages().last.get_by_role("button", name="More actions").first.click()
    demo.page.get_by_role("menuitem", name="Beta").click()
    expect(demo.page.get_by_role("menu")).to_have_count(0)
    assert demo_app.workspace.wait_for(lambda: len(demo_app.clicks) == 2)
    assert [body["actions"][0]["selected_option"]["value"] for body in demo_app.clicks] == ["gamma", "beta"]


def test_a_click_that_fails_shows_an_alert_beside_it(demo: Tab) -> None:
    demo.type("/route money")
    demo.page.get_by_role("button", name="Break").click()
    expect(demo.messages().last.get_by_role("alert")).to_have_text("Slackguide could not do that. Try again?")


def test_a_person_edits_and_deletes_their_message(demo: Tab) -> None:
    page = demo.page
    demo.type("first & <second> @slackguide")
    mine = demo.messages().last
    expect(mine).to_contain_text("first & <second> @Slackguide")
    mine.hover()
    mine.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Edit message…").click()
    field = page.get_by_label("Edit message")
    expect(field).to_have_value("first & <second> @slackguide")
    field.fill("changed")
    field.press("Enter")
    expect(mine).to_contain_text("changed (edited)")
    mine.hover()
    mine.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete message").click()
    expect(demo.messages()).to_have_count(0)
