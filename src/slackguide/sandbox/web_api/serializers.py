"""Serialize workspace objects as Slack does: users, channels, messages, user groups."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slackguide.sandbox.id_generator import stable_id
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.workspace.team import Person, PersonRole, UserGroup
from slackguide.sandbox.workspace.view_stacks import OpenView, as_slack
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace


def team_of(workspace: Workspace, person: Person) -> str:
    """Return the id of the team that a person belongs to."""
    return workspace.team.partner_id if person.role is PersonRole.OUTSIDER else workspace.team.id


def user(workspace: Workspace, person: Person) -> Json:
    """Return a `user` object (docs.slack.dev/reference/objects/user-object), without the email, which needs a scope."""
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
    fields: Json = {
        "id": person.id,
        "team_id": person.home_team or team_id,
        "name": person.name,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": person.bot,
        "is_app_user": False,
        "updated": 0,
    }
    if person.home_team:
        teams = sorted({team_id, person.home_team} if person.home_team.startswith("T") else {team_id})
        fields["enterprise_user"] = {"id": person.id.replace("U", "W", 1), "enterprise_id": "E0ORG", "teams": teams}
    if person.role is PersonRole.OUTSIDER:
        return {**fields, "is_stranger": False, "real_name": person.real_name}
    if person.deleted:
        return fields
    return {
        **fields,
        "real_name": person.real_name,
        **_time_zone(workspace, person),
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.role in (PersonRole.GUEST, PersonRole.SINGLE_CHANNEL_GUEST),
        "is_ultra_restricted": person.role is PersonRole.SINGLE_CHANNEL_GUEST,
        "is_email_confirmed": True,
    }


def _time_zone(workspace: Workspace, person: Person) -> Json:
    """Return a person's time zone: its name, its label and the current offset from UTC in seconds."""
    now = datetime.fromtimestamp(workspace.clock(), ZoneInfo(person.tz))
    offset = now.utcoffset() or timedelta()
    return {"tz": person.tz, "tz_label": now.tzname(), "tz_offset": int(offset.total_seconds())}


def bot_user(workspace: Workspace) -> Json:
    """Return the `user` object of the app."""
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


def channel(workspace: Workspace, conversation: Conversation, *, count: bool = False) -> Json:
    """Return a `channel` object (docs.slack.dev/reference/objects/conversation-object)."""
    if conversation.person:
        return {
            "id": conversation.id,
            "created": int(conversation.created),
            "is_im": True,
            "is_org_shared": False,
            "user": conversation.person,
            "is_archived": False,
            "is_user_deleted": workspace.person(conversation.person).deleted,
        }
    body: Json = {
        "id": conversation.id,
        "name": conversation.name,
        "name_normalized": conversation.name,
        "is_channel": not conversation.private,
        "is_group": conversation.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": conversation.private,
        "is_archived": conversation.archived,
        "is_general": conversation.name == "general",
        "is_shared": conversation.shared or conversation.org_shared,
        "is_ext_shared": conversation.shared,
        "is_org_shared": conversation.org_shared,
        "is_pending_ext_shared": conversation.pending_shared,
        "is_member": conversation.bot_joined,
        "created": int(conversation.created),
        "creator": workspace.people[0].id,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": conversation.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
    }
    if count:
        body["num_members"] = len(conversation.members) + conversation.bot_joined
    return body


def message(workspace: Workspace, posted: Message, *, metadata: bool = False, threads: bool = True) -> Json:
    """Return a message as in conversations.history and events."""
    team_id = workspace.team.id
    body: Json = {"type": "message", "user": posted.user, "text": posted.text, "ts": posted.ts, "team": team_id}
    if posted.subtype:
        body["subtype"] = posted.subtype
    body |= _bot_fields(workspace, posted)
    if posted.blocks:
        body["blocks"] = list(posted.blocks)
    if posted.attachments:
        body["attachments"] = list(posted.attachments)
    if posted.edited:
        body["edited"] = {"user": posted.user, "ts": posted.edited}
    if posted.thread_ts:
        body["thread_ts"] = posted.thread_ts
        if posted.thread_ts != posted.ts:
            body["parent_user_id"] = parent_author(workspace, posted)
    if metadata and posted.metadata:
        body["metadata"] = posted.metadata
    if threads and posted.thread_ts in (None, posted.ts) and posted.reader is None:
        body |= _thread(workspace, posted)
    return body


def _bot_fields(workspace: Workspace, posted: Message) -> Json:
    """Return the fields of a message that an app posted, {} for a person's message."""
    other = next((person for person in workspace.people if person.id == posted.user and person.bot), None)
    if posted.by_bot:
        bot_id, app_id, name = workspace.app.bot_id, workspace.app.id, workspace.app.display_name
    elif other is not None:
        bot_id, app_id, name = stable_id("B", other.name), stable_id("A", other.name), other.real_name
    else:
        return {}
    profile = {"id": bot_id, "app_id": app_id, "name": name, "deleted": False, "team_id": workspace.team.id}
    return {"bot_id": bot_id, "app_id": app_id, "bot_profile": profile}


def parent_author(workspace: Workspace, reply: Message) -> str:
    """Return the author of a reply's parent message, "" if it was deleted."""
    replies = workspace.messages(reply.channel, thread_ts=reply.thread_ts)
    return next((message.user for message in replies if message.ts == reply.thread_ts), "")


def _thread(workspace: Workspace, parent: Message) -> Json:
    replies = [m for m in workspace.messages(parent.channel, thread_ts=parent.ts) if m.ts != parent.ts]
    if not replies:
        return {}
    authors = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": parent.ts,
        "reply_count": len(replies),
        "reply_users_count": len(authors),
        "reply_users": authors,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
    }


def group(workspace: Workspace, usergroup: UserGroup, *, users: bool, count: bool) -> Json:
    """Return a `usergroup` object."""
    body: Json = {
        "id": usergroup.id,
        "team_id": workspace.team.id,
        "is_usergroup": True,
        "name": usergroup.name,
        "handle": usergroup.handle,
        "description": "",
        "is_external": False,
        "date_delete": 0,
    }
    if users:
        body["users"] = list(usergroup.users)
    if count:
        body["user_count"] = len(usergroup.users)
    return body


def view(workspace: Workspace, open_view: OpenView) -> Json:
    """Return a view as in payloads and in the responses of views.*."""
    app = workspace.app
    return as_slack(open_view, team_id=workspace.team.id, app_id=app.id, bot_id=app.bot_id)
