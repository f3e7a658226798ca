"""Slack's refusals: which pass by themselves, which need a person, and the words for that person.

Codes are those of `chat.postMessage`, `conversations.list`, `conversations.open` and `conversations.history`
(docs.slack.dev, reference of the methods).
"""

from __future__ import annotations

from slackguide.escalation.escalation import Escalation

OUR_FAULT = "internal"
"""The code under which a fault of our own is kept; never one of Slack's."""

PASSING = frozenset(
    {
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "ratelimited",
        "rate_limited",
    }
)
"""Slack is unwell. What it was asked to do may have been done (docs: "some aspect of the operation succeeded")."""

POINTLESS = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"})
"""The message that was to be changed cannot be changed any more."""

_INVITE = "Invite @slackguide to #{channel}"
_INSTALL = "Have an administrator install slackguide again and restart it with the new token"
_FORM = "Tell whoever looks after slackguide: this needs a change to the form or the program"

LASTING: dict[str, tuple[str, str]] = {
    "channel_not_found": ("#{channel} does not exist, or is private and does not have me in it", _INVITE),
    "not_in_channel": ("#{channel} does not let me post, because I am not in it", _INVITE),
    "is_archived": ("#{channel} is archived", "Have #{channel} unarchived, or the form given another channel"),
    "restricted_action": (
        "the settings of #{channel} or of the workspace do not let me post there",
        "Have an administrator allow slackguide to post in #{channel}",
    ),
    "restricted_action_read_only_channel": (
        "#{channel} is read-only",
        "Have an administrator allow slackguide to post in #{channel}",
    ),
    "restricted_action_thread_only_channel": (
        "#{channel} only takes replies",
        "Have an administrator allow slackguide to post in #{channel}",
    ),
    "ekm_access_denied": ("the workspace's keys are withheld", "Ask the workspace's administrators"),
    "invalid_blocks": ("Slack did not take the message the way it was built", _FORM),
    "invalid_blocks_format": ("Slack did not take the message the way it was built", _FORM),
    "msg_blocks_too_long": ("the message is longer than Slack takes", _FORM),
    "msg_too_long": ("the message is longer than Slack takes", _FORM),
    "too_many_attachments": ("Slack did not take the message the way it was built", _FORM),
    "no_text": ("Slack did not take the message the way it was built", _FORM),
    "metadata_too_large": ("Slack did not take the message the way it was built", _FORM),
    "invalid_metadata_format": ("Slack did not take the message the way it was built", _FORM),
    "invalid_arguments": ("Slack did not take the request the way it was built", _FORM),
    "account_inactive": ("slackguide's access to Slack was ended", _INSTALL),
    "token_revoked": ("slackguide's access to Slack was ended", _INSTALL),
    "token_expired": ("slackguide's access to Slack has run out", _INSTALL),
    "invalid_auth": ("Slack does not know slackguide's token", _INSTALL),
    "not_authed": ("slackguide has no token", _INSTALL),
    "not_allowed_token_type": ("slackguide's token is of the wrong kind", _INSTALL),
    "no_permission": ("slackguide may not do this", _INSTALL),
    "access_denied": ("slackguide may not do this", _INSTALL),
    "missing_scope": ("slackguide lacks a permission", "Have an administrator install it again from its manifest"),
    "org_login_required": ("the workspace is being moved", "Ask the workspace's administrators"),
    "team_access_not_granted": ("slackguide is not allowed into the workspace", "Ask the workspace's administrators"),
    "user_not_found": ("the person is not known to Slack", "Check the person's account"),
    "users_not_found": ("the person is not known to Slack", "Check the person's account"),
    "user_disabled": ("the person's account is closed", "Pass the news on another way"),
    "cannot_dm_bot": ("a bot cannot be written to", "Pass the news on another way"),
    "user_not_visible": ("the person cannot be written to from here", "Pass the news on another way"),
    "messages_tab_disabled": ("slackguide's Messages tab is off", "Have it turned on in the app's settings"),
    "thread_not_found": ("the message it belongs under is gone", "Look for the escalation in #{channel}"),
    "message_not_found": ("the message it belongs to is gone", "Look for the escalation in #{channel}"),
    OUR_FAULT: ("something in slackguide itself went wrong", "Give whoever looks after slackguide this reference"),
}
"""Code to what happened and what to do, for what waiting does not mend."""

_UNKNOWN = ("Slack refused it ({code})", "Give whoever looks after slackguide this reference")


def explain(code: str, escalation: Escalation) -> str:
    """For the requester and the owner of what cannot be posted: what happened, what is safe, what to do."""
    happened, mend = LASTING.get(code, _UNKNOWN)
    fill = {"channel": escalation.channel, "code": code}
    return (
        f"{escalation.reference} is saved, but not yet in #{escalation.channel}: {happened.format(**fill)}. "
        f"{mend.format(**fill)}, then have it sent again with `slackguide outbox retry {escalation.reference}`. "
        "Nothing has to be typed again."
    )
