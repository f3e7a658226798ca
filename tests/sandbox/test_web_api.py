"""The Web API double, called by slack_sdk's own WebClient."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackguide.sandbox import BotApp, Channel, NotAllowedError, Person, PersonRole, RateLimit, Sandbox, Team, demo_team
from tests.support.bolt_app import BOT, ServedApp, actions, button, section, served, team
from tests.support.credentials import APP_TOKEN, BOT_TOKEN


def refused(slack: ServedApp, method: str, **arguments: Any) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        getattr(slack.client, method)(**arguments)
    return caught.value


def code(slack: ServedApp, method: str, **arguments: Any) -> str:
    return str(refused(slack, method, **arguments).response["error"])


def channel(slack: ServedApp, name: str = "ask-disputes") -> str:
    return slack.workspace.conversation(name).id


def test_auth_test_tells_who_the_bot_is(slack: ServedApp) -> None:
    found = slack.client.auth_test()
    assert found["user_id"] == BOT.user_id
    assert found["bot_id"] == BOT.bot_id
    assert found["team_id"] == slack.workspace.team.id


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-of-somebody-else", "invalid_auth"), (APP_TOKEN, "invalid_auth")]
)
def test_a_wrong_token_is_refused(slack: ServedApp, token: str, error: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        WebClient(token, base_url=slack.sandbox.api_url).auth_test()
    assert caught.value.response["error"] == error


def test_each_kind_of_token_opens_its_own_methods() -> None:
    with served(app_token=APP_TOKEN) as slack:
        with pytest.raises(SlackApiError) as caught:
            slack.client.chat_postMessage(channel="#general", text="hi", token=APP_TOKEN)
        assert caught.value.response["error"] == "not_allowed_token_type"
        with pytest.raises(SlackApiError) as caught:
            slack.client.apps_connections_open(app_token=BOT_TOKEN)
        assert caught.value.response["error"] == "not_allowed_token_type"
        assert slack.client.apps_connections_open(app_token=APP_TOKEN)["url"].startswith("ws://127.0.0.1:")


def test_methods_the_bot_does_not_call_are_unknown(slack: ServedApp) -> None:
    assert code(slack, "reactions_add", channel=channel(slack), name="eyes", timestamp="1.000000") == "unknown_method"


def test_a_missing_scope_is_named() -> None:
    poor = BotApp(scopes=frozenset({"chat:write"}))
    with served(team=Team(people=team().people, channels=team().channels, app=poor)) as slack:
        found = refused(slack, "users_list").response
        assert found["error"] == "missing_scope"
        assert found["needed"] == "users:read"
        assert found["provided"] == "chat:write"
        assert code(slack, "conversations_history", channel=channel(slack)) == "missing_scope"


def test_form_and_json_bodies_say_the_same(slack: ServedApp) -> None:
    blocks = [section("in blocks")]
    slack.client.api_call("chat.postMessage", json={"channel": channel(slack), "text": "a", "blocks": blocks})
    slack.client.api_call(
        "chat.postMessage", params={"channel": channel(slack), "text": "a", "blocks": json.dumps(blocks)}
    )
    first, second = slack.workspace.messages("ask-disputes")
    assert [block["text"] for block in first.blocks] == [block["text"] for block in second.blocks]
    assert first.text == second.text == "a"


@pytest.mark.parametrize(
    ("content_type", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[]", "json_not_object"),
        ("application/x-www-form-urlencoded", b"just words", "invalid_form_data"),
        ("text/plain", b"channel=x", "invalid_post_type"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(slack: ServedApp, content_type: str, body: bytes, error: str) -> None:
    headers = {"Authorization": f"Bearer {BOT_TOKEN}", "Content-Type": content_type}
    request = urllib.request.Request(f"{slack.sandbox.api_url}chat.postMessage", data=body, headers=headers)
    with urllib.request.urlopen(request) as response:
        assert json.load(response) == {"ok": False, "error": error}


def test_posting_by_id_by_name_and_to_a_person(slack: ServedApp) -> None:
    ana = slack.workspace.person("ana")
    by_id = slack.client.chat_postMessage(channel=channel(slack), text="one")
    by_name = slack.client.chat_postMessage(channel="#ask-disputes", text="two")
    to_person = slack.client.chat_postMessage(channel=ana.id, text="three")
    assert by_id["channel"] == by_name["channel"] == channel(slack)
    assert [message.text for message in slack.workspace.messages("ask-disputes")] == ["one", "two"]
    assert to_person["channel"] == slack.workspace.direct_message("ana").id
    assert [message.text for message in slack.workspace.direct_messages("ana")] == ["three"]


def test_timestamps_are_unique_under_a_clock_that_stands_still(slack: ServedApp) -> None:
    found = [slack.client.chat_postMessage(channel=channel(slack), text=str(n))["ts"] for n in range(5)]
    assert len(set(found)) == 5
    assert found == sorted(found)


def test_where_the_bot_cannot_post() -> None:
    people = team().people
    places = (
        Channel(name="open", members=(people[0].id,), bot_joined=False),
        Channel(name="closed", members=(people[0].id,), bot_joined=False, private=True),
        Channel(name="old", members=(people[0].id,), archived=True),
    )
    with served(team=Team(people=people, channels=places, app=BOT)) as slack:
        assert code(slack, "chat_postMessage", channel=channel(slack, "open"), text="x") == "not_in_channel"
        assert code(slack, "chat_postMessage", channel=channel(slack, "closed"), text="x") == "channel_not_found"
        assert code(slack, "chat_postMessage", channel=channel(slack, "old"), text="x") == "is_archived"
        assert code(slack, "chat_postMessage", channel="C0000000000", text="x") == "channel_not_found"
        slack.workspace.change_channel("open", bot_joined=True)
        assert slack.client.chat_postMessage(channel=channel(slack, "open"), text="x")["ok"]


def test_what_cannot_be_posted(slack: ServedApp) -> None:
    place = channel(slack)
    missing = refused(slack, "chat_postMessage", channel="", text="x").response
    assert missing["error"] == "invalid_arguments"
    assert missing["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]
    assert code(slack, "api_call", api_method="chat.postMessage", json={"channel": place, "text": " "}) == "no_text"
    assert code(slack, "chat_postMessage", channel=place, text="x", blocks="not json") == ("invalid_blocks_format")
    assert code(slack, "chat_postMessage", channel=place, text="x", thread_ts="1.000000") == "thread_not_found"
    assert code(slack, "chat_postMessage", channel=place, text="x", metadata={"event_type": "x"}) == (
        "invalid_metadata_format"
    )
    attached = refused(slack, "chat_postMessage", channel=place, text="x", attachments=[{"text": "old"}]).response
    assert attached["response_metadata"]["messages"] == ["[ERROR] not part of the sandbox: attachments"]
    assert slack.workspace.messages(place) == ()


def test_bad_blocks_are_refused_with_where_and_why(slack: ServedApp) -> None:
    found = refused(
        slack, "chat_postMessage", channel=channel(slack), text="x", blocks=[section("fine"), section("y" * 3001)]
    ).response
    assert found["error"] == "invalid_blocks"
    assert found["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]
    (problem,) = slack.workspace.calls[-1].problems
    assert problem.rule == "Section text: at most 3000 characters"


def test_all_blocks_together_have_a_limit(slack: ServedApp) -> None:
    fits = [section("y" * 3000) for _ in range(4)]
    assert slack.client.chat_postMessage(channel=channel(slack), text="x", blocks=fits)["ok"]
    assert code(slack, "chat_postMessage", channel=channel(slack), text="x", blocks=[*fits, section("y")]) == (
        "msg_blocks_too_long"
    )


def test_text_is_cut_at_forty_thousand(slack: ServedApp) -> None:
    slack.client.chat_postMessage(channel=channel(slack), text="x" * 40_001)
    (message,) = slack.workspace.messages("ask-disputes")
    assert len(message.text) == 40_000


def test_updating_keeps_blocks_unless_they_are_given(slack: ServedApp) -> None:
    place = channel(slack)
    ts = slack.client.chat_postMessage(channel=place, text="before", blocks=[section("kept")])["ts"]
    slack.client.chat_update(channel=place, ts=ts, text="after")
    (message,) = slack.workspace.messages(place)
    assert (message.text, message.blocks[0]["text"]["text"]) == ("after", "kept")
    assert message.edited is not None
    slack.client.chat_update(channel=place, ts=ts, text="bare", blocks=[])
    assert slack.workspace.messages(place)[0].blocks == ()


def test_what_cannot_be_updated_or_deleted(slack: ServedApp) -> None:
    place = channel(slack)
    slack.sandbox.say("ana", "ask-disputes", "mine")
    (hers,) = slack.workspace.messages(place)
    assert code(slack, "chat_update", channel=place, ts=hers.ts, text="x") == "cant_update_message"
    assert code(slack, "chat_delete", channel=place, ts=hers.ts) == "cant_delete_message"
    assert code(slack, "chat_update", channel=place, ts="1.000000", text="x") == "message_not_found"
    ts = slack.client.chat_postMessage(channel=place, text="mine")["ts"]
    assert code(slack, "chat_update", channel=place, ts=ts, text="x" * 4001) == "msg_too_long"
    slack.client.chat_delete(channel=place, ts=ts)
    assert [message.ts for message in slack.workspace.messages(place)] == [hers.ts]


def test_an_ephemeral_message_is_seen_by_one_and_cannot_be_updated(slack: ServedApp) -> None:
    place, ana = channel(slack), slack.workspace.person("ana")
    ts = slack.client.chat_postEphemeral(channel=place, user=ana.id, text="psst")["message_ts"]
    assert [message.text for message in slack.workspace.ephemerals("ana")] == ["psst"]
    assert slack.workspace.ephemerals("ben") == ()
    assert slack.workspace.messages(place) == ()
    assert code(slack, "chat_update", channel=place, ts=ts, text="x") == "message_not_found"
    gil = slack.workspace.person("gil")
    assert code(slack, "chat_postEphemeral", channel=place, user=gil.id, text="x") == "user_not_in_channel"


def test_permalinks_open_the_page_at_the_message(slack: ServedApp) -> None:
    place = channel(slack)
    ts = slack.client.chat_postMessage(channel=place, text="parent")["ts"]
    reply = slack.client.chat_postMessage(channel=place, text="reply", thread_ts=ts)["ts"]
    link = slack.client.chat_getPermalink(channel=place, message_ts=ts)["permalink"]
    assert link == f"{slack.sandbox.url}archives/{place}/p{ts.replace('.', '')}"
    with urllib.request.urlopen(link) as response:
        assert response.headers["Content-Type"].startswith("text/html")
    threaded = slack.client.chat_getPermalink(channel=place, message_ts=reply)["permalink"]
    assert threaded.endswith(f"?thread_ts={ts}&cid={place}")
    assert code(slack, "chat_getPermalink", channel=place, message_ts="1.000000") == "message_not_found"


def test_history_is_newest_first_and_gives_metadata_only_when_asked(slack: ServedApp) -> None:
    place = channel(slack)
    metadata = {"event_type": "slackguide_escalation", "event_payload": {"id": "E1"}}
    first = slack.client.chat_postMessage(channel=place, text="one", metadata=metadata)["ts"]
    slack.client.chat_postMessage(channel=place, text="reply", thread_ts=first)
    slack.client.chat_postMessage(channel=place, text="two")
    plain = slack.client.conversations_history(channel=place)["messages"]
    assert [message["text"] for message in plain] == ["two", "one"]
    assert "metadata" not in plain[1]
    assert plain[1]["reply_count"] == 1
    full = slack.client.conversations_history(channel=place, include_all_metadata=True)["messages"]
    assert full[1]["metadata"] == metadata
    replies = slack.client.conversations_replies(channel=place, ts=first)["messages"]
    assert [message["text"] for message in replies] == ["one", "reply"]
    assert code(slack, "conversations_replies", channel=place, ts="1.000000") == "thread_not_found"


def test_history_between_two_times(slack: ServedApp) -> None:
    place, found = channel(slack), []
    for text in ("a", "b", "c"):
        slack.clock.advance(10)
        found.append(slack.client.chat_postMessage(channel=place, text=text)["ts"])
    first, second, third = found

    def texts(**span: Any) -> list[str]:
        return [message["text"] for message in slack.client.conversations_history(channel=place, **span)["messages"]]

    assert texts(oldest=first) == ["c", "b"]
    assert texts(latest=third) == ["b", "a"]
    assert texts(oldest=first, latest=second, inclusive=True) == ["b", "a"]
    assert code(slack, "conversations_history", channel=place, oldest="soon") == "invalid_ts_oldest"


def test_pages_follow_the_cursor_to_the_end(slack: ServedApp) -> None:
    place = channel(slack)
    for number in range(5):
        slack.client.chat_postMessage(channel=place, text=str(number))
    pages = [
        [message["text"] for message in page["messages"]]
        for page in slack.client.conversations_history(channel=place, limit=2)
    ]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]
    assert code(slack, "conversations_history", channel=place, cursor="bogus") == "invalid_cursor"
    assert code(slack, "conversations_history", channel=place, limit=5000) == "invalid_limit"


def test_people_are_marked_as_what_they_are(slack: ServedApp) -> None:
    members = {member["name"]: member for member in slack.client.users_list()["members"]}
    assert members["slackguide"]["is_bot"]
    assert members["gil"]["is_restricted"]
    assert not members["ana"]["is_restricted"]
    assert "olga" not in members
    olga = slack.client.users_info(user=slack.workspace.person("olga").id)["user"]
    assert olga["team_id"] == slack.workspace.team.partner_id != slack.workspace.team.id
    assert "is_restricted" not in olga
    assert code(slack, "users_info", user="U0000000000") == "user_not_found"


def test_somebody_new_is_found_at_once(slack: ServedApp) -> None:
    hire = slack.workspace.add_person(Person(name="nia", real_name="Nia Roth", role=PersonRole.AGENT))
    assert slack.client.users_info(user=hire.id)["user"]["name"] == "nia"
    slack.workspace.change_person("nia", deleted=True)
    assert slack.client.users_info(user=hire.id)["user"]["deleted"]


def test_user_groups(slack: ServedApp) -> None:
    groups = {group["handle"]: group for group in slack.client.usergroups_list(include_users=True)["usergroups"]}
    assert groups["team-leads"]["users"] == [slack.workspace.person("lena").id]
    assert slack.client.usergroups_users_list(usergroup=groups["team-leads"]["id"])["users"] == [
        slack.workspace.person("lena").id
    ]
    assert code(slack, "usergroups_users_list", usergroup="S0") == "no_such_subteam"
    assert "users" not in slack.client.usergroups_list()["usergroups"][0]


def test_conversations(slack: ServedApp) -> None:
    slack.workspace.change_channel("general", archived=True)
    names = [found["name"] for found in slack.client.conversations_list(exclude_archived=True)["channels"]]
    assert names == ["ask-disputes", "ask-ce", "partner-desk"]
    info = slack.client.conversations_info(channel=channel(slack, "partner-desk"))["channel"]
    assert info["is_ext_shared"]
    assert info["is_member"]
    opened = slack.client.conversations_open(users=slack.workspace.person("ana").id)["channel"]["id"]
    assert opened == slack.workspace.direct_message("ana").id
    assert slack.client.conversations_open(users=slack.workspace.person("ana").id)["channel"]["id"] == opened
    assert code(slack, "conversations_open", users="U0000000000") == "user_not_found"
    assert code(slack, "conversations_open", users="") == "users_list_not_supplied"
    assert code(slack, "conversations_list", types="everything") == "invalid_types"


def test_the_members_of_a_channel_come_page_by_page_with_the_bot_among_them(slack: ServedApp) -> None:
    workspace, place = slack.workspace, channel(slack, "general")
    workspace.add_person(Person(name="helper", real_name="Ticket Helper", role=PersonRole.AGENT, bot=True))
    workspace.change_person("ben", deleted=True)
    pages = [list(page["members"]) for page in slack.client.conversations_members(channel=place, limit=3)]
    assert [len(page) for page in pages] == [3, 3, 1]
    listed = [member for page in pages for member in page]
    gone = workspace.person("ben").id
    assert sorted(listed) == sorted({*workspace.conversation("general").members, BOT.user_id} - {gone})
    assert workspace.person("gil").id in listed, "a guest"
    olga = slack.client.conversations_members(channel=channel(slack, "partner-desk"))["members"]
    assert workspace.person("olga").id in olga, "somebody of another company"


def test_members_are_refused_as_slack_refuses_them(slack: ServedApp) -> None:
    place = channel(slack)
    assert code(slack, "conversations_members", channel="C0NOWHERE") == "channel_not_found"
    assert code(slack, "conversations_members", channel=place, limit=1000) == "invalid_limit"
    assert code(slack, "conversations_members", channel=place, cursor="bogus") == "invalid_cursor"
    slack.workspace.change_channel("ask-disputes", bot_joined=False)
    assert BOT.user_id not in slack.client.conversations_members(channel=place)["members"]
    slack.workspace.change_channel("ask-disputes", private=True)
    assert code(slack, "conversations_members", channel=place) == "channel_not_found"
    private = BotApp(scopes=frozenset({"channels:read"}))
    with served(team=demo_team(escalation_channels=("ask-disputes",), app=private)) as other:
        other.workspace.change_channel("ask-disputes", private=True)
        assert code(other, "conversations_members", channel=channel(other)) == "missing_scope"


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({}, set()),
        ({"shared": True}, {"is_shared", "is_ext_shared"}),
        ({"pending_shared": True}, {"is_pending_ext_shared"}),
        ({"org_shared": True}, {"is_shared", "is_org_shared"}),
    ],
)
def test_a_channel_tells_how_it_is_shared(slack: ServedApp, changes: dict[str, bool], flags: set[str]) -> None:
    slack.workspace.change_channel("ask-disputes", **changes)
    info = slack.client.conversations_info(channel=channel(slack), include_num_members=True)["channel"]
    assert {flag for flag in info if flag.endswith("shared") and info[flag]} == flags
    assert info["num_members"] == len(slack.workspace.conversation("ask-disputes").members) + 1


def test_a_single_channel_guest_and_a_bot_are_marked_as_such(slack: ServedApp) -> None:
    slack.workspace.add_person(Person(name="sue", real_name="Sue Po", role=PersonRole.SINGLE_CHANNEL_GUEST))
    slack.workspace.add_person(Person(name="helper", real_name="Ticket Helper", role=PersonRole.AGENT, bot=True))
    members = {member["name"]: member for member in slack.client.users_list()["members"]}
    assert (members["sue"]["is_restricted"], members["sue"]["is_ultra_restricted"]) == (True, True)
    assert (members["gil"]["is_restricted"], members["gil"]["is_ultra_restricted"]) == (True, False)
    assert members["helper"]["is_bot"]
    with pytest.raises(NotAllowedError, match="is a bot"):
        slack.sandbox.say("helper", "general", "hello")


def test_posting_to_one_channel_has_a_pace() -> None:
    with served(rate_limit=RateLimit(per_second=1, burst=2)) as slack:
        place = channel(slack)
        for _ in range(2):
            slack.client.chat_postMessage(channel=place, text="x")
        limited = refused(slack, "chat_postMessage", channel=place, text="x").response
        assert (limited.status_code, limited["error"]) == (429, "ratelimited")
        assert limited.headers["Retry-After"] == "1"
        assert slack.client.chat_postMessage(channel=channel(slack, "ask-ce"), text="x")["ok"]
        slack.clock.advance(1)
        assert slack.client.chat_postMessage(channel=place, text="x")["ok"]


def test_every_call_is_on_record_without_its_token(slack: ServedApp) -> None:
    slack.client.chat_postMessage(channel=channel(slack), text="hello", blocks=[actions(button("go"))])
    call = slack.workspace.calls[-1]
    assert (call.method, call.status, call.ok) == ("chat.postMessage", 200, True)
    assert call.arguments["text"] == "hello"
    assert BOT_TOKEN not in repr(call)


def test_it_listens_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(clock=lambda: 0.0, signing_secret="x", bot_token=BOT_TOKEN, team=team(), host="0.0.0.0")


def test_an_unknown_method_over_plain_http_answers_as_slack_does(slack: ServedApp) -> None:
    request = urllib.request.Request(
        f"{slack.sandbox.api_url}admin.users.list", data=b"", headers={"Authorization": f"Bearer {BOT_TOKEN}"}
    )
    with urllib.request.urlopen(request) as response:
        assert json.load(response)["error"] == "unknown_method"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{slack.sandbox.url}nowhere")
    assert caught.value.code == 404
    caught.value.close()
