"""Checks of the workspace: token, scopes, clock, events, channels and user groups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk.web import SlackResponse

from slackguide.doctor.findings import Finding, not_checked, ok, problem
from slackguide.doctor.requests import Caller, CallFailed
from slackguide.slack.api.calls import response_header
from slackguide.slack.manifest import SCOPES
from slackguide.slack.registry import EVENTS

CLOCK_TOLERANCE = 60.0
"""Seconds by which the clock may differ from Slack's. Requests that are 300 s off are refused as forged."""

SUBSCRIPTIONS_HELP = (
    "set SLACK_CONFIG_TOKEN to an app configuration token (https://api.slack.com/apps, valid for 12 hours), or compare "
    "the app's settings with `slackguide manifest`"
)


def check_token(call: Caller, *, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Check the bot token with `auth.test`, and what its response says about scopes and time."""
    before = now()
    try:
        identity = call("auth.test")
    except CallFailed as error:
        yield problem("token", str(error), error.remedy)
        return
    after = now()
    yield ok("token", f"acts as @{identity.get('user')} in {identity.get('team')} ({identity.get('team_id')})")
    yield _scopes(identity)
    yield _clock(identity, before + (after - before) / 2)


def _scopes(identity: SlackResponse) -> Finding:
    header = response_header(identity.headers, "x-oauth-scopes")
    if header is None:
        return not_checked("scopes", "Slack's response does not name the scopes of the token")
    granted = {scope.strip() for scope in header.split(",")} - {""}
    if missing := sorted(set(SCOPES) - granted):
        return problem(
            "scopes",
            f"missing: {', '.join(missing)}",
            "Update the app from `slackguide manifest`, and reinstall it to the workspace",
        )
    extra = sorted(granted - set(SCOPES))
    return ok("scopes", f"all {len(SCOPES)} granted{'; not needed: ' + ', '.join(extra) if extra else ''}")


def _clock(identity: SlackResponse, now: datetime) -> Finding:
    try:
        slack_time = parsedate_to_datetime(response_header(identity.headers, "date") or "").astimezone(UTC)
    except ValueError:
        return not_checked("clock", "Slack's response has no date")
    seconds = (now - slack_time).total_seconds()
    text = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} Slack's"
    if abs(seconds) > CLOCK_TOLERANCE:
        return problem("clock", f"this machine's clock is {text}", "Synchronize it (NTP): at 300 s nothing is accepted")
    return ok("clock", f"{text}, which is close enough")


def check_app_token(call: Caller) -> Finding:
    """Check that Socket Mode can connect."""
    try:
        call("apps.connections.open")
    except CallFailed as error:
        return problem(
            "app token", str(error), "Create an app-level token with connections:write, and turn Socket Mode on"
        )
    return ok("app token", "Slack opens Socket Mode connections")


def check_events(call: Caller, config: Caller | None, last_event: datetime | None) -> Finding:
    """Check the subscriptions to events. Slack names them only to an app configuration token (`config`)."""
    arrived = f"the last event arrived at {last_event:%Y-%m-%d %H:%M} UTC" if last_event else "no event has arrived yet"
    if config is None:
        return not_checked("events", f"Slack does not tell a bot token; {arrived}", f"To check, {SUBSCRIPTIONS_HELP}")
    try:
        app_id = _app_id(call)
        exported = config("apps.manifest.export", app_id=app_id)["manifest"]
    except CallFailed as error:
        return problem("events", str(error), f"To check the events, {SUBSCRIPTIONS_HELP}")
    subscribed = set(exported.get("settings", {}).get("event_subscriptions", {}).get("bot_events") or ())
    if missing := sorted(set(EVENTS) - subscribed):
        return problem("events", f"not subscribed: {', '.join(missing)}", "Update the app from `slackguide manifest`")
    return ok("events", f"all {len(EVENTS)} subscribed; {arrived}")


def _app_id(call: Caller) -> str:
    bot_id = str(call("auth.test").get("bot_id") or "")
    return str(call("bots.info", bot=bot_id)["bot"]["app_id"])


def check_channels(call: Caller, names: Collection[str], configured: Mapping[str, str]) -> Iterator[Finding]:
    """Check that each channel exists, is not archived, and has the bot as a member.

    `names` are those of the forms, `configured` the ids in SLACKGUIDE_CHANNELS.
    """
    found: dict[str, Mapping[str, Any]] = {}
    failed: CallFailed | None = None
    by_name = set(names) - set(configured)
    try:
        _find(call, by_name, found)
    except CallFailed as error:
        failed = error
    for name in names:
        check = f"channel #{name}"
        if name in configured:
            yield _configured_channel(call, check, name, configured[name])
        elif name in found:
            yield _channel(check, name, found[name])
        elif failed is not None:
            yield problem(check, str(failed), f"{failed.remedy}; or give its id in SLACKGUIDE_CHANNELS")
        else:
            yield problem(
                check,
                f"no channel of this name is visible: it does not exist, or is private without @{_BOT} in it",
                f"Create #{name} and type `/invite @{_BOT}` there, or name another channel in the form",
            )


_BOT = "slackguide"


def _find(call: Caller, wanted: set[str], found: dict[str, Mapping[str, Any]]) -> None:
    """Add the wanted channels to `found`, by name. An archived one counts only if no other has the name."""
    if not wanted:
        return
    for channel in call.pages("conversations.list", "channels", types="public_channel,private_channel"):
        name = channel.get("name")
        if name in wanted and (name not in found or found[name].get("is_archived")):
            found[name] = channel
        if len(found) == len(wanted) and not any(one.get("is_archived") for one in found.values()):
            return


def _configured_channel(call: Caller, check: str, name: str, channel_id: str) -> Finding:
    try:
        channel = call("conversations.info", channel=channel_id)["channel"]
    except CallFailed as error:
        if error.code != "channel_not_found":
            return problem(check, str(error), error.remedy)
        return problem(
            check,
            f"SLACKGUIDE_CHANNELS says {channel_id}, which @{_BOT} cannot see",
            f"Correct the id, or type `/invite @{_BOT}` in the channel",
        )
    return _channel(check, name, channel)


def _channel(check: str, name: str, channel: Mapping[str, Any]) -> Finding:
    title = f"{channel['id']} exists" + (f" as #{channel['name']}" if channel.get("name") != name else "")
    if channel.get("is_archived"):
        return problem(check, f"{title}, but is archived", "Unarchive it, or name another channel in the form")
    if not channel.get("is_member"):
        return problem(check, f"{title}, but @{_BOT} is not in it", f"Type `/invite @{_BOT}` in the channel")
    if channel.get("is_ext_shared"):
        return problem(
            check,
            f"{title}, and is shared with another company, which reads every escalation",
            "Use a channel of your own workspace for escalations",
        )
    return ok(check, f"{title}, with @{_BOT} in it")


def check_groups(call: Caller, handles: Collection[str], *, lead_groups: Collection[str]) -> Iterator[Finding]:
    """Check that each user group of the knowledge exists and has members.

    A setting can name the people of `lead_groups` instead.
    """
    if not handles:
        return
    try:
        groups = {group.get("handle"): group for group in call("usergroups.list", include_count="true")["usergroups"]}
        for handle in handles:
            check = f"group @{handle}"
            if (group := groups.get(handle)) is None:
                yield problem(check, "there is no such user group", _group_remedy(handle, handle in lead_groups))
            elif not call("usergroups.users.list", usergroup=group["id"])["users"]:
                yield problem(check, "the group has no members", "Add its people in Slack")
            else:
                yield ok(check, "exists and has members")
    except CallFailed as error:
        yield problem("groups", str(error), error.remedy)


def _group_remedy(handle: str, are_leads: bool) -> str:
    advice = f"Create @{handle} in Slack, or change the handle in the knowledge"
    return f"{advice}; team leads can also be named in SLACKGUIDE_TEAM_LEADS" if are_leads else advice
