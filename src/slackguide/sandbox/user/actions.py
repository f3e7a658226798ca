"""User actions: commands, messages, shortcuts, App Home."""

from __future__ import annotations

from typing import Any

from slackguide.sandbox.errors import NotAllowedError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.transport.app_connection import AppConnection
from slackguide.sandbox.transport.event_queue import EventQueue
from slackguide.sandbox.transport.http import Envelope
from slackguide.sandbox.user.composer import as_message
from slackguide.sandbox.user.payloads import Payloads
from slackguide.sandbox.user.response_urls import ResponseUrls, show
from slackguide.sandbox.user.responses import parse_command_response
from slackguide.sandbox.web_api.serializers import message as message_json
from slackguide.sandbox.workspace.records import AppReply, Exchange
from slackguide.sandbox.workspace.team import Person
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace

SLACKBOT = "USLACKBOT"
_SUBSCRIPTION = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}


class UserActions:
    """What a person does in channels. Each method returns the exchange that it led to.

    People are named by id or handle, channels by id or name. Raises CannotDo for what Slack's screen would not offer,
    Unknown for names that do not exist.
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

    def _present(self, user: str) -> Person:
        person = self.workspace.person(user)
        if person.deleted:
            raise NotAllowedError(f"{person.name} has left and cannot do anything here")
        if person.bot:
            raise NotAllowedError(f"{person.name} is a bot and does nothing here by itself")
        return person

    def _place(self, person: Person, channel: str) -> Conversation:
        """The channel, if the person sits in it; their own handle or the bot's name is their direct message."""
        if channel in (person.id, person.name, self.workspace.app.name, self.workspace.app.user_id):
            return self.workspace.direct_message(person.id)
        found = self.workspace.conversation(channel)
        if person.id not in found.members:
            raise NotAllowedError(f"{person.name} is not in #{found.name}")
        return found

    def command(self, user: str, channel: str, command: str, text: str = "") -> Exchange:
        """Type a slash command into a channel."""
        person = self._present(user)
        conversation = self._place(person, channel)
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

        def conclude(reply: AppReply) -> dict[str, Any]:
            answer = parse_command_response(command, reply, workspace.ids)
            if answer.content is not None:
                show(
                    workspace,
                    answer.content,
                    person=person.id,
                    channel=conversation.id,
                    thread_ts=None,
                    to_all=answer.to_all,
                )
            if answer.notice:
                self._notice(person, conversation, answer.notice)
            return {"notice": answer.notice, "problems": answer.problems}

        return self._bot.exchange(
            "slash_commands", person.id, Envelope(kind="slash_commands", payload=payload), conclude
        )

    def _notice(self, person: Person, conversation: Conversation, text: str) -> None:
        """Slackbot's words to one person."""
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

    # Messages and the events they cause

    def message(self, user: str, text: str, thread_ts: str | None = None) -> Exchange:
        """Write to the bot in a direct message."""
        return self.say(user, self.workspace.app.name, text, thread_ts)

    def mention(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Exchange:
        """Mention the bot in a channel: `text` is what follows its name."""
        return self.say(user, channel, f"@{self.workspace.app.name} {text}".rstrip(), thread_ts)

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Exchange:
        """Write a message anywhere. The bot hears of it as far as its events reach."""
        person = self._present(user)
        conversation = self._place(person, channel)
        if conversation.archived:
            raise NotAllowedError(f"#{conversation.name} is archived")
        if not text.strip():
            raise NotAllowedError("an empty message cannot be sent")
        written, blocks = as_message(self.workspace, text)
        message = self.workspace.post(
            Message(
                channel=conversation.id,
                ts=self.workspace.next_ts(),
                user=person.id,
                text=written,
                blocks=tuple(blocks),
                thread_ts=thread_ts,
            )
        )
        self.workspace.mark_read(person.id, conversation.id, message.ts)
        return self._send_event(person, conversation, message)

    def _send_event(self, person: Person, conversation: Conversation, message: Message) -> Exchange:
        """Deliver every event that a person's message causes; returns the exchange of the one about the bot."""
        events = list(self._events_of(conversation, message))
        if not events:
            return self._bot.unsent(
                "message", person.id, message_json(self.workspace, message, threads=False), stored=False
            )
        *others, last = events
        for event in others:
            self._events.send_now(person.id, self._parcel(event, person, conversation))
        return self._events.send_now(person.id, self._parcel(last, person, conversation))

    def _events_of(self, conversation: Conversation, message: Message) -> list[Json]:
        app = self.workspace.app
        body = {
            **message_json(self.workspace, message, threads=False),
            "channel": conversation.id,
            "event_ts": message.ts,
        }
        if message.metadata:
            body["metadata"] = message.metadata
        if not message.by_bot:
            body["client_msg_id"] = self.workspace.ids.next("", length=12).lower()
        found = []
        if conversation.bot_joined:
            kind = _channel_type(conversation)
            if _SUBSCRIPTION[kind] in app.events:
                found.append({**body, "channel_type": kind})
        mentioned = f"<@{app.user_id}>" in message.text and not conversation.person
        if mentioned and conversation.bot_joined and not message.by_bot and "app_mention" in app.events:
            found.append({**body, "type": "app_mention"})
        return found

    def _parcel(self, event: Json, person: Person | None, conversation: Conversation | None) -> Envelope:
        payload = self._payloads.event(
            event,
            event_id=self.workspace.ids.next("Ev"),
            person=person,
            shared=bool(conversation and conversation.shared),
        )
        return Envelope(kind="events_api", payload=payload)

    def edit(self, user: str, ts: str, text: str) -> Exchange:
        """Edit one's own message."""
        person = self._present(user)
        message = self._own(person, ts)
        written, blocks = as_message(self.workspace, text)
        changed = self.workspace.change(message, text=written, blocks=tuple(blocks), edited=self.workspace.next_ts())
        return self._report(person, "message_changed", changed, {"message": changed, "previous_message": message})

    def delete(self, user: str, ts: str) -> Exchange:
        """Delete one's own message."""
        person = self._present(user)
        message = self._own(person, ts)
        self.workspace.remove(message)
        return self._report(person, "message_deleted", message, {"previous_message": message})

    def _own(self, person: Person, ts: str) -> Message:
        message = self.workspace.message(ts)
        if message.user != person.id:
            raise NotAllowedError("only one's own messages can be changed")
        return message

    def _report(self, person: Person, subtype: str, message: Message, about: dict[str, Message]) -> Exchange:
        event = self._change_event(subtype, message, about)
        conversation = self.workspace.conversation(message.channel)
        if event is None:
            return self._bot.unsent(subtype, person.id, {"channel": message.channel, "ts": message.ts}, stored=False)
        return self._events.send_now(person.id, self._parcel(event, person, conversation))

    def _change_event(self, subtype: str, message: Message, about: dict[str, Message]) -> Json | None:
        """The event of a changed or deleted message, None where the bot does not hear of it."""
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
            **{key: message_json(self.workspace, found, threads=False) for key, found in about.items()},
            **({"deleted_ts": message.ts} if subtype == "message_deleted" else {}),
        }

    # What the bot itself does comes back to it as events

    def bot_posted(self, message: Message) -> None:
        """Send the bot the event of its own message, as Slack does."""
        conversation = self.workspace.conversation(message.channel)
        for event in self._events_of(conversation, message):
            self._events.send_later(self.workspace.app.user_id, self._parcel(event, None, conversation))

    def bot_changed(self, before: Message, after: Message) -> None:
        """Send the bot the event of its own message's change."""
        about = {"message": after, "previous_message": before}
        event = self._change_event("message_changed", after, about)
        if event is not None:
            conversation = self.workspace.conversation(after.channel)
            self._events.send_later(self.workspace.app.user_id, self._parcel(event, None, conversation))

    # The Home tab and shortcuts

    def open_home(self, user: str, tab: str = "home") -> Exchange:
        """Open the app's Home tab (or its `messages` tab)."""
        person = self._present(user)
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
        return self._events.send_now(person.id, self._parcel(event, person, conversation))

    def shortcut(self, user: str, callback_id: str) -> Exchange:
        """Use a global shortcut."""
        person = self._present(user)
        self._offered(callback_id, "global")
        trigger_id = self.workspace.views.trigger(person.id)
        payload = self._payloads.shortcut(person, callback_id, trigger_id=trigger_id)
        return self._interact("shortcut", person, payload)

    def message_shortcut(self, user: str, ts: str, callback_id: str) -> Exchange:
        """Use a message shortcut on a message."""
        person = self._present(user)
        self._offered(callback_id, "message")
        message = self.workspace.message(ts)
        if message.reader is not None:
            raise NotAllowedError("Slack offers no shortcuts on messages that only one person sees")
        conversation = self._place(person, message.channel)
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

    def _offered(self, callback_id: str, kind: str) -> None:
        shortcuts = [shortcut for shortcut in self.workspace.app.shortcuts if shortcut.kind == kind]
        if callback_id not in [shortcut.callback_id for shortcut in shortcuts]:
            raise NotAllowedError(f"the app registered no {kind} shortcut {callback_id}")

    def _interact(self, kind: str, person: Person, payload: Json) -> Exchange:
        """Send an interaction whose answer shows nothing by itself."""

        def conclude(reply: AppReply) -> dict[str, Any]:
            return {"notice": failure_message(self.workspace.app.display_name, reply)}

        return self._bot.exchange(kind, person.id, Envelope(kind="interactive", payload=payload), conclude)


def failure_message(name: str, reply: AppReply) -> str | None:
    """Slack's words beside a button or shortcut whose request was not acknowledged."""
    if reply.ok:
        return None
    if reply.failure == "timeout":
        return f"{name} did not respond. Try again?"
    return f"{name} could not do that. Try again?"


def _channel_type(conversation: Conversation) -> str:
    if conversation.person:
        return "im"
    return "group" if conversation.private else "channel"
