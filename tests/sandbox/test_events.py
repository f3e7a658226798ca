"""Events: which the app receives, in which envelope, and how often."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from slack_bolt import BoltRequest, BoltResponse

from slackguide.sandbox import NotAllowedError, Person, PersonRole
from tests.support.bolt_app import ServedApp, served
from tests.support.waiting import WAIT_SECONDS


class Ears:
    """Middleware that takes down every event with its headers, and answers with the statuses it is given."""

    def __init__(self, slack: ServedApp) -> None:
        self.events: list[dict[str, Any]] = []
        self.retries: list[tuple[str | None, str | None]] = []
        self.statuses: list[int] = []
        self.headers: dict[str, str | Sequence[str]] = {}
        slack.app.use(self.hear)

    def hear(self, req: BoltRequest, body: Any) -> BoltResponse:
        self.events.append(body)
        self.retries.append(
            (
                next(iter(req.headers.get("x-slack-retry-num", [])), None),
                next(iter(req.headers.get("x-slack-retry-reason", [])), None),
            )
        )
        return BoltResponse(status=self.statuses.pop(0) if self.statuses else 200, headers=self.headers)


@pytest.fixture
def ears(slack: ServedApp) -> Ears:
    return Ears(slack)


def test_a_direct_message(slack: ServedApp, ears: Ears) -> None:
    exchange = slack.sandbox.message("ana", "5 < 6 & see https://x.y/z?a&b")
    assert exchange.ok
    (body,) = ears.events
    assert body["type"] == "event_callback"
    assert body["event_id"].startswith("Ev")
    event = body["event"]
    assert (event["type"], event["channel_type"]) == ("message", "im")
    assert event["text"] == "5 &lt; 6 &amp; see <https://x.y/z?a&amp;b>"
    assert event["user"] == slack.workspace.person("ana").id
    assert event["channel"] == slack.workspace.direct_message("ana").id
    assert event["ts"] == slack.workspace.direct_messages("ana")[0].ts
    assert body["authorizations"][0]["user_id"] == slack.workspace.app.user_id


def test_a_reply_in_the_thread_names_it(slack: ServedApp, ears: Ears) -> None:
    slack.sandbox.message("ana", "first")
    parent = slack.workspace.direct_messages("ana")[0].ts
    slack.sandbox.message("ana", "second", thread_ts=parent)
    assert ears.events[1]["event"]["thread_ts"] == parent


def test_a_mention_reaches_a_bot_that_is_in_the_channel(slack: ServedApp, ears: Ears) -> None:
    slack.sandbox.mention("ana", "general", "where does this go")
    (body,) = ears.events
    assert body["event"]["type"] == "app_mention"
    assert body["event"]["text"] == f"<@{slack.workspace.app.user_id}> where does this go"
    slack.sandbox.say("ana", "general", "just talking")
    slack.workspace.change_channel("general", bot_joined=False)
    slack.sandbox.mention("ana", "general", "anyone")
    assert len(ears.events) == 1


def test_somebody_of_another_company_is_marked(slack: ServedApp, ears: Ears) -> None:
    slack.sandbox.mention("olga", "partner-desk", "hello")
    assert ears.events[0]["is_ext_shared_channel"] is True
    assert ears.events[0]["event"]["user_team"] == slack.workspace.team.partner_id


def test_a_channel_that_is_shared_says_so_whoever_writes(slack: ServedApp, ears: Ears) -> None:
    slack.sandbox.mention("ana", "partner-desk", "hello")
    slack.workspace.change_channel("general", pending_shared=True, org_shared=True)
    slack.sandbox.mention("ana", "general", "hello")
    assert [body["is_ext_shared_channel"] for body in ears.events] == [True, False], "Slack Connect, once accepted"


def test_edits_and_deletions_are_events_too(slack: ServedApp, ears: Ears) -> None:
    slack.sandbox.message("ana", "first")
    ts = slack.workspace.direct_messages("ana")[0].ts
    slack.sandbox.edit("ana", ts, "second")
    slack.sandbox.delete("ana", ts)
    kinds = [body["event"].get("subtype") for body in ears.events]
    assert kinds == [None, "message_changed", "message_deleted"]
    assert ears.events[1]["event"]["message"]["text"] == "second"
    assert ears.events[1]["event"]["previous_message"]["text"] == "first"
    assert slack.workspace.direct_messages("ana") == ()


def test_the_bot_hears_its_own_posts_and_changes(slack: ServedApp) -> None:
    place = slack.workspace.direct_message("ana").id
    ts = slack.client.chat_postMessage(channel=place, text="mine")["ts"]
    slack.client.chat_update(channel=place, ts=ts, text="mine, changed")
    assert slack.sandbox.events.wait_until_empty()
    first, second = (exchange.sent["event"] for exchange in slack.workspace.exchanges)
    assert first["bot_id"] == slack.workspace.app.bot_id
    assert second["subtype"] == "message_changed"


def test_the_home_tab_says_which_tab(slack: ServedApp, ears: Ears) -> None:
    slack.sandbox.open_home("ana")
    slack.sandbox.open_home("ana", "messages")
    assert [body["event"]["tab"] for body in ears.events] == ["home", "messages"]


def test_events_that_are_not_subscribed_are_not_sent() -> None:
    from slackguide.sandbox import BotApp, Team
    from tests.support.bolt_app import BOT, team

    deaf = BotApp(commands=BOT.commands, events=frozenset())
    with served(team=Team(people=team().people, channels=team().channels, app=deaf)) as slack:
        ears = Ears(slack)
        assert slack.sandbox.message("ana", "anyone?").reply is None
        assert slack.sandbox.open_home("ana").reply is None
        assert ears.events == []


def test_three_retries_at_once_after_one_minute_and_after_five(slack: ServedApp, ears: Ears) -> None:
    ears.statuses = [500, 500, 404, 500]
    exchange = slack.sandbox.message("ana", "hello")
    assert exchange.status == 500
    assert slack.sandbox.events.wait_until_empty()
    assert ears.retries == [(None, None), ("1", "http_error")]
    slack.sandbox.advance(59)
    assert slack.sandbox.events.wait_until_empty()
    assert len(ears.retries) == 2
    slack.sandbox.advance(1)
    assert slack.sandbox.events.wait_until_empty()
    assert ears.retries[2:] == [("2", "http_error")]
    slack.sandbox.advance(300)
    assert slack.sandbox.events.wait_until_empty()
    assert ears.retries[3:] == [("3", "http_error")]
    slack.sandbox.advance(86_400)
    assert slack.sandbox.events.wait_until_empty()
    assert len(ears.retries) == 4
    assert len({body["event_id"] for body in ears.events}) == 1
    assert slack.sandbox.events.pending == ()


def test_a_retry_that_is_acknowledged_is_the_last(slack: ServedApp, ears: Ears) -> None:
    ears.statuses = [503]
    slack.sandbox.message("ana", "hello")
    assert slack.sandbox.events.wait_until_empty()
    assert [retry for retry, _ in ears.retries] == [None, "1"]
    assert slack.sandbox.events.pending == ()


def test_an_app_can_ask_for_no_retry(slack: ServedApp, ears: Ears) -> None:
    ears.statuses, ears.headers = [500], {"x-slack-no-retry": "1"}
    slack.sandbox.message("ana", "hello")
    assert slack.sandbox.events.wait_until_empty()
    assert len(ears.events) == 1


def test_a_silent_app_is_retried_because_of_the_timeout() -> None:
    release, again = threading.Event(), threading.Event()
    reasons: list[Any] = []
    with served(request_timeout=0.2) as slack:

        @slack.app.use
        def hear(req: BoltRequest) -> BoltResponse:
            reasons.append(req.headers.get("x-slack-retry-reason"))
            if len(reasons) == 1:
                release.wait(WAIT_SECONDS)
            else:
                again.set()
            return BoltResponse(status=200)

        exchange = slack.sandbox.message("ana", "hello")
        assert exchange.reply is not None
        assert exchange.reply.failure == "timeout"
        assert again.wait(WAIT_SECONDS)
        release.set()
        assert reasons == [None, ["http_timeout"]]


def test_a_forwarded_message_is_an_attachment(slack: ServedApp, ears: Ears) -> None:
    slack.sandbox.say("ben", "general", "5 < 6")
    (original,) = slack.workspace.messages("general")

    slack.sandbox.forward("ana", slack.workspace.app.name, original.ts)
    slack.sandbox.forward("ana", slack.workspace.app.name, original.ts, "look & see")

    bare, commented = (body["event"] for body in ears.events)
    assert (bare["text"], commented["text"]) == ("", "look &amp; see")
    assert "blocks" not in bare
    (attachment,) = commented["attachments"]
    assert bare["attachments"] == [attachment]
    assert attachment["is_share"]
    assert attachment["is_msg_unfurl"]
    assert attachment["text"] == "5 &lt; 6"
    assert attachment["fallback"] == "[January 15th, 2027 8:00 AM] ben: 5 &lt; 6"
    assert attachment["message_blocks"][0]["message"]["blocks"] == list(original.blocks)


def test_only_what_a_person_sees_is_forwarded(slack: ServedApp) -> None:
    slack.sandbox.say("ben", "ask-ce", "for staff")
    (message,) = slack.workspace.messages("ask-ce")

    with pytest.raises(NotAllowedError, match="gil is not in #ask-ce"):
        slack.sandbox.forward("gil", slack.workspace.app.name, message.ts)


def test_a_me_message_has_a_subtype_and_no_blocks(slack: ServedApp, ears: Ears) -> None:
    slack.sandbox.command("ana", slack.workspace.app.name, "/me", "wonders")

    (body,) = ears.events
    event = body["event"]
    assert (event["type"], event["subtype"], event["text"]) == ("message", "me_message", "wonders")
    assert "blocks" not in event


def test_another_app_posts_blocks_and_attachments(slack: ServedApp) -> None:
    desk = slack.workspace.add_person(Person(name="desk", real_name="Desk", role=PersonRole.AGENT, bot=True))
    slack.workspace.change_channel("general", members=frozenset({desk.id, slack.workspace.person("ana").id}))
    slack.sandbox.post_as_app("desk", "general", blocks=[{"type": "divider"}], attachments=[{"text": "Ticket"}])
    (posted,) = slack.workspace.messages("general")

    (message,) = slack.client.conversations_history(channel=posted.channel)["messages"]

    assert message["text"] == "This content can't be displayed."
    assert message["bot_profile"]["name"] == "Desk"
    assert message["attachments"] == [{"text": "Ticket"}]
    with pytest.raises(NotAllowedError, match="invalid_blocks"):
        slack.sandbox.post_as_app("desk", "general", blocks=[{"type": "section"}])
    with pytest.raises(NotAllowedError, match="ana is a person"):
        slack.sandbox.post_as_app("ana", "general", text="hello")
