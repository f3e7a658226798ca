"""The page in a real browser."""

import json
import re
import threading
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from slackguide.sandbox import FaultKind, InjectedFault
from tests.sandbox.conftest import Opener
from tests.support.bolt_app import ServedApp, actions, button, field, modal, section, served
from tests.support.waiting import WAIT_SECONDS

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
NAMES = ("alpha", "beta", "gamma")
OPTIONS = [{"text": {"type": "plain_text", "text": name.capitalize()}, "value": name} for name in NAMES]
SURE = {
    "title": {"type": "plain_text", "text": "Are you sure?"},
    "text": {"type": "mrkdwn", "text": "It is *gone* then."},
    "confirm": {"type": "plain_text", "text": "Withdraw it"},
    "deny": {"type": "plain_text", "text": "Keep it"},
    "style": "danger",
}
FORM = modal(
    section("Goes to *#ask-disputes*."),
    field("link", {"type": "url_text_input"}),
    field("kind", {"type": "static_select", "options": OPTIONS}),
    field("tags", {"type": "multi_static_select", "options": OPTIONS}, optional=True),
    field("mood", {"type": "radio_buttons", "options": OPTIONS}, optional=True),
    field("checks", {"type": "checkboxes", "options": OPTIONS}, optional=True),
    field("day", {"type": "datepicker"}, optional=True),
    field("summary", {"type": "plain_text_input", "multiline": True, "max_length": 100}),
    notify_on_close=True,
)


class DemoApp:
    """A small app with everything a page has to draw; `submitted` keeps what forms brought."""

    def __init__(self, slack: ServedApp) -> None:
        self.submitted: list[dict[str, Any]] = []
        self.pressed: list[dict[str, Any]] = []
        self.release = threading.Event()
        app = slack.app

        @app.command("/route")
        def route(ack: Any, command: Any, client: Any) -> None:
            match command["text"]:
                case "":
                    client.views_open(trigger_id=command["trigger_id"], view=FORM)
                    ack()
                case "broken":
                    ack(text="x", blocks=[section("y" * 3001)])
                case "slow":
                    self.release.wait(WAIT_SECONDS)
                    ack("late")
                case text:
                    ack(text="card", blocks=self.card(text))

        @app.action(re.compile("open|again"))
        def opened(ack: Any, body: Any, client: Any) -> None:
            client.views_open(trigger_id=body["trigger_id"], view=FORM)
            ack()

        @app.action(re.compile("pick|withdraw|claim|more"))
        def pressed(ack: Any, body: Any, respond: Any) -> None:
            self.pressed.append(body)
            ack()
            if body["actions"][0]["action_id"] == "claim":
                respond(text=f"Claimed by <@{body['user']['id']}>", replace_original=True)

        @app.action("unanswered")
        def unanswered() -> None:
            raise RuntimeError("broken on purpose")

        @app.view("form")
        def submitted(ack: Any, view: Any, client: Any) -> None:
            values = view["state"]["values"]
            if "zendesk" not in values["link"]["link"]["value"]:
                ack(response_action="errors", errors={"link": "That is not a Zendesk ticket."})
                return
            self.submitted.append(values)
            ack()
            client.chat_postMessage(
                channel="#ask-disputes",
                text="escalation",
                blocks=[section(values["summary"]["summary"]["value"]), actions(button("claim", "Claim"))],
            )

        @app.event("message")
        def message(event: Any, client: Any) -> None:
            client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="an answer in the thread")

        @app.event("app_home_opened")
        def home(event: Any, client: Any) -> None:
            header = {"type": "header", "text": {"type": "plain_text", "text": "Your escalations"}}
            blocks = [header, actions(button("again", "New escalation", style="primary"))]
            client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    def card(self, text: str) -> list[dict[str, Any]]:
        return [
            {"type": "header", "text": {"type": "plain_text", "text": "Send it to Mediation"}},
            section(f"About {text}. *Bold*, `code` and <https://example.com|a link>."),
            actions(
                button("open", "Escalate", style="primary"),
                button("withdraw", "Withdraw", style="danger", confirm=SURE),
                button("unanswered", "Break"),
                {"type": "static_select", "action_id": "pick", "options": OPTIONS},
                {"type": "overflow", "action_id": "more", "options": OPTIONS},
            ),
        ]


@pytest.fixture
def demo_app(slack: ServedApp) -> DemoApp:
    return DemoApp(slack)


def composer(page: Page) -> Any:
    return page.locator("#conversation .composer textarea")


def ask(page: Page, text: str = "money") -> None:
    composer(page).fill(f"/route {text}")
    composer(page).press("Enter")


def send(page: Page) -> None:
    """Press the form's submit button."""
    page.get_by_role("dialog").get_by_role("button", name="Send").click()


def rows(page: Page) -> Any:
    return page.locator("#conversation article.message")


def test_a_command_from_completion_to_card(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    composer(page).press_sequentially("/ro")
    expect(page.get_by_role("option", name="/route")).to_be_visible()
    composer(page).press("Tab")
    expect(composer(page)).to_have_value("/route ")
    expect(page.locator(".usage")).to_have_text("/route [concern]Where does this go?")
    composer(page).press_sequentially("money <b>& co")
    composer(page).press("Enter")
    card = rows(page).last
    expect(card).to_contain_text("Only visible to you")
    expect(card.get_by_role("heading", name="Send it to Mediation")).to_be_visible()
    expect(card.locator("strong", has_text="Bold")).to_be_visible()
    expect(card.get_by_role("link", name="a link")).to_have_attribute("rel", "noopener noreferrer")
    expect(composer(page)).to_have_value("")


def test_a_form_with_the_keyboard_alone(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    keys = page.keyboard
    keys.type("/route money")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Escalate")).to_be_visible()
    for _ in range(30):
        keys.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "Escalate":
            break
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="A form")
    expect(dialog).to_be_visible()
    expect(page.get_by_label("Link")).to_be_focused()
    keys.type("https://acme.zendesk.com/1")
    keys.press("Tab")
    keys.type("bet")
    keys.press("Enter")
    keys.press("Tab")
    keys.type("gam")
    keys.press("Enter")
    keys.press("Escape")
    keys.press("Tab")
    expect(page.get_by_role("button", name="Remove Gamma")).to_be_visible()
    page.get_by_label("Summary").focus()
    keys.type("Charged twice")
    keys.press("Control+Enter")
    expect(dialog).not_to_be_visible()
    (values,) = demo_app.submitted
    assert values["kind"]["kind"]["selected_option"] == OPTIONS[1]
    assert values["tags"]["tags"]["selected_options"] == [OPTIONS[2]]
    assert values["summary"]["summary"]["value"] == "Charged twice"


def test_errors_stand_under_their_fields_and_nothing_typed_is_lost(
    slack: ServedApp, demo_app: DemoApp, visit: Opener
) -> None:
    page = visit(slack)
    ask(page, "")
    send(page)
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
    send(page)
    expect(link.locator(".fault")).to_have_text("That is not a Zendesk ticket.")
    expect(page.get_by_label("Link")).to_have_attribute("aria-invalid", "true")
    described = page.get_by_label("Link").get_attribute("aria-describedby")
    assert described is not None
    assert page.locator(f"#{described.split()[0]}").inner_text() == "That is not a Zendesk ticket."
    expect(page.get_by_label("Summary")).to_have_value("kept")
    page.get_by_label("Link").fill("https://acme.zendesk.com/1")
    send(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    (values,) = demo_app.submitted
    assert values["day"]["day"]["selected_date"] == "2026-05-01"
    assert values["mood"]["mood"]["selected_option"] == OPTIONS[2]


def test_a_form_over_its_length_shows_it(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    ask(page, "")
    page.get_by_label("Summary").fill("x" * 103)
    expect(page.locator(".counter.over")).to_have_text("-3")


def test_two_tabs_two_people(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    ana, marek = visit(slack, "ana"), visit(slack, "marek")
    ask(ana, "")
    ana.get_by_label("Link").fill("https://acme.zendesk.com/1")
    ana.get_by_role("combobox", name="Kind").click()
    ana.get_by_role("option", name="Beta").click()
    ana.get_by_label("Summary").fill("seen at once")
    send(ana)
    line = marek.get_by_role("button", name=re.compile("ask-disputes"))
    expect(line).to_contain_text("1 unread")
    expect(marek).to_have_title(re.compile(r"^\(1\) general"))
    line.click()
    expect(rows(marek)).to_contain_text(["seen at once"])
    expect(line).not_to_contain_text("unread")
    ana.get_by_role("button", name=re.compile("ask-disputes")).click()
    marek.get_by_role("button", name="Claim").click()
    expect(rows(ana)).to_contain_text(["Claimed by @Marek Nowak"])
    expect(ana.get_by_role("button", name="Claim")).to_have_count(0)


def test_an_ephemeral_message_is_on_no_other_screen(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    ana, ben = visit(slack, "ana"), visit(slack, "ben")
    ask(ana)
    expect(rows(ana)).to_have_count(1)
    slack.sandbox.say("lena", "general", "for everyone")
    expect(rows(ben)).to_have_count(1)
    expect(rows(ben)).to_contain_text(["for everyone"])
    rows(ana).first.get_by_role("button", name="Dismiss message").click()
    expect(rows(ana)).to_have_count(1)


HOSTILE = '<img src=x onerror="document.title=1"> <script>document.title=2</script> *b* & [x](javascript:alert(1))'


def test_text_is_never_markup(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    slack.sandbox.say("ben", "general", HOSTILE)
    hostile = [section(HOSTILE), {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}}]
    slack.client.chat_postMessage(channel="#general", text=HOSTILE, blocks=hostile)
    slack.client.chat_postMessage(channel="#general", text="<javascript:alert(1)|press me>")
    page = visit(slack)
    expect(rows(page)).to_have_count(3)
    assert page.locator("#conversation .rows img:not(.avatar), #conversation .rows script").count() == 0
    expect(rows(page).first).to_contain_text('<img src=x onerror="document.title=1">')
    expect(rows(page).last).to_contain_text("press me")
    assert page.locator(".rows a").count() == 0
    assert "general" in page.title()


def test_a_name_that_javascript_knows_is_drawn_as_written(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    """Regression: `:constructor:` was looked up among the object's inherited properties, and its source code shown."""
    text = ":constructor: <!date^1800000000^at {constructor}|once> :wave:"
    slack.client.chat_postMessage(channel="#general", text=text)
    page = visit(slack)
    expect(rows(page).first).to_contain_text(":constructor: at {constructor} 👋")


def test_an_address_that_names_no_tool_opens_none(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    page.goto(f"{page.url}/constructor")
    expect(page.locator("#side")).to_be_hidden()


def test_a_confirm_dialog_stands_before_the_click(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    ask(page)
    page.get_by_role("button", name="Withdraw").click()
    dialog = page.get_by_role("dialog", name="Are you sure?")
    expect(dialog).to_contain_text("It is gone then.")
    dialog.get_by_role("button", name="Keep it").click()
    assert demo_app.pressed == []
    page.get_by_role("button", name="Withdraw").click()
    dialog.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert slack.workspace.wait_for(lambda: bool(demo_app.pressed))
    assert [body["actions"][0]["action_id"] for body in demo_app.pressed] == ["withdraw"]


def test_selects_and_overflow_in_a_message(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    ask(page)
    select = rows(page).last.get_by_role("combobox")
    select.click()
    select.press_sequentially("ga")
    expect(page.get_by_role("option")).to_have_count(1)
    select.press("Enter")
    expect(select).to_have_value("Gamma")
    rows(page).last.get_by_role("button", name="More actions").first.click()
    page.get_by_role("menuitem", name="Beta").click()
    expect(page.get_by_role("menu")).to_have_count(0)
    assert slack.workspace.wait_for(lambda: len(demo_app.pressed) == 2)
    assert [body["actions"][0]["selected_option"]["value"] for body in demo_app.pressed] == ["gamma", "beta"]


def test_a_click_that_fails_says_so_beside_it(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    ask(page)
    page.get_by_role("button", name="Break").click()
    expect(rows(page).last.get_by_role("alert")).to_have_text("Slackguide could not do that. Try again?")


def test_silence_and_broken_answers_end_with_a_message(visit: Opener) -> None:
    with served(request_timeout=0.3) as slack:
        demo_app = DemoApp(slack)
        page = visit(slack)
        ask(page, "slow")
        expect(rows(page).last).to_contain_text("/route did not respond. (operation_timeout)")
        demo_app.release.set()
        ask(page, "broken")
        expect(rows(page).last).to_contain_text("/route answered with a message that Slack refuses. (invalid_blocks)")
        composer(page).fill("/nonsense")
        composer(page).press("Enter")
        expect(rows(page).last).to_contain_text("/nonsense is not a valid command.")
        page.close()


def test_the_request_log_shows_the_request_and_the_broken_rule(
    slack: ServedApp, demo_app: DemoApp, visit: Opener
) -> None:
    page = visit(slack)
    ask(page, "broken")
    page.get_by_role("button", name="Request log", exact=True).click()
    entry = page.locator("details.log-row").first
    expect(entry.locator("summary").first).to_contain_text("Command/route broken")
    expect(entry.locator("summary").first).to_contain_text("breaks a limit")
    entry.locator("summary").first.click()
    expect(entry.locator(".problems")).to_contain_text("Section text: at most 3000 characters")
    expect(entry.locator(".json").first).to_contain_text('"command": "/route"')
    ask(page, "")
    expect(page.locator("details.log-row").first).to_contain_text("1 Web API call")


def test_faults_are_injected_and_cleared(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    page.get_by_role("button", name="Fault injection").click()
    page.get_by_label("Rate-limited").check()
    page.get_by_label("For").select_option("chat.postMessage")
    page.get_by_label("How long").select_option("3")
    page.get_by_role("textbox", name="Seconds").fill("30")
    page.get_by_role("button", name="Inject a fault").click()
    expect(page.get_by_role("button", name="Faults injected")).to_be_visible()
    expected = InjectedFault(
        kind=FaultKind.RATE_LIMITED, method="chat.postMessage", times=3, seconds=30, code="token_revoked"
    )
    assert slack.sandbox.faults.faults == (expected,)
    expect(page.locator(".active-faults")).to_contain_text("Rate-limited chat.postMessage, 3 more calls")
    page.get_by_role("button", name="Clear faults").click()
    expect(page.locator(".no-faults")).to_be_visible()


def test_the_clock_is_moved(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    before = slack.clock.now
    page.get_by_role("button", name="Clock").click()
    page.get_by_role("button", name="+4 hours").click()
    expect(page.get_by_role("timer")).to_contain_text("2027")
    assert slack.workspace.wait_for(lambda: slack.clock.now == before + 4 * 3600)


def test_direct_message_thread_and_home(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    page.get_by_role("button", name="Slackguide").click()
    composer(page).fill("where does this go")
    composer(page).press("Enter")
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
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_permalink_opens_at_its_message(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    ts = slack.client.chat_postMessage(channel="#ask-ce", text="linked to")["ts"]
    place = slack.workspace.conversation("ask-ce").id
    link = slack.client.chat_getPermalink(channel=place, message_ts=ts)["permalink"]
    page = visit(slack, place=link.removeprefix(slack.sandbox.url))
    expect(page.locator("article.linked")).to_contain_text("linked to")
    expect(page.get_by_role("heading", name="ask-ce")).to_be_visible()


def test_the_app_is_shown_out_and_invited_again(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    page.get_by_role("button", name=re.compile("members; channel settings")).click()
    page.get_by_role("menuitem", name="Remove Slackguide").click()
    assert slack.workspace.wait_for(lambda: not slack.workspace.conversation("general").bot_joined)
    composer(page).fill("/invite @slackguide")
    composer(page).press("Enter")
    assert slack.workspace.wait_for(lambda: slack.workspace.conversation("general").bot_joined)


def test_somebody_else_at_the_same_screen(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    ask(page)
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name=re.compile("You are Ana Ribeiro")).click()
    page.get_by_role("menuitemradio", name=re.compile("Gil Santos")).click()
    expect(page.get_by_role("button", name=re.compile("You are Gil Santos, Guest"))).to_be_visible()
    expect(rows(page)).to_have_count(0)
    expect(page.get_by_role("button", name="ask-disputes")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name=re.compile("You are Gil Santos"))).to_be_visible()


def test_channels_by_keyboard(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("heading", name="ask-disputes", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#sidebar .line.here")).to_be_focused()
    page.keyboard.press("F6")
    expect(composer(page)).to_be_focused()


def test_on_a_phone(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack, viewport={"width": 375, "height": 740}, has_touch=True)
    ask(page)
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("navigation")).not_to_be_visible()
    page.get_by_role("button", name="Channels").click()
    page.get_by_role("button", name="Slackguide").click()
    expect(page.get_by_role("tab", name="Messages")).to_be_visible()
    page.get_by_role("button", name="Request log", exact=True).click()
    expect(page.get_by_role("heading", name="Request log")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_a_lost_connection_is_reported_and_found_again(visit: Opener) -> None:
    with served() as first:
        port = int(first.sandbox.url.rsplit(":")[-1].strip("/"))
        first.sandbox.say("ben", "general", "before")
        page = visit(first, cut_off=True)
        expect(rows(page)).to_contain_text(["before"])
    expect(page.get_by_role("status").get_by_text("Connection lost. Trying again…")).to_be_visible()
    composer(page).fill("not lost")
    composer(page).press("Enter")
    expect(page.locator(".toast")).to_have_text("The sandbox cannot be reached. Is it still running?")
    expect(composer(page)).to_have_value("not lost")
    with served(port=port, seed="another run") as second:
        second.sandbox.say("ben", "general", "after")
        expect(page.get_by_text("Connection lost")).to_have_count(0)
        expect(rows(page)).to_have_count(1)
        expect(rows(page)).to_contain_text(["after"])


def test_the_whole_page_is_small(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    sizes = json.loads(
        page.evaluate("JSON.stringify(performance.getEntriesByType('resource').map((entry) => entry.transferSize))")
    )
    assert len(sizes) < 50
    assert sum(sizes) < 300_000


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 375)], ids=["light", "dark", "phone"]
)
def test_nothing_serious_for_accessibility(
    slack: ServedApp, demo_app: DemoApp, visit: Opener, scheme: str, width: int
) -> None:
    slack.sandbox.say("lena", "general", "See https://example.com and ask @ben in #ask-ce")
    page = visit(slack, color_scheme=scheme, viewport={"width": width, "height": 800})
    ask(page)
    expect(rows(page)).to_have_count(2)
    # In the dark it is the same page in other colours.
    rules = ["color-contrast", "link-in-text-block"] if scheme == "dark" else None
    found = scan(page, "card", rules)
    composer(page).fill("/r")
    found += scan(page, "completion", rules)
    composer(page).fill("")
    ask(page, "")
    send(page)
    expect(page.locator(".fault")).to_have_count(3)
    found += scan(page, "form", rules)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for tool in ("Request log", "Fault injection", "Clock", "Help"):
        page.get_by_role("button", name=tool, exact=True).click()
        expect(page.get_by_role("heading", name=tool, exact=True)).to_be_visible()
        found += scan(page, tool, rules)
    assert found == []


def scan(page: Page, what: str, rules: list[str] | None) -> list[str]:
    """What axe-core calls serious or critical on the screen right now, by some of its rules or all."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    result = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{what}: {violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def test_from_message_to_message_with_the_arrows(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    for text in ("one", "two", "three"):
        slack.sandbox.say("ben", "general", text)
        slack.clock.advance(600)
    page = visit(slack)
    page.locator("#conversation .list").focus()
    page.keyboard.press("ArrowUp")
    expect(rows(page).last).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Thread")).to_contain_text("two")
    expect(page.get_by_label("Reply…")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_have_count(0)


def test_one_s_own_message_is_edited_and_deleted(slack: ServedApp, demo_app: DemoApp, visit: Opener) -> None:
    page = visit(slack)
    composer(page).fill("first & <second> @slackguide")
    composer(page).press("Enter")
    mine = rows(page).last
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
    expect(rows(page)).to_have_count(0)


class Author:
    """A knowledge base of one entry, with a fault that comes and goes."""

    def __init__(self) -> None:
        self.broken = False

    def entries(self) -> list[dict[str, str]]:
        return [{"id": "disputes/one", "title": "The one entry", "team": "disputes"}]

    def card(self, entry_id: str) -> dict[str, Any]:
        rows = [{"answers": ["Segment: Enterprise"], "destination": "Dispute_Enterprise_CX420"}]
        return {"blocks": [section(f"The card of {entry_id}"), actions(button("go"))], "triage": rows}

    def diagnostics(self) -> list[dict[str, str]]:
        return [{"where": "disputes.yaml:12:3", "message": "unknown destination"}] if self.broken else []


def test_an_author_sees_the_card_the_triage_and_the_fault_of_an_edit(visit: Opener) -> None:
    author = Author()
    with served(preview=author) as slack:
        page = visit(slack)
        page.get_by_role("button", name="Knowledge").click()
        page.get_by_role("button", name="The one entry").click()
        panel = page.get_by_role("complementary")
        expect(panel).to_contain_text("The card of disputes/one")
        expect(panel.get_by_role("button", name="Press")).to_be_disabled()
        expect(panel.get_by_role("row").last).to_contain_text("Dispute_Enterprise_CX420")
        author.broken = True
        expect(panel.get_by_role("alert")).to_contain_text("disputes.yaml:12:3")
        author.broken = False
        expect(panel.get_by_role("alert")).to_have_count(0)
        page.close()
