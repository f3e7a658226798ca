"""Modals and the Home tab: triggers, the stack, hashes, and input during updates."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from slackguide.sandbox import NotAllowedError, OpenView
from tests.support.bolt_app import ServedApp, actions, button, field, modal, section


def trigger(slack: ServedApp, user: str = "ana", view: OpenView | None = None) -> str:
    person = slack.workspace.person(user)
    return slack.workspace.views.trigger(person.id, view_id=view.id if view else None)


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def top(slack: ServedApp, user: str = "ana") -> OpenView:
    found = slack.workspace.views.top(slack.workspace.person(user).id)
    assert found is not None
    return found


SUMMARY = field("summary", {"type": "plain_text_input"})


def test_a_trigger_lives_three_seconds_and_opens_one_view(slack: ServedApp) -> None:
    given = trigger(slack)
    slack.clock.advance(3.0)
    opened = slack.client.views_open(trigger_id=given, view=modal(SUMMARY))["view"]
    assert opened["id"] == top(slack).id
    assert refusal(slack.client.views_open, trigger_id=given, view=modal(SUMMARY)) == "exchanged_trigger_id"
    late = trigger(slack)
    slack.clock.advance(3.1)
    assert refusal(slack.client.views_open, trigger_id=late, view=modal(SUMMARY)) == "expired_trigger_id"
    assert refusal(slack.client.views_open, trigger_id="made.up", view=modal(SUMMARY)) == "invalid_trigger_id"


def test_a_refused_view_leaves_its_trigger_unused(slack: ServedApp) -> None:
    given = trigger(slack)
    with pytest.raises(SlackApiError) as caught:
        slack.client.views_open(trigger_id=given, view=modal(title={"type": "plain_text", "text": "x" * 25}))
    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert slack.client.views_open(trigger_id=given, view=modal(SUMMARY))["ok"]


def test_a_stack_holds_three(slack: ServedApp) -> None:
    slack.client.views_open(trigger_id=trigger(slack), view=modal(section("1")))
    for text in ("2", "3"):
        slack.client.views_push(trigger_id=trigger(slack, view=top(slack)), view=modal(section(text)))
    given = trigger(slack, view=top(slack))
    assert refusal(slack.client.views_push, trigger_id=given, view=modal(section("4"))) == "push_limit_reached"
    stack = slack.workspace.views.stack(slack.workspace.person("ana").id)
    assert [view.root_id for view in stack] == [stack[0].id] * 3
    assert [view.previous_id for view in stack] == [None, stack[0].id, stack[1].id]


def test_pushing_needs_a_trigger_from_a_modal(slack: ServedApp) -> None:
    assert refusal(slack.client.views_push, trigger_id=trigger(slack), view=modal(SUMMARY)) == "not_found"


def test_updating_by_id_external_id_and_hash(slack: ServedApp) -> None:
    opened = slack.client.views_open(trigger_id=trigger(slack), view=modal(SUMMARY, external_id="form-1"))["view"]
    updated = slack.client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(section("new")))["view"]
    assert updated["hash"] != opened["hash"]
    assert refusal(slack.client.views_update, view_id=opened["id"], hash=opened["hash"], view=modal(SUMMARY)) == (
        "hash_conflict"
    )
    assert refusal(slack.client.views_update, view_id="V0", view=modal(SUMMARY)) == "not_found"
    assert refusal(slack.client.api_call, api_method="views.update", json={"view": modal(SUMMARY)}) == (
        "invalid_arguments"
    )
    slack.client.views_update(view_id=opened["id"], view=modal(SUMMARY, external_id="form-2"))
    slack.client.views_update(external_id="form-2", view=modal(section("by external id")))
    assert top(slack).blocks[0]["text"]["text"] == "by external id"


def test_two_open_views_cannot_share_an_external_id(slack: ServedApp) -> None:
    slack.client.views_open(trigger_id=trigger(slack), view=modal(SUMMARY, external_id="form"))
    given = trigger(slack, "ben")
    assert refusal(slack.client.views_open, trigger_id=given, view=modal(SUMMARY, external_id="form")) == (
        "duplicate_external_id"
    )


def test_what_is_typed_survives_an_update_where_the_ids_stay(slack: ServedApp) -> None:
    other = field("other", {"type": "plain_text_input", "initial_value": "start"})
    slack.client.views_open(trigger_id=trigger(slack), view=modal(SUMMARY, other))
    slack.sandbox.fill("ana", top(slack).id, {"summary": "typed", "other": "changed"})
    renamed = {**other, "block_id": "other2"}
    slack.client.views_update(view_id=top(slack).id, view=modal(SUMMARY, renamed))
    values = top(slack).values
    assert values["summary"]["summary"]["value"] == "typed"
    assert values["other2"]["other"]["value"] == "start"


def test_the_home_tab_is_each_person_s_own(slack: ServedApp) -> None:
    ana, ben = slack.workspace.person("ana"), slack.workspace.person("ben")
    first = slack.client.views_publish(user_id=ana.id, view={"type": "home", "blocks": [section("hers")]})["view"]
    slack.client.views_publish(user_id=ben.id, view={"type": "home", "blocks": [section("his")]})
    slack.client.views_publish(
        user_id=ana.id, hash=first["hash"], view={"type": "home", "blocks": [section("hers again")]}
    )
    home = slack.workspace.views.home(ana.id)
    assert home is not None
    assert home.blocks[0]["text"]["text"] == "hers again"
    assert home.id == first["id"]
    stale = {"user_id": ana.id, "hash": first["hash"], "view": {"type": "home", "blocks": []}}
    assert refusal(slack.client.views_publish, **stale) == "hash_conflict"
    assert refusal(slack.client.views_publish, user_id="U0", view={"type": "home", "blocks": []}) == "user_not_found"
    assert refusal(slack.client.views_publish, user_id=ana.id, view=modal(SUMMARY)) == "invalid_arguments"


def test_closing_tells_only_an_app_that_asked(slack: ServedApp) -> None:
    heard: list[tuple[str, bool]] = []

    @slack.app.view_closed("form")
    def closed(ack: Any, body: Any) -> None:
        heard.append((body["view"]["id"], body["is_cleared"]))
        ack()

    slack.client.views_open(trigger_id=trigger(slack), view=modal(SUMMARY))
    quiet = slack.sandbox.close_view("ana", top(slack).id)
    assert quiet.reply is None
    assert heard == []
    slack.client.views_open(trigger_id=trigger(slack), view=modal(SUMMARY, notify_on_close=True))
    first = top(slack)
    slack.client.views_push(trigger_id=trigger(slack, view=first), view=modal(SUMMARY, notify_on_close=True))
    second = top(slack)
    reported = slack.sandbox.close_view("ana", second.id)
    assert reported.ok
    assert heard == [(second.id, False)]
    slack.client.views_push(trigger_id=trigger(slack, view=first), view=modal(SUMMARY, notify_on_close=True))
    third = top(slack)
    slack.sandbox.close_view("ana", third.id, everything=True)
    assert heard[1:] == [(third.id, True), (first.id, True)]
    assert slack.workspace.views.stack(slack.workspace.person("ana").id) == ()


def test_nobody_acts_on_another_person_s_screen(slack: ServedApp) -> None:
    slack.client.views_open(trigger_id=trigger(slack), view=modal(SUMMARY, actions(button("go"))))
    view = top(slack)
    with pytest.raises(NotAllowedError, match="open for somebody else"):
        slack.sandbox.click("ben", view, "go")
    with pytest.raises(NotAllowedError, match="not on top of the stack"):
        slack.sandbox.submit("ben", view.id, {})
    with pytest.raises(NotAllowedError, match="open for somebody else"):
        slack.sandbox.close_view("ben", view.id)
