"""Slack's error codes: what each is about, what it means for people, and what to do.

Codes are those of the methods that we call, and those that every method shares (docs.slack.dev/reference/methods:
auth.test, chat.postMessage, chat.update, conversations.open, conversations.list, conversations.history, users.info,
views.open, views.publish).
"""

from __future__ import annotations

from dataclasses import dataclass

from slackguide.delivery.retry import OUR_FAULT
from slackguide.delivery.sender import RefusalScope, SlackRefusedError
from slackguide.escalation.models import Escalation

MISSING_SCOPE = "missing_scope"

SERVICE = frozenset(
    {
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
    }
)
"""Slack is unwell or overloaded (docs: "some aspect of the operation succeeded")."""

TARGET_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"})
"""The message or channel that was to be changed cannot be changed any more."""


@dataclass(frozen=True)
class Advice:
    """What a code means. `happened` and `remedy` may name `{channel}`; each is a clause without a full stop."""

    scope: RefusalScope
    happened: str
    remedy: str


_INVITE = "Invite @slackguide to #{channel}"
_INSTALL = "Have an administrator install slackguide again and restart it with the new token"
_ADMINISTRATOR = "Ask the workspace's administrators"
_ALLOW = "Have an administrator allow slackguide to post in #{channel}"
_FORM = "Tell whoever looks after slackguide: this needs a change to the form or the program"
_NOTIFY = "Pass the news on another way"
_LOOK = "Look for the escalation in #{channel}"
_BUILT_WRONG = "Slack did not take the message the way it was built"


def _all(scope: RefusalScope, happened: str, remedy: str, *codes: str) -> dict[str, Advice]:
    return dict.fromkeys(codes, Advice(scope, happened, remedy))


ADVICE: dict[str, Advice] = {
    **_all(
        RefusalScope.PLACE,
        "#{channel} does not exist, or is private and does not have me in it",
        _INVITE,
        "channel_not_found",
    ),
    **_all(RefusalScope.PLACE, "#{channel} does not let me post, because I am not in it", _INVITE, "not_in_channel"),
    **_all(
        RefusalScope.PLACE,
        "#{channel} is archived",
        "Have #{channel} unarchived, or the form given another channel",
        "is_archived",
    ),
    **_all(
        RefusalScope.PLACE,
        "the settings of #{channel} or of the workspace do not let me post there",
        _ALLOW,
        "restricted_action",
    ),
    **_all(RefusalScope.PLACE, "#{channel} is read-only", _ALLOW, "restricted_action_read_only_channel"),
    **_all(RefusalScope.PLACE, "#{channel} only takes replies", _ALLOW, "restricted_action_thread_only_channel"),
    **_all(RefusalScope.PLACE, "#{channel} does not take replies", _ALLOW, "restricted_action_non_threadable_channel"),
    **_all(
        RefusalScope.PLACE,
        "slackguide's Messages tab is off",
        "Have it turned on in the app's settings",
        "messages_tab_disabled",
    ),
    **_all(
        RefusalScope.MESSAGE,
        _BUILT_WRONG,
        _FORM,
        "invalid_blocks",
        "invalid_blocks_format",
        "too_many_attachments",
        "no_text",
        "metadata_too_large",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_arguments",
    ),
    **_all(
        RefusalScope.MESSAGE, "the message is longer than Slack takes", _FORM, "msg_blocks_too_long", "msg_too_long"
    ),
    **_all(RefusalScope.MESSAGE, "the message it belongs under is gone", _LOOK, "thread_not_found"),
    **_all(
        RefusalScope.MESSAGE,
        "the message it belongs under takes no replies",
        _LOOK,
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
    ),
    **_all(RefusalScope.MESSAGE, "the message it belongs to is gone", _LOOK, "message_not_found"),
    **_all(
        RefusalScope.MESSAGE,
        "the message it belongs to cannot be changed any more",
        _LOOK,
        "cant_update_message",
        "edit_window_closed",
    ),
    **_all(
        RefusalScope.PERSON,
        "the person is not known to Slack",
        "Check the person's account",
        "user_not_found",
        "users_not_found",
    ),
    **_all(RefusalScope.PERSON, "the person's account is closed", _NOTIFY, "user_disabled"),
    **_all(RefusalScope.PERSON, "a bot cannot be written to", _NOTIFY, "cannot_dm_bot"),
    **_all(
        RefusalScope.PERSON,
        "the person cannot be written to from here",
        _NOTIFY,
        "user_not_visible",
        "invalid_user_combination",
    ),
    **_all(
        RefusalScope.INSTALLATION,
        "slackguide's access to Slack was ended",
        _INSTALL,
        "account_inactive",
        "token_revoked",
    ),
    **_all(RefusalScope.INSTALLATION, "slackguide's access to Slack has run out", _INSTALL, "token_expired"),
    **_all(RefusalScope.INSTALLATION, "Slack does not know slackguide's token", _INSTALL, "invalid_auth"),
    **_all(RefusalScope.INSTALLATION, "slackguide has no token", _INSTALL, "not_authed"),
    **_all(RefusalScope.INSTALLATION, "slackguide's token is of the wrong kind", _INSTALL, "not_allowed_token_type"),
    **_all(RefusalScope.INSTALLATION, "slackguide may not do this", _INSTALL, "no_permission", "access_denied"),
    **_all(
        RefusalScope.INSTALLATION,
        "slackguide lacks a permission",
        "Have an administrator install it again from its manifest",
        MISSING_SCOPE,
    ),
    **_all(RefusalScope.INSTALLATION, "the workspace is being moved", _ADMINISTRATOR, "org_login_required"),
    **_all(
        RefusalScope.INSTALLATION,
        "slackguide is not allowed into the workspace",
        _ADMINISTRATOR,
        "team_access_not_granted",
        "enterprise_is_restricted",
    ),
    **_all(
        RefusalScope.INSTALLATION, "slackguide may not call Slack from this network", _ADMINISTRATOR, "accesslimited"
    ),
    **_all(RefusalScope.INSTALLATION, "the workspace's keys are withheld", _ADMINISTRATOR, "ekm_access_denied"),
    **_all(
        RefusalScope.INSTALLATION,
        "the workspace wants two-factor authentication to be set up",
        _ADMINISTRATOR,
        "two_factor_setup_required",
    ),
    **_all(
        RefusalScope.UNKNOWN,
        "something in slackguide itself went wrong",
        "Give whoever looks after slackguide this reference",
        OUR_FAULT,
    ),
}
"""What each code is about; one that is neither here nor in `SERVICE` is tried a few more times."""

INSTALLATION_CODES = frozenset(code for code, advice in ADVICE.items() if advice.scope is RefusalScope.INSTALLATION)

CALL_CODES = frozenset({MISSING_SCOPE, "no_permission", "access_denied", "not_allowed_token_type"})
"""Refusals of the installation that may be about one method alone: another method, `auth.test` too, may still work."""


def refusal(code: str, *, needed: str | None = None) -> SlackRefusedError:
    """The refusal that a code of Slack's is; `needed` is the OAuth scope that came with `missing_scope`."""
    if code in SERVICE:
        return SlackRefusedError(code, RefusalScope.SERVICE)
    scope = ADVICE[code].scope if code in ADVICE else RefusalScope.UNKNOWN
    return SlackRefusedError(code, scope, target_gone=code in TARGET_GONE, needed=needed)


def explain(code: str, escalation: Escalation) -> str:
    """For the requester and the owner of what cannot be posted: what happened, what is safe, what to do."""
    unknown = Advice(RefusalScope.UNKNOWN, f"Slack refused it ({code})", ADVICE[OUR_FAULT].remedy)
    advice = ADVICE.get(code, unknown)
    happened, remedy = (text.replace("{channel}", escalation.channel) for text in (advice.happened, advice.remedy))
    return (
        f"{escalation.reference} is saved, but not yet in #{escalation.channel}: {happened}. "
        f"{remedy}, then have it sent again with `slackguide outbox retry {escalation.reference}`. "
        "Nothing has to be typed again."
    )
