"""The payloads that Slack sends to an app (docs.slack.dev/interactivity and /apis/events-api)."""

from __future__ import annotations

from dataclasses import dataclass

from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api import serializers
from slackguide.sandbox.workspace.team import Person, PersonRole
from slackguide.sandbox.workspace.view_stacks import OpenView
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace

VERIFICATION_TOKEN = "sandbox-verification"  # noqa: S105 (not a secret)
"""The deprecated verification token, which Slack still sends."""


@dataclass(frozen=True, kw_only=True)
class Payloads:
    """Builds the payloads of one workspace."""

    workspace: Workspace

    def _app(self) -> Json:
        return {"api_app_id": self.workspace.app.id, "token": VERIFICATION_TOKEN}

    def _team(self) -> Json:
        return {"id": self.workspace.team.id, "domain": self.workspace.team.domain}

    def _user(self, person: Person) -> Json:
        team_id = serializers.team_of(self.workspace, person)
        return {"id": person.id, "username": person.name, "name": person.name, "team_id": team_id}

    def _channel(self, channel: Conversation) -> Json:
        return {"id": channel.id, "name": "directmessage" if channel.person else channel.name}

    def _interaction(self, kind: str, person: Person, trigger_id: str) -> Json:
        return {
            "type": kind,
            "team": self._team(),
            "user": self._user(person),
            **self._app(),
            "trigger_id": trigger_id,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def command(
        self, person: Person, channel: Conversation, *, command: str, text: str, trigger_id: str, response_url: str
    ) -> Json:
        """Return the form fields of a slash command."""
        channel_fields = self._channel(channel)
        return {
            **self._app(),
            "team_id": serializers.team_of(self.workspace, person),
            "team_domain": self.workspace.team.domain,
            "channel_id": channel_fields["id"],
            "channel_name": channel_fields["name"],
            "user_id": person.id,
            "user_name": person.name,
            "command": command,
            "text": text,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": trigger_id,
        }

    def message_action(
        self, person: Person, message: Message, action: Json, *, trigger_id: str, response_url: str
    ) -> Json:
        """Return `block_actions` for a message. Without `message` if it is ephemeral."""
        channel = self.workspace.conversation(message.channel)
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.reader is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        body = {
            **self._interaction("block_actions", person, trigger_id),
            "container": container,
            "channel": self._channel(channel),
            "state": {"values": message.state},
            "response_url": response_url,
            "actions": [action],
        }
        if message.reader is None:
            body["message"] = serializers.message(self.workspace, message)
        return body

    def view_action(self, person: Person, view: OpenView, action: Json, *, trigger_id: str) -> Json:
        """Return `block_actions` for a modal or Home tab."""
        return {
            **self._interaction("block_actions", person, trigger_id),
            "container": {"type": "view", "view_id": view.id},
            "view": serializers.view(self.workspace, view),
            "actions": [action],
        }

    def submission(self, person: Person, view: OpenView, *, trigger_id: str) -> Json:
        """Return `view_submission`."""
        return {
            **self._interaction("view_submission", person, trigger_id),
            "view": serializers.view(self.workspace, view),
            "response_urls": [],
        }

    def view(self, view: OpenView) -> Json:
        """Return a view as in payloads."""
        return serializers.view(self.workspace, view)

    def closed(self, person: Person, view: OpenView, *, cleared: bool) -> Json:
        """Return `view_closed`, for a view with `notify_on_close`."""
        body = self._interaction("view_closed", person, "")
        del body["trigger_id"]
        return {**body, "view": serializers.view(self.workspace, view), "is_cleared": cleared}

    def shortcut(self, person: Person, callback_id: str, *, trigger_id: str) -> Json:
        """Return `shortcut`, for a global shortcut."""
        ts = self.workspace.next_ts()
        return {
            **self._interaction("shortcut", person, trigger_id),
            "callback_id": callback_id,
            "action_ts": ts,
        }

    def message_shortcut(
        self, person: Person, message: Message, callback_id: str, *, trigger_id: str, response_url: str
    ) -> Json:
        """Return `message_action`, for a message shortcut."""
        return {
            **self._interaction("message_action", person, trigger_id),
            "callback_id": callback_id,
            "action_ts": self.workspace.next_ts(),
            "message_ts": message.ts,
            "channel": self._channel(self.workspace.conversation(message.channel)),
            "message": serializers.message(self.workspace, message),
            "response_url": response_url,
        }

    def suggestion(
        self, person: Person, container: Json, *, action_id: str, block_id: str, value: str, view: OpenView | None
    ) -> Json:
        """Return `block_suggestion`, the request of an external select for options."""
        body = self._interaction("block_suggestion", person, "")
        del body["trigger_id"]
        body |= {"action_id": action_id, "block_id": block_id, "value": value, "container": container}
        if view is not None:
            body["view"] = serializers.view(self.workspace, view)
        return body

    def event(self, event: Json, *, event_id: str, person: Person | None, shared: bool = False) -> Json:
        """Return `event_callback`, the envelope of an event."""
        team_id = self.workspace.team.id
        body: Json = {
            **self._app(),
            "team_id": team_id,
            "context_team_id": team_id,
            "context_enterprise_id": None,
            "type": "event_callback",
            "event": event,
            "event_id": event_id,
            "event_time": int(float(event["event_ts"])),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team_id,
                    "user_id": self.workspace.app.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{event_id}",
        }
        if person is not None and person.role is PersonRole.OUTSIDER:
            partner_id = self.workspace.team.partner_id
            event |= {"user_team": partner_id, "source_team": partner_id, "team": partner_id}
        return body
