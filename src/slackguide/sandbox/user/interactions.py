"""User interactions with blocks, modals and App Home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackguide.sandbox.block_kit.state import StateValues, choose, find, input_errors, state_of
from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.errors import ApiError, NotAllowedError, NotFoundError
from slackguide.sandbox.json_types import Json, parse_json
from slackguide.sandbox.transport.http import Envelope
from slackguide.sandbox.user.actions import UserActions, failure_message
from slackguide.sandbox.user.responses import CONNECTION_TROUBLE, parse_submission_response
from slackguide.sandbox.workspace.records import AppReply, Exchange
from slackguide.sandbox.workspace.team import Person
from slackguide.sandbox.workspace.view_stacks import OpenView
from slackguide.sandbox.workspace.workspace import Message

InputValues = Mapping[str, Any]
"""Values of input fields by block id: a string, a list of strings, None, or `{action_id: …}`."""


class UserInteractions(UserActions):
    """A user's interactions with interactive elements and modals, besides the actions in conversations."""

    def click(
        self,
        user: str,
        surface: Message | OpenView | str,
        action_id: str,
        value: Any = None,
        *,
        block_id: str | None = None,
        state: InputValues | None = None,
    ) -> Exchange:
        """Click a button, or choose `value` in another element, of a message (or its ts) or a view (or its id).

        `state` holds values of other fields of the view, as in `submit`. A confirmation dialog counts as confirmed.
        """
        person = self._active_person(user)
        current = self._current_surface(person, surface)
        if isinstance(current, OpenView):
            return self._click_in_view(person, current, action_id, value, block_id, state or {})
        return self._click_in_message(person, current, action_id, value, block_id)

    def _current_surface(self, person: Person, surface: Message | OpenView | str) -> Message | OpenView:
        """Return the current version of a message or view. Raises NotAllowedError if the person does not see it."""
        key = surface if isinstance(surface, str) else surface.ts if isinstance(surface, Message) else surface.id
        try:
            message = self.workspace.message(key)
        except NotFoundError:
            view = self.workspace.views.view(key)
            if view.person != person.id:
                raise NotAllowedError(f"that view is open for somebody else, not for {person.name}") from None
            return view
        if message.reader not in (None, person.id):
            raise NotAllowedError(f"only somebody else sees that message, not {person.name}")
        self._conversation(person, message.channel)
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
        self, person: Person, view: OpenView, action_id: str, value: Any, block_id: str | None, values: InputValues
    ) -> Exchange:
        view = self.fill(person.id, view.id, values)
        block, element = find(view.blocks, action_id, block_id)
        action, state = self._action(block, element, value)
        if state is not None:
            view = self.workspace.views.type_in(view, {block["block_id"]: {action_id: state}})
        payload = self._payloads.view_action(
            person, view, action, trigger_id=self.workspace.views.trigger(person.id, view_id=view.id)
        )
        return self._interact("block_actions", person, payload)

    def _action(self, block: Json, element: Json, value: Any) -> tuple[Json, Json | None]:
        """Return the entry in `actions` for an element, and the element's new state, None if it has no state."""
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

    def fill(self, user: str, view_id: str, values: InputValues) -> OpenView:
        """Set the values of a view's fields without sending anything."""
        person = self._active_person(user)
        view = self._current_surface(person, view_id)
        if not isinstance(view, OpenView):
            raise NotAllowedError("only modals and the Home tab have fields")
        return self.workspace.views.type_in(view, _states(view, values)) if values else view

    def submit(self, user: str, view_id: str, values: InputValues | None = None) -> Exchange:
        """Fill in the top modal and submit it.

        If Slack's client rejects a value, such as an empty required field, no request is sent and `errors` says why.
        """
        person = self._active_person(user)
        top = self.workspace.views.top(person.id)
        if top is None or top.id != view_id:
            raise NotAllowedError("that modal is not on top of the stack")
        if "submit" not in top.content:
            raise NotAllowedError(f"“{top.title}” has no submit button")
        view = self.fill(person.id, view_id, values or {})
        errors = input_errors(view.blocks, view.values)
        trigger_id = self.workspace.views.trigger(person.id, view_id=view.id)
        payload = self._payloads.submission(person, view, trigger_id=trigger_id)
        if errors:
            return self._bot.unsent("view_submission", person.id, payload, errors=errors, view=view)

        def apply(reply: AppReply) -> dict[str, Any]:
            return self._apply_response(person, view, reply)

        return self._bot.exchange("view_submission", person.id, Envelope(kind="interactive", payload=payload), apply)

    def _apply_response(self, person: Person, view: OpenView, reply: AppReply) -> dict[str, Any]:
        """Apply the response to a submission to the stack of modals."""
        views = self.workspace.views
        response = parse_submission_response(view, reply)
        problems = response.problems
        if response.action == "close":
            views.close(view)
        elif response.action == "clear":
            views.clear(person.id)
        elif response.action == "errors":
            return {"errors": response.errors}
        elif response.action != "failed" and response.view is not None:
            try:
                if response.action == "push":
                    views.push_for(person.id, response.view)
                else:
                    views.update(view, response.view)
            except ApiError as error:
                problems = (Problem(at="/view", message=error.code, rule="A stack holds 3 views"),)
        failed = response.action == "failed" or bool(problems)
        return {"notice": CONNECTION_TROUBLE if failed else None, "problems": problems}

    def close_view(self, user: str, view_id: str, *, everything: bool = False) -> Exchange:
        """Close a modal, or with `everything` the whole stack."""
        person = self._active_person(user)
        views = self.workspace.views
        view = views.view(view_id)
        if view.person != person.id:
            raise NotAllowedError(f"that view is open for somebody else, not for {person.name}")
        closed = views.clear(person.id) if everything else views.close(view)
        if not everything and view.content.get("clear_on_close"):
            closed += views.clear(person.id)
            everything = True
        exchanges = [
            self._bot.exchange(
                "view_closed",
                person.id,
                Envelope(kind="interactive", payload=self._payloads.closed(person, closed_view, cleared=everything)),
            )
            for closed_view in closed
            if closed_view.content.get("notify_on_close")
        ]
        if exchanges:
            return exchanges[-1]
        return self._bot.unsent("view_closed", person.id, {"view": {"id": view.id}}, logged=False)

    def suggest(
        self, user: str, surface: Message | OpenView | str, action_id: str, query: str, *, block_id: str | None = None
    ) -> Exchange:
        """Type a query into an external select. The exchange's `options` are those that the app returns."""
        person = self._active_person(user)
        current = self._current_surface(person, surface)
        blocks = current.blocks if isinstance(current, OpenView) else list(current.blocks)
        block, _ = find(blocks, action_id, block_id)
        view = current if isinstance(current, OpenView) else None
        container: Json = (
            {"type": "view", "view_id": current.id}
            if isinstance(current, OpenView)
            else {"type": "message", "message_ts": current.ts, "channel_id": current.channel}
        )
        payload = self._payloads.suggestion(
            person, container, action_id=action_id, block_id=block["block_id"], value=query, view=view
        )

        def apply(reply: AppReply) -> dict[str, Any]:
            return {"options": _options(reply), "notice": failure_message(self.workspace.app.display_name, reply)}

        return self._bot.exchange("block_suggestion", person.id, Envelope(kind="interactive", payload=payload), apply)


def _options(reply: AppReply) -> tuple[Json, ...]:
    try:
        body = parse_json(reply.body or "{}")
    except ValueError:
        return ()
    groups = body.get("option_groups", [])
    return (*body.get("options", []), *(option for group in groups for option in group.get("options", [])))


def _states(view: OpenView, values: InputValues) -> StateValues:
    """Return input values as `state.values`. Raises NotAllowedError for an unknown field."""
    known = state_of(view.blocks, view.values)
    states: StateValues = {}
    for block_id, value in values.items():
        if block_id not in known:
            raise NotAllowedError(f"there is no field “{block_id}”; the fields are: {', '.join(known) or 'none'}")
        fields = known[block_id]
        by_action_id = isinstance(value, Mapping) and all(key in fields for key in value) and bool(value)
        pairs = value.items() if by_action_id else [(next(iter(fields)), value)]
        for action_id, chosen in pairs:
            _, element = find(view.blocks, action_id, block_id)
            states.setdefault(block_id, {})[action_id] = choose(element, chosen)
    return states
