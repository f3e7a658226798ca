"""User interactions with what the app shows: buttons, selects, modals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slackguide.sandbox.block_kit.state import StateValues, choose, find, input_errors, state_of
from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.errors import ApiError, NotAllowedError, NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.transport.http import Envelope
from slackguide.sandbox.user.actions import UserActions, failure_message
from slackguide.sandbox.user.responses import CONNECTION_TROUBLE, parse_submission_response
from slackguide.sandbox.workspace.records import AppReply, Exchange
from slackguide.sandbox.workspace.team import Person
from slackguide.sandbox.workspace.view_stacks import OpenView
from slackguide.sandbox.workspace.workspace import Message

TypedValues = Mapping[str, Any]


class UserInteractions(UserActions):
    """Pressing, choosing, filling in, submitting and closing."""

    def click(
        self,
        user: str,
        where: Message | OpenView | str,
        action_id: str,
        value: Any = None,
        *,
        block_id: str | None = None,
        state: TypedValues | None = None,
    ) -> Exchange:
        """Press a button, or choose `value` in another element, of a message (or its ts) or a view (or its id).

        `state` is what was typed into other fields of a view before, as in `submit`. Confirm dialogs are confirmed.
        """
        person = self._present(user)
        found = self._find_surface(person, where)
        if isinstance(found, OpenView):
            return self._click_in_view(person, found, action_id, value, block_id, state or {})
        return self._click_in_message(person, found, action_id, value, block_id)

    def _find_surface(self, person: Person, where: Message | OpenView | str) -> Message | OpenView:
        """What is on this person's screen now, whatever older copy of it was handed in."""
        key = where if isinstance(where, str) else where.ts if isinstance(where, Message) else where.id
        try:
            message = self.workspace.message(key)
        except NotFoundError:
            view = self.workspace.views.view(key)
            if view.person != person.id:
                raise NotAllowedError(f"that view is on somebody else's screen, not {person.name}'s") from None
            return view
        if message.reader not in (None, person.id):
            raise NotAllowedError(f"only somebody else sees that message, not {person.name}")
        self._place(person, message.channel)
        return message

    def _click_in_message(
        self, person: Person, message: Message, action_id: str, value: Any, block_id: str | None
    ) -> Exchange:
        block, element = find(list(message.blocks), action_id, block_id)
        action, state = self._action(block, element, value)
        if state is not None:
            states = {
                **message.state,
                block["block_id"]: {**message.state.get(block["block_id"], {}), action_id: state},
            }
            message = self.workspace.change(message, state=states)
        payload = self._payloads.message_action(
            person,
            message,
            action,
            trigger_id=self.workspace.views.trigger(person.id),
            response_url=self._response_urls.issue(
                "actions", person=person.id, channel=message.channel, message=message
            ),
        )
        return self._interact("block_actions", person, payload)

    def _click_in_view(
        self, person: Person, view: OpenView, action_id: str, value: Any, block_id: str | None, typed: TypedValues
    ) -> Exchange:
        view = self.fill(person.id, view.id, typed)
        block, element = find(view.blocks, action_id, block_id)
        action, state = self._action(block, element, value)
        if state is not None:
            view = self.workspace.views.type_in(view, {block["block_id"]: {action_id: state}})
        payload = self._payloads.view_action(
            person, view, action, trigger_id=self.workspace.views.trigger(person.id, view_id=view.id)
        )
        return self._interact("block_actions", person, payload)

    def _action(self, block: Json, element: Json, value: Any) -> tuple[Json, Json | None]:
        """The entry in `actions` for a pressed element, and its new state where it keeps one."""
        kind = element["type"]
        action: Json = {
            "type": kind,
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self.workspace.next_ts(),
        }
        if kind == "button":
            action["text"] = element["text"]
            action |= {key: element[key] for key in ("value", "style", "url") if key in element}
            return action, None
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise NotAllowedError(f"{element['action_id']} tells the app nothing before the form is submitted")
        state = choose(element, value)
        action |= {key: chosen for key, chosen in state.items() if key != "type"}
        return action, None if kind == "overflow" else state

    def fill(self, user: str, view_id: str, values: TypedValues) -> OpenView:
        """Type into a view's fields without sending anything.

        `values` maps block ids to what is typed or chosen: a string, a list of strings, None, or `{action_id: …}`.
        """
        person = self._present(user)
        view = self._find_surface(person, view_id)
        if not isinstance(view, OpenView):
            raise NotAllowedError("only modals and the Home tab have fields")
        return self.workspace.views.type_in(view, _states(view, values)) if values else view

    def submit(self, user: str, view_id: str, values: TypedValues | None = None) -> Exchange:
        """Fill in the top modal and press its submit button.

        What Slack's screen itself refuses (an empty required field, a number out of range) comes back in `errors`
        with no request sent.
        """
        person = self._present(user)
        top = self.workspace.views.top(person.id)
        if top is None or top.id != view_id:
            raise NotAllowedError("that modal is not the one on top of the screen")
        if "submit" not in top.content:
            raise NotAllowedError(f"“{top.title}” has no submit button")
        view = self.fill(person.id, view_id, values or {})
        faults = input_errors(view.blocks, view.values)
        trigger_id = self.workspace.views.trigger(person.id, view_id=view.id)
        payload = self._payloads.submission(person, view, trigger_id=trigger_id)
        if faults:
            return self._bot.unsent("view_submission", person.id, payload, errors=faults, view=view)

        def conclude(reply: AppReply) -> dict[str, Any]:
            return self._apply_response(person, view, reply)

        return self._bot.exchange("view_submission", person.id, Envelope(kind="interactive", payload=payload), conclude)

    def _apply_response(self, person: Person, view: OpenView, reply: AppReply) -> dict[str, Any]:
        """Do to the screen what the answer to a submission says."""
        views = self.workspace.views
        answer = parse_submission_response(view, reply)
        problems = answer.problems
        if answer.action == "close":
            views.close(view)
        elif answer.action == "clear":
            views.clear(person.id)
        elif answer.action == "errors":
            return {"errors": answer.errors}
        elif answer.action != "trouble" and answer.view is not None:
            try:
                if answer.action == "push":
                    views.push_on(person.id, answer.view)
                else:
                    views.update(view, answer.view)
            except ApiError as refused:
                problems = (Problem(at="/view", message=refused.code, rule="A stack holds 3 views"),)
        trouble = answer.action == "trouble" or bool(problems)
        return {"notice": CONNECTION_TROUBLE if trouble else None, "problems": problems}

    def close_view(self, user: str, view_id: str, *, everything: bool = False) -> Exchange:
        """Cancel a modal, or with `everything` close the whole stack by its ×."""
        person = self._present(user)
        views = self.workspace.views
        view = views.view(view_id)
        if view.person != person.id:
            raise NotAllowedError(f"that view is on somebody else's screen, not {person.name}'s")
        closed = views.clear(person.id) if everything else views.close(view)
        if not everything and view.content.get("clear_on_close"):
            closed += views.clear(person.id)
            everything = True
        exchanges = [
            self._bot.exchange(
                "view_closed",
                person.id,
                Envelope(kind="interactive", payload=self._payloads.closed(person, one, cleared=everything)),
            )
            for one in closed
            if one.content.get("notify_on_close")
        ]
        if exchanges:
            return exchanges[-1]
        return self._bot.unsent("view_closed", person.id, {"view": {"id": view.id}}, stored=False)

    def suggest(
        self, user: str, where: Message | OpenView | str, action_id: str, query: str, *, block_id: str | None = None
    ) -> Exchange:
        """Type into an external select: the options that the bot offers are in the exchange's `options`."""
        person = self._present(user)
        found = self._find_surface(person, where)
        blocks = found.blocks if isinstance(found, OpenView) else list(found.blocks)
        block, _ = find(blocks, action_id, block_id)
        view = found if isinstance(found, OpenView) else None
        container: Json = (
            {"type": "view", "view_id": found.id}
            if isinstance(found, OpenView)
            else {"type": "message", "message_ts": found.ts, "channel_id": found.channel}
        )
        payload = self._payloads.suggestion(
            person, container, action_id=action_id, block_id=block["block_id"], value=query, view=view
        )

        def conclude(reply: AppReply) -> dict[str, Any]:
            return {"options": _offered(reply), "notice": failure_message(self.workspace.app.display_name, reply)}

        return self._bot.exchange(
            "block_suggestion", person.id, Envelope(kind="interactive", payload=payload), conclude
        )


def _offered(reply: AppReply) -> tuple[Json, ...]:
    try:
        answer = json.loads(reply.body or "{}")
    except ValueError:
        return ()
    groups = answer.get("option_groups", [])
    return (*answer.get("options", []), *(option for group in groups for option in group.get("options", [])))


def _states(view: OpenView, values: TypedValues) -> StateValues:
    """What was typed as `state.values`. Raises CannotDo for a field that is not there."""
    known = state_of(view.blocks, view.values)
    states: StateValues = {}
    for block_id, given in values.items():
        if block_id not in known:
            raise NotAllowedError(f"there is no field “{block_id}”; there is: {', '.join(known) or 'no field'}")
        fields = known[block_id]
        named = isinstance(given, Mapping) and all(key in fields for key in given) and bool(given)
        pairs = given.items() if named else [(next(iter(fields)), given)]
        for action_id, chosen in pairs:
            _, element = find(view.blocks, action_id, block_id)
            states.setdefault(block_id, {})[action_id] = choose(element, chosen)
    return states
