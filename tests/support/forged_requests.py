"""Signed requests that Slack's interface does not offer: outdated buttons, other people's buttons, invalid values."""

from __future__ import annotations

import copy
from typing import Any

from slackguide.sandbox import AppReply, Message, OpenView
from slackguide.sandbox.user.payloads import Payloads
from slackguide.slack.middleware import LOOKING_UP
from tests.support.app_harness import AppHarness


def press_value(
    harness: AppHarness, action_id: str, value: Any, who: str = "ana", where: OpenView | None = None
) -> AppReply:
    """Click a button with `value`, in an ephemeral message or in a modal."""
    payload = press_payload(harness, action_id, value, who, where)
    return harness.send("interactive", payload)


def press_payload(
    harness: AppHarness, action_id: str, value: Any, who: str = "ana", where: OpenView | None = None
) -> dict[str, Any]:
    """Return the payload of such a click, without a value if `value` is None."""
    workspace = harness.workspace
    person = workspace.person(who)
    payloads = Payloads(workspace=workspace)
    action = {"type": "button", "action_id": action_id, "block_id": "b1", "action_ts": workspace.next_ts()}
    if value is not None:
        action["value"] = value
    if where is not None:
        trigger = workspace.views.trigger(person.id, view_id=where.id)
        return payloads.view_action(person, where, action, trigger_id=trigger)
    before = workspace.ephemerals(who)
    exchange = harness.command("help", who)
    message = exchange.messages[-1]
    assert isinstance(message, Message)
    if message.text == LOOKING_UP:  # the answer follows, and must not be taken for that of the click
        harness.until(lambda: any(other not in (*before, message) for other in workspace.ephemerals(who)))
    return payloads.message_action(
        person, message, action, trigger_id=workspace.views.trigger(person.id),
        response_url=exchange.sent["response_url"],
    )  # fmt: skip


def again(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a copy of a payload with changed top-level keys."""
    return {**copy.deepcopy(payload), **changes}


def answer_to(harness: AppHarness, action_id: str, value: Any, who: str = "ana") -> str:
    """Click a button and wait for the answer; return the new ephemeral text, or the blocks of the modal."""
    payload = press_payload(harness, action_id, value, who)
    person = harness.workspace.person(who).id
    before = {m.ts: m for m in harness.workspace.ephemerals(who)}
    window = harness.workspace.views.top(person)

    def new() -> list[str]:
        return [m.text for m in harness.workspace.ephemerals(who) if before.get(m.ts) != m]

    reply = harness.send("interactive", payload)
    assert reply.status == 200, (action_id, value, reply)
    harness.until(lambda: new() or harness.workspace.views.top(person) != window)
    top = harness.workspace.views.top(person)
    if top is not None:
        harness.workspace.views.clear(person)
        return str(top.blocks)
    return "\n".join(new())
