"""Serialize workspace objects as Slack does: users, channels, messages, user groups."""

from __future__ import annotations

from slackguide.sandbox.json_types import Json
from slackguide.sandbox.workspace.team import Person, PersonRole, UserGroup
from slackguide.sandbox.workspace.view_stacks import OpenView, as_slack
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace


def team_of(workspace: Workspace, person: Person) -> str:
    """The id of the company a person belongs to."""
    return workspace.team.partner_id if person.role is PersonRole.OUTSIDER else workspace.team.id


def user(workspace: Workspace, person: Person) -> Json:
    """A `user` object (docs.slack.dev/reference/objects/user-object), email left out as without its scope."""
    team_id = team_of(workspace, person)
    profile = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "title": person.title,
        "team": team_id,
        "status_text": "",
        "status_emoji": "",
        "image_48": "",
    }
    base: Json = {
        "id": person.id,
        "team_id": team_id,
        "name": person.name,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": person.bot,
        "is_app_user": False,
        "updated": 0,
    }
    if person.role is PersonRole.OUTSIDER:
        return {**base, "is_stranger": False, "real_name": person.real_name}
    if person.deleted:
        return base
    return {
        **base,
        "real_name": person.real_name,
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.role in (PersonRole.GUEST, PersonRole.SINGLE_CHANNEL_GUEST),
        "is_ultra_restricted": person.role is PersonRole.SINGLE_CHANNEL_GUEST,
        "is_email_confirmed": True,
    }


def bot_user(workspace: Workspace) -> Json:
    """The app's own `user` object."""
    app = workspace.app
    return {
        "id": app.user_id,
        "team_id": workspace.team.id,
        "name": app.name,
        "deleted": False,
        "real_name": app.display_name,
        "profile": {
            "real_name": app.display_name,
            "display_name": app.name,
            "bot_id": app.bot_id,
            "api_app_id": app.id,
        },
        "is_bot": True,
        "is_app_user": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "updated": 0,
    }


def channel(workspace: Workspace, found: Conversation, *, count: bool = False) -> Json:
    """A `channel` object (docs.slack.dev/reference/objects/conversation-object)."""
    if found.person:
        return {
            "id": found.id,
            "created": int(found.created),
            "is_im": True,
            "is_org_shared": False,
            "user": found.person,
            "is_archived": False,
            "is_user_deleted": workspace.person(found.person).deleted,
        }
    body: Json = {
        "id": found.id,
        "name": found.name,
        "name_normalized": found.name,
        "is_channel": not found.private,
        "is_group": found.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": found.private,
        "is_archived": found.archived,
        "is_general": found.name == "general",
        "is_shared": found.shared or found.org_shared,
        "is_ext_shared": found.shared,
        "is_org_shared": found.org_shared,
        "is_pending_ext_shared": found.pending_shared,
        "is_member": found.bot_joined,
        "created": int(found.created),
        "creator": workspace.people[0].id,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": found.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
    }
    if count:
        body["num_members"] = len(found.members) + found.bot_joined
    return body


def message(workspace: Workspace, found: Message, *, metadata: bool = False, threads: bool = True) -> Json:
    """A message as conversations.history and events write it."""
    team_id = workspace.team.id
    body: Json = {"type": "message", "user": found.user, "text": found.text, "ts": found.ts, "team": team_id}
    if found.subtype:
        body["subtype"] = found.subtype
    if found.by_bot:
        app = workspace.app
        body |= {
            "bot_id": app.bot_id,
            "app_id": app.id,
            "bot_profile": {
                "id": app.bot_id,
                "app_id": app.id,
                "name": app.display_name,
                "deleted": False,
                "team_id": team_id,
            },
        }
    if found.blocks:
        body["blocks"] = list(found.blocks)
    if found.edited:
        body["edited"] = {"user": found.user, "ts": found.edited}
    if found.thread_ts:
        body["thread_ts"] = found.thread_ts
        if found.thread_ts != found.ts:
            body["parent_user_id"] = parent_author(workspace, found)
    if metadata and found.metadata:
        body["metadata"] = found.metadata
    if threads and found.thread_ts in (None, found.ts) and found.reader is None:
        body |= _thread(workspace, found)
    return body


def parent_author(workspace: Workspace, found: Message) -> str:
    """Who wrote the message that a reply answers, "" when it is gone."""
    replies = workspace.messages(found.channel, thread_ts=found.thread_ts)
    return next((message.user for message in replies if message.ts == found.thread_ts), "")


def _thread(workspace: Workspace, found: Message) -> Json:
    replies = [m for m in workspace.messages(found.channel, thread_ts=found.ts) if m.ts != found.ts]
    if not replies:
        return {}
    authors = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": found.ts,
        "reply_count": len(replies),
        "reply_users_count": len(authors),
        "reply_users": authors,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
    }


def group(workspace: Workspace, found: UserGroup, *, users: bool, count: bool) -> Json:
    """A `usergroup` object."""
    body: Json = {
        "id": found.id,
        "team_id": workspace.team.id,
        "is_usergroup": True,
        "name": found.name,
        "handle": found.handle,
        "description": "",
        "is_external": False,
        "date_delete": 0,
    }
    if users:
        body["users"] = list(found.users)
    if count:
        body["user_count"] = len(found.users)
    return body


def view(workspace: Workspace, found: OpenView) -> Json:
    """A view as payloads and the views methods write it."""
    app = workspace.app
    return as_slack(found, team_id=workspace.team.id, app_id=app.id, bot_id=app.bot_id)
