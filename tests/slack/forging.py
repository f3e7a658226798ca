"""Requests that Slack's screen does not offer, signed all the same: old buttons, foreign hands, garbled values."""

from __future__ import annotations

import copy
from typing import Any

from slackguide.sandbox import AppReply, Message, OpenView
from slackguide.sandbox.user.payloads import Payloads
from tests.trial import Workplace


def press_value(
    work: Workplace, action_id: str, value: Any, who: str = "ana", where: OpenView | None = None
) -> AppReply:
    """Presses a button that carries `value`, in a message of the person's own or in a window."""
    payload = press_payload(work, action_id, value, who, where)
    return work.send("interactive", payload)


def press_payload(
    work: Workplace, action_id: str, value: Any, who: str = "ana", where: OpenView | None = None
) -> dict[str, Any]:
    """The request of such a press. `value` None leaves it out."""
    workspace = work.workspace
    person = workspace.person(who)
    payloads = Payloads(workspace=workspace)
    action = {"type": "button", "action_id": action_id, "block_id": "b1", "action_ts": workspace.next_ts()}
    if value is not None:
        action["value"] = value
    if where is not None:
        trigger = workspace.views.trigger(person.id, view_id=where.id)
        return payloads.view_action(person, where, action, trigger_id=trigger)
    exchange = work.command("help", who)
    message = exchange.messages[-1]
    assert isinstance(message, Message)
    return payloads.message_action(
        person, message, action, trigger_id=workspace.views.trigger(person.id),
        response_url=exchange.sent["response_url"],
    )  # fmt: skip


def again(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy of a request, changed at its top."""
    return {**copy.deepcopy(payload), **changes}


def answer_to(work: Workplace, action_id: str, value: Any, who: str = "ana") -> str:
    """What the person sees after such a press, and waits for it: new words, or a window."""
    payload = press_payload(work, action_id, value, who)
    person = work.workspace.person(who).id
    before = {m.ts: m for m in work.workspace.ephemerals(who)}
    window = work.workspace.views.top(person)

    def new() -> list[str]:
        return [m.text for m in work.workspace.ephemerals(who) if before.get(m.ts) != m]

    reply = work.send("interactive", payload)
    assert reply.status == 200, (action_id, value, reply)
    work.until(lambda: new() or work.workspace.views.top(person) != window)
    top = work.workspace.views.top(person)
    if top is not None:
        work.workspace.views.clear(person)
        return str(top.blocks)
    return "\n".join(new())
