"""Requests that Slack's screen does not offer, signed all the same: old buttons, foreign hands, garbled values."""

from __future__ import annotations

import copy
from typing import Any

from slackguide.sandbox import AppReply, Message, OpenView
from slackguide.sandbox.user.payloads import Payloads
from tests.support.app_harness import AppHarness


def press_value(
    harness: AppHarness, action_id: str, value: Any, who: str = "ana", where: OpenView | None = None
) -> AppReply:
    """Presses a button that carries `value`, in a message of the person's own or in a window."""
    payload = press_payload(harness, action_id, value, who, where)
    return harness.send("interactive", payload)


def press_payload(
    harness: AppHarness, action_id: str, value: Any, who: str = "ana", where: OpenView | None = None
) -> dict[str, Any]:
    """The request of such a press. `value` None leaves it out."""
    workspace = harness.workspace
    person = workspace.person(who)
    payloads = Payloads(workspace=workspace)
    action = {"type": "button", "action_id": action_id, "block_id": "b1", "action_ts": workspace.next_ts()}
    if value is not None:
        action["value"] = value
    if where is not None:
        trigger = workspace.views.trigger(person.id, view_id=where.id)
        return payloads.view_action(person, where, action, trigger_id=trigger)
    exchange = harness.command("help", who)
    message = exchange.messages[-1]
    assert isinstance(message, Message)
    return payloads.message_action(
        person, message, action, trigger_id=workspace.views.trigger(person.id),
        response_url=exchange.sent["response_url"],
    )  # fmt: skip


def again(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy of a request, changed at its top."""
    return {**copy.deepcopy(payload), **changes}


def answer_to(harness: AppHarness, action_id: str, value: Any, who: str = "ana") -> str:
    """What the person sees after such a press, and waits for it: new words, or a window."""
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
