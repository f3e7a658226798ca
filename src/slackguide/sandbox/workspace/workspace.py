"""The workspace: people, conversations, messages, views, and the logs of requests and calls."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from slackguide.sandbox.errors import ApiError, NotFoundError
from slackguide.sandbox.id_generator import IdGenerator, stable_id
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.workspace.changes import ChangeFeed
from slackguide.sandbox.workspace.records import ApiCall, Exchange
from slackguide.sandbox.workspace.team import Person, Team, UserGroup
from slackguide.sandbox.workspace.view_stacks import ViewStacks

_LOG_LENGTH = 1000
"""How many calls and exchanges the logs hold."""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A channel, or the direct message between `person` and the app. `created` is epoch seconds."""

    id: str
    name: str
    purpose: str = ""
    members: frozenset[str] = frozenset()
    bot_joined: bool = True
    private: bool = False
    archived: bool = False
    shared: bool = False
    pending_shared: bool = False
    org_shared: bool = False
    person: str | None = None
    created: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message, ephemeral if it has a `reader`. `ts` is its timestamp and its id."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    thread_ts: str | None = None
    metadata: Json | None = None
    by_bot: bool = False
    edited: str | None = None
    reader: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    client_msg_id: str | None = None
    state: Json = field(default_factory=dict)
    """The state of the message's interactive elements, by block id and action id."""


class Workspace:
    """The people, conversations, messages, views and logs of a workspace."""

    def __init__(self, *, team: Team, clock: Callable[[], float], ids: IdGenerator, changes: ChangeFeed) -> None:
        self.team = team
        self.app = team.app
        self.clock = clock
        self.ids = ids
        self.changes = changes
        self.lock = threading.RLock()
        self.views = ViewStacks(clock=clock, ids=ids, lock=self.lock, publish=changes.publish)
        self._people: dict[str, Person] = {person.id: person for person in team.people}
        self._groups: dict[str, UserGroup] = {group.id: group for group in team.groups}
        self._conversations: dict[str, Conversation] = {}
        self.client_msg_ids: dict[str, str] = {}
        """The channel of each `client_msg_id` that chat.postMessage has seen, also if the message is deleted."""
        self._messages: dict[str, dict[str, Message]] = {}
        self._ephemerals: dict[str, Message] = {}
        self._read: dict[tuple[str, str], str] = {}
        self._last_ts = 0  # microseconds
        self._calls: deque[ApiCall] = deque(maxlen=_LOG_LENGTH)
        self._exchanges: deque[Exchange] = deque(maxlen=_LOG_LENGTH)
        self._numbers = {"call": 0, "exchange": 0}
        for channel in team.channels:
            self._add(
                Conversation(
                    id=channel.id,
                    name=channel.name,
                    purpose=channel.purpose,
                    members=frozenset(channel.members),
                    bot_joined=channel.bot_joined,
                    private=channel.private,
                    archived=channel.archived,
                    shared=channel.shared,
                    pending_shared=channel.pending_shared,
                    org_shared=channel.org_shared,
                    created=clock(),
                )
            )

    # People

    @property
    def people(self) -> tuple[Person, ...]:
        """Return everyone except the app."""
        with self.lock:
            return tuple(self._people.values())

    @property
    def groups(self) -> tuple[UserGroup, ...]:
        """Return the user groups."""
        with self.lock:
            return tuple(self._groups.values())

    def person(self, who: str) -> Person:
        """Return the person with an id or name. Raises NotFoundError."""
        with self.lock:
            for person in self._people.values():
                if who in (person.id, person.name):
                    return person
        raise NotFoundError(f"no person called {who}")

    def add_person(self, person: Person, *, channels: Iterable[str] = ("general",)) -> Person:
        """Add a person, who joins the given channels."""
        with self.lock:
            self._people[person.id] = person
            for name in channels:
                channel = self.conversation(name)
                self._change(channel, members=channel.members | {person.id})
        self.changes.publish("people", {})
        return person

    def change_person(self, who: str, **changes: Any) -> Person:
        """Change fields of a person, such as the name, the role or `deleted`."""
        with self.lock:
            person = replace(self.person(who), **changes)
            self._people[person.id] = person
        self.changes.publish("people", {})
        return person

    # Conversations

    def _add(self, conversation: Conversation) -> Conversation:
        self._conversations[conversation.id] = conversation
        self._messages.setdefault(conversation.id, {})
        self.changes.publish("channels", {})
        return conversation

    def _change(self, conversation: Conversation, **changes: Any) -> Conversation:
        changed = replace(conversation, **changes)
        self._conversations[conversation.id] = changed
        self.changes.publish("channels", {})
        return changed

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """Return every channel and every direct message with the app."""
        with self.lock:
            return tuple(self._conversations.values())

    def conversation(self, which: str) -> Conversation:
        """Return the conversation with an id or channel name (`#` allowed). Raises NotFoundError."""
        with self.lock:
            conversation = self._conversations.get(which)
            if conversation is None:
                name = which.removeprefix("#")
                conversation = next((c for c in self._conversations.values() if c.name == name and not c.person), None)
            if conversation is None:
                raise NotFoundError(f"no channel called {which}")
            return conversation

    def direct_message(self, who: str) -> Conversation:
        """Return the direct message between a person and the app; create it if necessary."""
        person = self.person(who)
        with self.lock:
            channel_id = stable_id("D", self.app.user_id, person.id)
            return self._conversations.get(channel_id) or self._add(
                Conversation(
                    id=channel_id,
                    name=self.app.name,
                    person=person.id,
                    members=frozenset({person.id}),
                    private=True,
                    created=self.clock(),
                )
            )

    def change_channel(self, which: str, **changes: Any) -> Conversation:
        """Change fields of a channel, such as `archived`, `shared`, `private` or `bot_joined`."""
        with self.lock:
            return self._change(self.conversation(which), **changes)

    # Messages

    def next_ts(self) -> str:
        """Return a message timestamp from the clock, later than every earlier one."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def post(self, message: Message) -> Message:
        """Store a message and publish the change."""
        with self.lock:
            if message.reader is None:
                self._messages[message.channel][message.ts] = message
            else:
                self._ephemerals[message.ts] = message
        self.changes.publish("message", {"channel": message.channel, "ts": message.ts, "reader": message.reader})
        return message

    def change(self, message: Message, **changes: Any) -> Message:
        """Store a message with changed fields."""
        return self.post(replace(message, **changes))

    def remove(self, message: Message) -> None:
        """Delete a message."""
        with self.lock:
            self._messages[message.channel].pop(message.ts, None)
            self._ephemerals.pop(message.ts, None)
        self.changes.publish("gone", {"channel": message.channel, "ts": message.ts, "reader": message.reader})

    def message(self, ts: str, *, channel: str | None = None) -> Message:
        """Return the message or ephemeral message with a timestamp. Raises NotFoundError."""
        with self.lock:
            ephemeral = self._ephemerals.get(ts)
            if ephemeral is not None and channel in (None, ephemeral.channel):
                return ephemeral
            for channel_id, messages in self._messages.items():
                if ts in messages and channel in (None, channel_id):
                    return messages[ts]
        raise NotFoundError(f"no message {ts}")

    def messages(self, channel: str, *, thread_ts: str | None = None) -> tuple[Message, ...]:
        """Return the messages of a channel (id or name) or of one thread, which includes its parent, oldest first.

        The messages of a channel include a thread reply only if it was also sent to the channel.
        """
        with self.lock:
            messages = sorted(self._messages[self.conversation(channel).id].values(), key=lambda message: message.ts)
        if thread_ts is not None:
            return tuple(message for message in messages if thread_ts in (message.ts, message.thread_ts))
        return tuple(message for message in messages if message.thread_ts in (None, message.ts) or message.broadcast)

    def all_messages(self, channel: str) -> tuple[Message, ...]:
        """Return every message of a channel, including threads, oldest first."""
        with self.lock:
            return tuple(sorted(self._messages[self.conversation(channel).id].values(), key=lambda m: m.ts))

    def direct_messages(self, who: str) -> tuple[Message, ...]:
        """Return every direct message between a person and the app, including threads, oldest first."""
        return self.all_messages(self.direct_message(who).id)

    def ephemerals(self, who: str, channel: str | None = None) -> tuple[Message, ...]:
        """Return the ephemeral messages to a person, in one channel or all, oldest first."""
        reader = self.person(who).id
        with self.lock:
            channel_id = self.conversation(channel).id if channel else None
            messages = [m for m in self._ephemerals.values() if m.reader == reader and channel_id in (None, m.channel)]
        return tuple(sorted(messages, key=lambda message: message.ts))

    def in_channel(self, which: str) -> Conversation:
        """Return a channel that the app is a member of. Raises ApiError channel_not_found, not_in_channel."""
        try:
            conversation = self.conversation(which)
        except NotFoundError:
            raise ApiError("channel_not_found") from None
        if not conversation.bot_joined:
            raise ApiError("channel_not_found" if conversation.private else "not_in_channel")
        return conversation

    # Read state

    def read(self, who: str, channel: str) -> str:
        """Return the timestamp up to which a person has read a channel, "" if none."""
        with self.lock:
            return self._read.get((who, channel), "")

    def mark_read(self, who: str, channel: str, ts: str) -> None:
        """Store the timestamp up to which a person has read a channel."""
        with self.lock:
            if ts <= self._read.get((who, channel), ""):
                return
            self._read[who, channel] = ts
        self.changes.publish("read", {"person": who, "channel": channel, "ts": ts})

    # Logs

    @property
    def calls(self) -> tuple[ApiCall, ...]:
        """Return the latest Web API calls of the app, oldest first."""
        with self.lock:
            return tuple(self._calls)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Return the latest exchanges with the app, oldest first."""
        with self.lock:
            return tuple(self._exchanges)

    def number(self, log: str) -> int:
        """Return the next number of a log, `call` or `exchange`."""
        with self.lock:
            self._numbers[log] += 1
            return self._numbers[log]

    def log_call(self, call: ApiCall) -> None:
        """Add a Web API call to the request log."""
        with self.lock:
            self._calls.append(call)
        self.changes.publish("call", {"number": call.number})

    def log_exchange(self, exchange: Exchange) -> None:
        """Add an exchange to the request log."""
        with self.lock:
            self._exchanges.append(exchange)
        self.changes.publish("exchange", {"number": exchange.number})

    # What stays between two runs

    def saved(self) -> Json:
        """Return the messages and what was read, as JSON. Ephemeral messages, views and logs do not stay."""
        with self.lock:
            return {
                "messages": [asdict(message) for messages in self._messages.values() for message in messages.values()],
                "direct": [conversation.person for conversation in self._conversations.values() if conversation.person],
                "read": [[*key, ts] for key, ts in self._read.items()],
                "client_msg_ids": self.client_msg_ids,
                "last_ts": self._last_ts,
            }

    def restore(self, saved: Json) -> None:
        """Take over what `saved` returned. Raises KeyError, TypeError or ValueError for anything else.

        The direct messages of people, and the messages of channels, that are no longer here are left out.
        """
        messages = [
            Message(**stored | {name: tuple(stored[name]) for name in ("blocks", "attachments")})
            for stored in saved["messages"]
        ]
        read = {(person, channel): ts for person, channel, ts in saved["read"]}
        people, posted, last_ts = set(saved["direct"]), dict(saved["client_msg_ids"]), int(saved["last_ts"])
        for person in self.people:
            if person.id in people:
                self.direct_message(person.id)
        with self.lock:
            for message in messages:
                if message.channel in self._messages:
                    self._messages[message.channel][message.ts] = message
            self._read, self.client_msg_ids, self._last_ts = read, posted, last_ts

    def wait_for(self, condition: Callable[[], bool], *, timeout: float = 60.0) -> bool:
        """Wait until `condition()` is true, tested after every change. Return false after `timeout` seconds."""
        return self.changes.wait_for(condition, timeout)
