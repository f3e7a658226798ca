"""Stacks of modals, Home tabs, and the trigger ids that open modals."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slackguide.sandbox.block_kit.state import StateValues, state_of, with_ids
from slackguide.sandbox.errors import ApiError, NotFoundError
from slackguide.sandbox.id_generator import IdGenerator
from slackguide.sandbox.json_types import Json

TRIGGER_LIFETIME_SECONDS = 3.0
"""How long a trigger id can open a view (docs.slack.dev/interactivity/handling-user-interaction)."""

MAX_STACK = 3
"""How many views a stack can hold (docs.slack.dev/surfaces/modals)."""


@dataclass(frozen=True, kw_only=True)
class OpenView:
    """An open modal or a Home tab. `content` is the app's view with all ids, `values` the current input."""

    id: str
    person: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: StateValues = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Return `modal` or `home`."""
        return str(self.content["type"])

    @property
    def blocks(self) -> list[Json]:
        """Return the view's blocks."""
        return list(self.content["blocks"])

    @property
    def title(self) -> str:
        """Return a modal's title, "" for a Home tab."""
        return str(self.content.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """Return the callback id, "" if the view has none."""
        return str(self.content.get("callback_id", ""))


@dataclass(frozen=True, kw_only=True)
class _Trigger:
    person: str
    issued: float
    view_id: str | None


class ViewStacks:
    """The stack of modals and the Home tab of each person."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        ids: IdGenerator,
        lock: threading.RLock,
        publish: Callable[[str, Json], None],
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._lock = lock
        self._publish = publish
        self._stacks: dict[str, list[OpenView]] = {}
        self._homes: dict[str, OpenView] = {}
        self._triggers: dict[str, _Trigger] = {}
        self._exchanged: set[str] = set()

    def stack(self, person: str) -> tuple[OpenView, ...]:
        """Return a person's open modals, the top one last."""
        with self._lock:
            return tuple(self._stacks.get(person, ()))

    def top(self, person: str) -> OpenView | None:
        """Return the top modal of a person, None without one."""
        stack = self.stack(person)
        return stack[-1] if stack else None

    def home(self, person: str) -> OpenView | None:
        """Return a person's Home tab, None before the app publishes one."""
        with self._lock:
            return self._homes.get(person)

    def view(self, view_id: str) -> OpenView:
        """Return the open view with an id. Raises NotFoundError."""
        with self._lock:
            for stack in (*self._stacks.values(), list(self._homes.values())):
                for view in stack:
                    if view.id == view_id:
                        return view
        raise NotFoundError(f"no open view {view_id}")

    # Trigger ids

    def trigger(self, person: str, *, view_id: str | None = None) -> str:
        """Return a new trigger id for an interaction of a person, in a modal (`view_id`) or elsewhere."""
        with self._lock:
            trigger_id = f"{self._ids.next('', length=13)}.{self._ids.next('', length=12)}"
            self._triggers[trigger_id] = _Trigger(person=person, issued=self._clock(), view_id=view_id)
            return trigger_id

    def _exchange(self, trigger_id: str) -> _Trigger:
        if trigger_id in self._exchanged:
            raise ApiError("exchanged_trigger_id")
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if self._clock() - trigger.issued > TRIGGER_LIFETIME_SECONDS:
            raise ApiError("expired_trigger_id")
        self._exchanged.add(trigger_id)
        return trigger

    # views.open, views.push, views.update and views.publish

    def open(self, trigger_id: str, content: Json) -> OpenView:
        """Open a modal by a trigger id. Raises ApiError for an invalid trigger id."""
        with self._lock:
            self._check_external_id(content, except_id=None)
            trigger = self._exchange(trigger_id)
            stack = self._stacks.setdefault(trigger.person, [])
            stack.clear()
            return self._push(trigger.person, stack, content)

    def push(self, trigger_id: str, content: Json) -> OpenView:
        """Push a modal onto the stack of the trigger id. Raises ApiError."""
        with self._lock:
            self._check_external_id(content, except_id=None)
            trigger = self._exchange(trigger_id)
            stack = self._stacks.setdefault(trigger.person, [])
            if not stack or trigger.view_id is None:
                raise ApiError("not_found")
            return self.push_for(trigger.person, content)

    def push_for(self, person: str, content: Json) -> OpenView:
        """Push a modal onto a person's stack. Raises ApiError push_limit_reached if it is full."""
        with self._lock:
            stack = self._stacks.setdefault(person, [])
            if len(stack) >= MAX_STACK:
                raise ApiError("push_limit_reached")
            return self._push(person, stack, content)

    def _push(self, person: str, stack: list[OpenView], content: Json) -> OpenView:
        view_id = self._ids.next("V")
        view = self._fill(
            OpenView(
                id=view_id,
                person=person,
                content={},
                hash="",
                root_id=stack[0].id if stack else view_id,
                previous_id=stack[-1].id if stack else None,
            ),
            content,
        )
        stack.append(view)
        self._publish("screen", {"person": person})
        return view

    def update(self, view: OpenView, content: Json, *, hash: str | None = None) -> OpenView:
        """Replace a view's content. Input with the same block and action ids stays. Raises ApiError."""
        with self._lock:
            if hash is not None and hash != view.hash:
                raise ApiError("hash_conflict")
            self._check_external_id(content, except_id=view.id)
            updated = self._fill(view, content)
            self.put(updated)
            return updated

    def publish(self, person: str, content: Json, *, hash: str | None = None) -> OpenView:
        """Publish a person's Home tab. Raises ApiError hash_conflict."""
        with self._lock:
            home = self._homes.get(person)
            if home is not None:
                return self.update(home, content, hash=hash)
            if hash is not None:
                raise ApiError("hash_conflict")
            view_id = self._ids.next("V")
            view = self._fill(OpenView(id=view_id, person=person, content={}, hash="", root_id=view_id), content)
            self._homes[person] = view
            self._publish("home", {"person": person})
            return view

    def by_external_id(self, external_id: str) -> OpenView | None:
        """Return the open view with an external id, None if there is none."""
        with self._lock:
            for stack in (*self._stacks.values(), list(self._homes.values())):
                for view in stack:
                    if view.content.get("external_id") == external_id:
                        return view
        return None

    def _check_external_id(self, content: Json, *, except_id: str | None) -> None:
        external_id = content.get("external_id")
        other = self.by_external_id(external_id) if external_id else None
        if other is not None and other.id != except_id:
            raise ApiError("duplicate_external_id")

    def _fill(self, view: OpenView, content: Json) -> OpenView:
        blocks = with_ids(content["blocks"], self._ids)
        filled = {**content, "blocks": blocks}
        digest = hashlib.sha256(json.dumps([filled, self._ids.next("h")], sort_keys=True).encode()).hexdigest()[:8]
        return replace(
            view, content=filled, values=state_of(blocks, view.values), hash=f"{int(self._clock())}.{digest}"
        )

    # User actions

    def put(self, view: OpenView) -> None:
        """Store a changed view."""
        with self._lock:
            if view.type == "home":
                self._homes[view.person] = view
                self._publish("home", {"person": view.person})
                return
            stack = self._stacks.get(view.person, [])
            self._stacks[view.person] = [view if other.id == view.id else other for other in stack]
            self._publish("screen", {"person": view.person})

    def type_in(self, view: OpenView, values: Mapping[str, Mapping[str, Json]]) -> OpenView:
        """Store the input in a view, without notifying the page."""
        with self._lock:
            merged = {block_id: dict(actions) for block_id, actions in view.values.items()}
            for block_id, actions in values.items():
                merged.setdefault(block_id, {}).update({key: dict(state) for key, state in actions.items()})
            changed = replace(view, values=state_of(view.blocks, merged))
            stack = self._stacks.get(view.person, [])
            self._stacks[view.person] = [changed if other.id == view.id else other for other in stack]
            if view.type == "home":
                self._homes[view.person] = changed
            return changed

    def close(self, view: OpenView) -> tuple[OpenView, ...]:
        """Close a modal and those on top of it. Return the closed views, top first."""
        with self._lock:
            stack = self._stacks.get(view.person, [])
            position = next((index for index, other in enumerate(stack) if other.id == view.id), None)
            if position is None:
                return ()
            closed = tuple(reversed(stack[position:]))
            del stack[position:]
        self._publish("screen", {"person": view.person})
        return closed

    def clear(self, person: str) -> tuple[OpenView, ...]:
        """Close every modal of a person. Return the closed views, top first."""
        with self._lock:
            closed = tuple(reversed(self._stacks.pop(person, [])))
        self._publish("screen", {"person": person})
        return closed


def as_slack(view: OpenView, *, team_id: str, app_id: str, bot_id: str) -> Json:
    """Return a view as in payloads and in the responses of views.*."""
    content: dict[str, Any] = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        **view.content,
    }
    if view.type == "modal":
        content = {"clear_on_close": False, "notify_on_close": False, "submit": None, "close": None, **content}
    return {
        **content,
        "id": view.id,
        "team_id": team_id,
        "app_id": app_id,
        "app_installed_team_id": team_id,
        "bot_id": bot_id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": view.values},
    }
