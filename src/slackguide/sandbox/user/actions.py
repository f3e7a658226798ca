"""User actions: commands, messages, shortcuts, App Home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackguide.sandbox.block_kit.state import with_ids
from slackguide.sandbox.block_kit.validation import check_message_blocks
from slackguide.sandbox.errors import NotAllowedError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.transport.app_connection import AppConnection
from slackguide.sandbox.transport.event_queue import EventQueue
from slackguide.sandbox.transport.http import Envelope
from slackguide.sandbox.user.composer import compose
from slackguide.sandbox.user.payloads import Payloads
from slackguide.sandbox.user.response_urls import ResponseUrls, show
from slackguide.sandbox.user.responses import parse_command_response
from slackguide.sandbox.user.shared_message import share_attachment
from slackguide.sandbox.web_api.serializers import message as message_json
from slackguide.sandbox.workspace.records import AppReply, Exchange
from slackguide.sandbox.workspace.team import Person
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace

SLACKBOT = "USLACKBOT"
ME = "/me"
"""Slack's own command for a message about oneself."""
NO_TEXT = "This content can't be displayed."
"""The text that Slack gives a message of blocks alone."""
_SUBSCRIPTION = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}


class UserActions:
    """A user's actions in conversations. Each method returns the exchange with the app that it causes.

    `user` is a person's id or name, `channel` a channel's id or name. Raises NotAllowedError for an action that
    Slack's client does not offer, NotFoundError for an unknown name.
    """

    def __init__(
        self,
        *,
        workspace: Workspace,
        bot: AppConnection,
        events: EventQueue,
        response_urls: ResponseUrls,
        payloads: Payloads,
    ) -> None:
        self.workspace = workspace
        self._bot = bot
        self._events = events
        self._response_urls = response_urls
        self._payloads = payloads

    def _active_person(self, user: str) -> Person:
        person = self.workspace.person(user)
        if person.deleted:
            raise NotAllowedError(f"{person.name} is deactivated")
        if person.bot:
            raise NotAllowedError(f"{person.name} is a bot and cannot act as a user")
        return person

    def _conversation(self, person: Person, channel: str) -> Conversation:
        """Return the channel if the person is in it. The person's or the app's name means their direct message."""
        if channel in (person.id, person.name, self.workspace.app.name, self.workspace.app.user_id):
            return self.workspace.direct_message(person.id)
        conversation = self.workspace.conversation(channel)
        if person.id not in conversation.members:
            raise NotAllowedError(f"{person.name} is not in #{conversation.name}")
        return conversation

    def command(self, user: str, channel: str, command: str, text: str = "") -> Exchange:
        """Send a slash command from a channel. `/me` is Slack's own and sends a message."""
        if command == ME:
            return self.me(user, channel, text)
        person = self._active_person(user)
        conversation = self._conversation(person, channel)
        workspace = self.workspace
        if workspace.app.command(command) is None:
            notice = f"{command} is not a valid command."
            self._notice(person, conversation, notice)
            return self._bot.unsent("slash_commands", person.id, {"command": command}, notice=notice)
        payload = self._payloads.command(
            person,
            conversation,
            command=command,
            text=text.strip(),
            trigger_id=workspace.views.trigger(person.id),
            response_url=self._response_urls.issue("commands", person=person.id, channel=conversation.id),
        )

        def apply(reply: AppReply) -> dict[str, Any]:
            response = parse_command_response(command, reply, workspace.ids)
            if response.content is not None:
                show(
                    workspace,
                    response.content,
                    person=person.id,
                    channel=conversation.id,
                    thread_ts=None,
                    to_all=response.to_all,
                )
            if response.notice:
                self._notice(person, conversation, response.notice)
            return {"notice": response.notice, "problems": response.problems}

        return self._bot.exchange("slash_commands", person.id, Envelope(kind="slash_commands", payload=payload), apply)

    def _notice(self, person: Person, conversation: Conversation, text: str) -> None:
        """Post an ephemeral message from Slackbot."""
        workspace = self.workspace
        workspace.post(
            Message(
                channel=conversation.id,
                ts=workspace.next_ts(),
                user=SLACKBOT,
                text=text,
                reader=person.id,
                subtype="notice",
            )
        )

    # Messages and their events

    def message(self, user: str, text: str, thread_ts: str | None = None) -> Exchange:
        """Send a direct message to the app."""
        return self.say(user, self.workspace.app.name, text, thread_ts)

    def mention(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Exchange:
        """Mention the app in a channel. `text` follows its name."""
        return self.say(user, channel, f"@{self.workspace.app.name} {text}".rstrip(), thread_ts)

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Exchange:
        """Send a message. The app receives the events that it subscribed to."""
        mrkdwn, blocks = self._composed(text)
        return self._send(user, channel, text=mrkdwn, blocks=blocks, thread_ts=thread_ts)

    def me(self, user: str, channel: str, text: str) -> Exchange:
        """Send a `/me` message: without blocks (docs.slack.dev/reference/events/message/me_message).

        No documentation says that Slack sends `app_mention` for it, so this sandbox does not.
        """
        mrkdwn, _ = self._composed(text)
        return self._send(user, channel, text=mrkdwn, subtype="me_message")

    def forward(self, user: str, channel: str, ts: str, comment: str = "", thread_ts: str | None = None) -> Exchange:
        """Forward a message, with or without a comment. The original is an attachment; only the comment is `text`."""
        original = self.workspace.message(ts)
        self._conversation(self._active_person(user), original.channel)
        if original.reader is not None:
            raise NotAllowedError("an ephemeral message cannot be forwarded")
        mrkdwn, blocks = compose(self.workspace, comment) if comment.strip() else ("", [])
        attachment = share_attachment(self.workspace, original)
        return self._send(user, channel, text=mrkdwn, blocks=blocks, attachments=(attachment,), thread_ts=thread_ts)

    def post_as_app(
        self,
        name: str,
        channel: str,
        *,
        text: str = "",
        blocks: Sequence[Json] = (),
        attachments: Sequence[Json] = (),
    ) -> Exchange:
        """Post a message as another app, whose user is a member with `bot`. `text` is mrkdwn.

        Slack fills in a text for blocks without one.
        """
        bot = self.workspace.person(name)
        if not bot.bot:
            raise NotAllowedError(f"{bot.name} is a person and cannot post as an app")
        if problems := check_message_blocks(list(blocks)):
            raise NotAllowedError(f"invalid_blocks: {problems[0].message}")
        message = Message(
            channel=self._conversation(bot, channel).id,
            ts=self.workspace.next_ts(),
            user=bot.id,
            text=text or (NO_TEXT if blocks else ""),
            blocks=tuple(with_ids(list(blocks), self.workspace.ids)),
            attachments=tuple(attachments),
        )
        return self._post(bot, message)

    def _composed(self, text: str) -> tuple[str, list[Json]]:
        if not text.strip():
            raise NotAllowedError("an empty message cannot be sent")
        return compose(self.workspace, text)

    def _send(
        self,
        user: str,
        channel: str,
        *,
        text: str,
        blocks: Sequence[Json] = (),
        attachments: Sequence[Json] = (),
        thread_ts: str | None = None,
        subtype: str | None = None,
    ) -> Exchange:
        """Send a person's message and its events."""
        person = self._active_person(user)
        message = Message(
            channel=self._conversation(person, channel).id,
            ts=self.workspace.next_ts(),
            user=person.id,
            text=text,
            blocks=tuple(blocks),
            attachments=tuple(attachments),
            thread_ts=thread_ts,
            subtype=subtype,
        )
        return self._post(person, message)

    def _post(self, author: Person, message: Message) -> Exchange:
        conversation = self.workspace.conversation(message.channel)
        if conversation.archived:
            raise NotAllowedError(f"#{conversation.name} is archived")
        self.workspace.post(message)
        self.workspace.mark_read(author.id, conversation.id, message.ts)
        return self._send_event(author, conversation, message)

    def _send_event(self, person: Person, conversation: Conversation, message: Message) -> Exchange:
        """Deliver every event of a message. Return the exchange of the last one (`app_mention` after `message`)."""
        events = list(self._events_of(conversation, message))
        if not events:
            return self._bot.unsent(
                "message", person.id, message_json(self.workspace, message, threads=False), logged=False
            )
        *others, last = events
        for event in others:
            self._events.send_now(person.id, self._envelope(event, person, conversation))
        return self._events.send_now(person.id, self._envelope(last, person, conversation))

    def _events_of(self, conversation: Conversation, message: Message) -> list[Json]:
        app = self.workspace.app
        body = {
            **message_json(self.workspace, message, threads=False),
            "channel": conversation.id,
            "event_ts": message.ts,
        }
        if message.metadata:
            body["metadata"] = message.metadata
        if message.blocks and not message.attachments and "bot_id" not in body:  # typed in a client
            body["client_msg_id"] = self.workspace.ids.next("", length=12).lower()
        events = []
        if conversation.bot_joined:
            kind = _channel_type(conversation)
            if _SUBSCRIPTION[kind] in app.events:
                events.append({**body, "channel_type": kind})
        mentioned = f"<@{app.user_id}>" in message.text and not conversation.person and message.subtype is None
        if mentioned and conversation.bot_joined and not message.by_bot and "app_mention" in app.events:
            events.append({**body, "type": "app_mention"})
        return events

    def _envelope(self, event: Json, person: Person | None, conversation: Conversation | None) -> Envelope:
        payload = self._payloads.event(
            event,
            event_id=self.workspace.ids.next("Ev"),
            person=person,
            shared=bool(conversation and conversation.shared),
        )
        return Envelope(kind="events_api", payload=payload)

    def edit(self, user: str, ts: str, text: str) -> Exchange:
        """Edit a message of one's own."""
        person = self._active_person(user)
        message = self._own_message(person, ts)
        mrkdwn, blocks = compose(self.workspace, text)
        changed = self.workspace.change(message, text=mrkdwn, blocks=tuple(blocks), edited=self.workspace.next_ts())
        exchange = self._send_change_event(
            person, "message_changed", changed, {"message": changed, "previous_message": message}
        )
        conversation = self.workspace.conversation(changed.channel)
        mentions = [event for event in self._events_of(conversation, changed) if event["type"] == "app_mention"]
        for event in mentions:  # Slack sends the event again, with the same ts and another event id
            exchange = self._events.send_now(person.id, self._envelope(event, person, conversation))
        return exchange

    def delete(self, user: str, ts: str) -> Exchange:
        """Delete a message of one's own."""
        person = self._active_person(user)
        message = self._own_message(person, ts)
        self.workspace.remove(message)
        return self._send_change_event(person, "message_deleted", message, {"previous_message": message})

    def _own_message(self, person: Person, ts: str) -> Message:
        message = self.workspace.message(ts)
        if message.user != person.id:
            raise NotAllowedError("only the author of a message can change it")
        return message

    def _send_change_event(
        self, person: Person, subtype: str, message: Message, messages: dict[str, Message]
    ) -> Exchange:
        event = self._change_event(subtype, message, messages)
        conversation = self.workspace.conversation(message.channel)
        if event is None:
            return self._bot.unsent(subtype, person.id, {"channel": message.channel, "ts": message.ts}, logged=False)
        return self._events.send_now(person.id, self._envelope(event, person, conversation))

    def _change_event(self, subtype: str, message: Message, messages: dict[str, Message]) -> Json | None:
        """Return the event of a changed or deleted message, None if the app does not receive it."""
        conversation = self.workspace.conversation(message.channel)
        kind = _channel_type(conversation)
        if not conversation.bot_joined or _SUBSCRIPTION[kind] not in self.workspace.app.events:
            return None
        ts = self.workspace.next_ts()
        return {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": conversation.id,
            "channel_type": kind,
            "ts": ts,
            "event_ts": ts,
            **{key: message_json(self.workspace, value, threads=False) for key, value in messages.items()},
            **({"deleted_ts": message.ts} if subtype == "message_deleted" else {}),
        }

    # Events of the app's own messages

    def bot_posted(self, message: Message) -> None:
        """Send the app the events of a message that it posted, as Slack does."""
        conversation = self.workspace.conversation(message.channel)
        for event in self._events_of(conversation, message):
            self._events.send_later(self.workspace.app.user_id, self._envelope(event, None, conversation))

    def bot_changed(self, before: Message, after: Message) -> None:
        """Send the app the event of a message that it changed."""
        messages = {"message": after, "previous_message": before}
        event = self._change_event("message_changed", after, messages)
        if event is not None:
            conversation = self.workspace.conversation(after.channel)
            self._events.send_later(self.workspace.app.user_id, self._envelope(event, None, conversation))

    def change_channel(self, which: str, **changes: Any) -> Conversation:
        """Rename or archive a channel, or remove the app from it, and send the app the event of it."""
        before = self.workspace.conversation(which)
        after = self.workspace.change_channel(which, **changes)
        kind = "group" if after.private else "channel"
        events: list[Json] = []
        if after.name != before.name:
            renamed = {"id": after.id, "name": after.name, "created": int(after.created)}
            events.append({"type": f"{kind}_rename", "channel": renamed})
        if after.archived != before.archived:
            what = "archive" if after.archived else "unarchive"
            events.append({"type": f"{kind}_{what}", "channel": after.id, "user": self.workspace.people[0].id})
        if before.bot_joined and not after.bot_joined:
            events.append({"type": f"{kind}_left", "channel": after.id})
        for event in events:
            if event["type"] in self.workspace.app.events:
                envelope = self._envelope({**event, "event_ts": self.workspace.next_ts()}, None, after)
                self._events.send_later(self.workspace.app.user_id, envelope)
        return after

    # App Home and shortcuts

    def open_home(self, user: str, tab: str = "home") -> Exchange:
        """Open a tab of App Home, `home` or `messages`."""
        person = self._active_person(user)
        conversation = self.workspace.direct_message(person.id)
        event: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": conversation.id,
            "tab": tab,
            "event_ts": self.workspace.next_ts(),
        }
        home = self.workspace.views.home(person.id)
        if home is not None and tab == "home":
            event["view"] = self._payloads.view(home)
        if "app_home_opened" not in self.workspace.app.events:
            return self._bot.unsent("app_home_opened", person.id, event)
        return self._events.send_now(person.id, self._envelope(event, person, conversation))

    def shortcut(self, user: str, callback_id: str) -> Exchange:
        """Run a global shortcut."""
        person = self._active_person(user)
        self._require_shortcut(callback_id, "global")
        trigger_id = self.workspace.views.trigger(person.id)
        payload = self._payloads.shortcut(person, callback_id, trigger_id=trigger_id)
        return self._interact("shortcut", person, payload)

    def message_shortcut(self, user: str, ts: str, callback_id: str) -> Exchange:
        """Run a message shortcut on a message."""
        person = self._active_person(user)
        self._require_shortcut(callback_id, "message")
        message = self.workspace.message(ts)
        if message.reader is not None:
            raise NotAllowedError("an ephemeral message has no shortcuts")
        conversation = self._conversation(person, message.channel)
        payload = self._payloads.message_shortcut(
            person,
            message,
            callback_id,
            trigger_id=self.workspace.views.trigger(person.id),
            response_url=self._response_urls.issue(
                "actions", person=person.id, channel=conversation.id, message=message
            ),
        )
        return self._interact("message_action", person, payload)

    def _require_shortcut(self, callback_id: str, kind: str) -> None:
        shortcuts = [shortcut for shortcut in self.workspace.app.shortcuts if shortcut.kind == kind]
        if callback_id not in [shortcut.callback_id for shortcut in shortcuts]:
            raise NotAllowedError(f"the app registered no {kind} shortcut {callback_id}")

    def _interact(self, kind: str, person: Person, payload: Json) -> Exchange:
        """Send an interaction whose response has no visible effect."""

        def apply(reply: AppReply) -> dict[str, Any]:
            return {"notice": failure_message(self.workspace.app.display_name, reply)}

        return self._bot.exchange(kind, person.id, Envelope(kind="interactive", payload=payload), apply)


def failure_message(name: str, reply: AppReply) -> str | None:
    """Return Slack's message for a button or shortcut if the app did not acknowledge the request, else None."""
    if reply.ok:
        return None
    if reply.failure == "timeout":
        return f"{name} did not respond. Try again?"
    return f"{name} could not do that. Try again?"


def _channel_type(conversation: Conversation) -> str:
    if conversation.person:
        return "im"
    return "group" if conversation.private else "channel"
