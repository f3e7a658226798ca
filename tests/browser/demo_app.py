"""A small Bolt app that uses every block and element that the page renders."""

from __future__ import annotations

import re
import threading
from typing import Any

from tests.support.bolt_app import ServedApp, actions, button, field, modal, section
from tests.support.waiting import WAIT_SECONDS

NAMES = ("alpha", "beta", "gamma")
OPTIONS = [{"text": {"type": "plain_text", "text": name.capitalize()}, "value": name} for name in NAMES]
CONFIRM = {
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
    """The app in its sandbox. `submissions` and `clicks` hold the form values and action payloads it received."""

    def __init__(self, served: ServedApp) -> None:
        self.sandbox = served.sandbox
        self.workspace = served.workspace
        self.clock = served.clock
        self.client = served.client
        self.submissions: list[dict[str, Any]] = []
        self.clicks: list[dict[str, Any]] = []
        self.release = threading.Event()
        app = served.app

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
                    ack(text="card", blocks=card(text))

        @app.action(re.compile("open|again"))
        def open_form(ack: Any, body: Any, client: Any) -> None:
            client.views_open(trigger_id=body["trigger_id"], view=FORM)
            ack()

        @app.action(re.compile("pick|withdraw|claim|more"))
        def record_click(ack: Any, body: Any, respond: Any) -> None:
            self.clicks.append(body)
            ack()
            if body["actions"][0]["action_id"] == "claim":
                respond(text=f"Claimed by <@{body['user']['id']}>", replace_original=True)

        @app.action("unanswered")
        def fail() -> None:
            raise RuntimeError("broken on purpose")

        @app.view("form")
        def submit(ack: Any, view: Any, client: Any) -> None:
            values = view["state"]["values"]
            if "zendesk" not in values["link"]["link"]["value"]:
                ack(response_action="errors", errors={"link": "That is not a Zendesk ticket."})
                return
            self.submissions.append(values)
            ack()
            client.chat_postMessage(
                channel="#ask-disputes",
                text="escalation",
                blocks=[section(values["summary"]["summary"]["value"]), actions(button("claim", "Claim"))],
            )

        @app.event("message")
        def answer_in_thread(event: Any, client: Any) -> None:
            client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="an answer in the thread")

        @app.event("app_home_opened")
        def publish_home(event: Any, client: Any) -> None:
            header = {"type": "header", "text": {"type": "plain_text", "text": "Your escalations"}}
            blocks = [header, actions(button("again", "New escalation", style="primary"))]
            client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


def card(text: str) -> list[dict[str, Any]]:
    """Return the blocks that answer `/route text`."""
    return [
        {"type": "header", "text": {"type": "plain_text", "text": "Send it to Mediation"}},
        section(f"About {text}. *Bold*, `code` and <https://example.com|a link>."),
        actions(
            button("open", "Escalate", style="primary"),
            button("withdraw", "Withdraw", style="danger", confirm=CONFIRM),
            button("unanswered", "Break"),
            {"type": "static_select", "action_id": "pick", "options": OPTIONS},
            {"type": "overflow", "action_id": "more", "options": OPTIONS},
        ),
    ]
