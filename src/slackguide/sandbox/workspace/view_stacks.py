"""View stacks, Home tabs, and the trigger ids that open views."""

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

# docs.slack.dev: a trigger_id expires in 3 seconds and opens one view; a modal's stack holds 3 views.
TRIGGER_SECONDS = 3.0
STACK = 3


@dataclass(frozen=True, kw_only=True)
class OpenView:
    """An open modal or a Home tab. `content` is what the bot sent, ids filled in; `values` what is typed so far."""

    id: str
    person: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: StateValues = field(default_factory=dict)

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.content["type"])

    @property
    def blocks(self) -> list[Json]:
        """The view's blocks."""
        return list(self.content["blocks"])

    @property
    def title(self) -> str:
        """A modal's title, "" for a Home tab."""
        return str(self.content.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The callback id, "" when the bot gave none."""
        return str(self.content.get("callback_id", ""))


@dataclass(frozen=True, kw_only=True)
class _Trigger:
    person: str
    issued: float
    view_id: str | None


class ViewStacks:
    """Each person's stack of modals and Home tab."""

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
        """A person's open modals, the top one last."""
        with self._lock:
            return tuple(self._stacks.get(person, ()))

    def top(self, person: str) -> OpenView | None:
        """The modal a person is looking at."""
        stack = self.stack(person)
        return stack[-1] if stack else None

    def home(self, person: str) -> OpenView | None:
        """A person's Home tab, None before the bot has published one."""
        with self._lock:
            return self._homes.get(person)

    def view(self, view_id: str) -> OpenView:
        """The open view with that id. Raises Unknown."""
        with self._lock:
            for stack in (*self._stacks.values(), list(self._homes.values())):
                for view in stack:
                    if view.id == view_id:
                        return view
        raise NotFoundError(f"no open view {view_id}")

    # Triggers

    def trigger(self, person: str, *, view_id: str | None = None) -> str:
        """A trigger id for something this person just did, in a modal (`view_id`) or elsewhere."""
        with self._lock:
            name = f"{self._ids.next('', length=13)}.{self._ids.next('', length=12)}"
            self._triggers[name] = _Trigger(person=person, issued=self._clock(), view_id=view_id)
            return name

    def _exchange(self, trigger_id: str) -> _Trigger:
        if trigger_id in self._exchanged:
            raise ApiError("exchanged_trigger_id")
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if self._clock() - trigger.issued > TRIGGER_SECONDS:
            raise ApiError("expired_trigger_id")
        self._exchanged.add(trigger_id)
        return trigger

    # What views.open, push, update and publish do

    def open(self, trigger_id: str, content: Json) -> OpenView:
        """Open a modal by a trigger id. Raises ApiError with Slack's code for a bad trigger."""
        with self._lock:
            self._check_external_id(content, besides=None)
            trigger = self._exchange(trigger_id)
            stack = self._stacks.setdefault(trigger.person, [])
            stack.clear()
            return self._put_on(trigger.person, stack, content)

    def push(self, trigger_id: str, content: Json) -> OpenView:
        """Put a modal on top of the one the trigger came from. Raises ApiError."""
        with self._lock:
            self._check_external_id(content, besides=None)
            trigger = self._exchange(trigger_id)
            stack = self._stacks.setdefault(trigger.person, [])
            if not stack or trigger.view_id is None:
                raise ApiError("not_found")
            return self.push_on(trigger.person, content)

    def push_on(self, person: str, content: Json) -> OpenView:
        """Put a modal on a person's stack. Raises ApiError push_limit_reached over three."""
        with self._lock:
            stack = self._stacks.setdefault(person, [])
            if len(stack) >= STACK:
                raise ApiError("push_limit_reached")
            return self._put_on(person, stack, content)

    def _put_on(self, person: str, stack: list[OpenView], content: Json) -> OpenView:
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
        """Replace a view's content; what was typed stays where block and action ids are the same. Raises ApiError."""
        with self._lock:
            if hash is not None and hash != view.hash:
                raise ApiError("hash_conflict")
            self._check_external_id(content, besides=view.id)
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
        """The open view with that external id."""
        with self._lock:
            for stack in (*self._stacks.values(), list(self._homes.values())):
                for view in stack:
                    if view.content.get("external_id") == external_id:
                        return view
        return None

    def _check_external_id(self, content: Json, *, besides: str | None) -> None:
        external_id = content.get("external_id")
        other = self.by_external_id(external_id) if external_id else None
        if other is not None and other.id != besides:
            raise ApiError("duplicate_external_id")

    def _fill(self, view: OpenView, content: Json) -> OpenView:
        blocks = with_ids(content["blocks"], self._ids)
        whole = {**content, "blocks": blocks}
        stamp = hashlib.sha256(json.dumps([whole, self._ids.next("h")], sort_keys=True).encode()).hexdigest()[:8]
        return replace(view, content=whole, values=state_of(blocks, view.values), hash=f"{int(self._clock())}.{stamp}")

    # What people do

    def put(self, view: OpenView) -> None:
        """Store a changed view in its place."""
        with self._lock:
            if view.type == "home":
                self._homes[view.person] = view
                self._publish("home", {"person": view.person})
                return
            stack = self._stacks.get(view.person, [])
            self._stacks[view.person] = [view if other.id == view.id else other for other in stack]
            self._publish("screen", {"person": view.person})

    def type_in(self, view: OpenView, values: Mapping[str, Mapping[str, Json]]) -> OpenView:
        """Keep what a person typed in a view, without drawing it again."""
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
        """Close one modal; those on top of it go too. Returns what was closed, top first."""
        with self._lock:
            stack = self._stacks.get(view.person, [])
            at = next((index for index, other in enumerate(stack) if other.id == view.id), None)
            if at is None:
                return ()
            closed = tuple(reversed(stack[at:]))
            del stack[at:]
        self._publish("screen", {"person": view.person})
        return closed

    def clear(self, person: str) -> tuple[OpenView, ...]:
        """Close every modal of a person. Returns what was closed, top first."""
        with self._lock:
            closed = tuple(reversed(self._stacks.pop(person, [])))
        self._publish("screen", {"person": person})
        return closed


def as_slack(view: OpenView, *, team_id: str, app_id: str, bot_id: str) -> Json:
    """The view as it stands in payloads and in the answers of views.open and its like."""
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
