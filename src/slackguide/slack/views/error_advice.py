"""The meaning of Slack's error codes for people, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass

from slackguide.delivery.retry import INTERNAL_ERROR
from slackguide.escalation.models import Escalation
from slackguide.slack.access import Denial
from slackguide.slack.api.error_codes import MISSING_SCOPE

TRY_AGAIN = "Try again"
"""Label of the button that retries an undelivered message."""


@dataclass(frozen=True)
class Advice:
    """The meaning and the remedy of an error code, as clauses without a full stop. Both may contain `{channel}`."""

    happened: str
    remedy: str


_INVITE = "Invite @slackguide to #{channel}"
_INSTALL = "Ask an administrator to install slackguide again and restart it with the new token"
_ADMINISTRATOR = "Ask the workspace's administrators"
_ALLOW = "Ask an administrator to allow slackguide to post in #{channel}"
_FORM = "Tell an administrator of slackguide: the form or the program needs a change"
_NOTIFY = "Notify the person another way"
_LOOK = "Look for the escalation in #{channel}"
_INVALID_MESSAGE = "Slack rejected the content of the message"


def _all(happened: str, remedy: str, *codes: str) -> dict[str, Advice]:
    return dict.fromkeys(codes, Advice(happened, remedy))


ADVICE: dict[str, Advice] = {
    **_all("#{channel} does not exist, or is private and I am not a member", _INVITE, "channel_not_found"),
    **_all("I cannot post in #{channel}, because I am not a member", _INVITE, "not_in_channel"),
    **_all("#{channel} is archived", "Unarchive #{channel}, or set another channel in the form", "is_archived"),
    **_all("the settings of #{channel} or of the workspace do not allow me to post there", _ALLOW, "restricted_action"),
    **_all("#{channel} is read-only", _ALLOW, "restricted_action_read_only_channel"),
    **_all("#{channel} accepts replies only", _ALLOW, "restricted_action_thread_only_channel"),
    **_all("#{channel} does not accept replies", _ALLOW, "restricted_action_non_threadable_channel"),
    **_all("slackguide's Messages tab is off", "Turn it on in the app's settings", "messages_tab_disabled"),
    **_all(
        _INVALID_MESSAGE,
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
    **_all("the message exceeds Slack's length limit", _FORM, "msg_blocks_too_long", "msg_too_long"),
    **_all("the parent message of the thread is gone", _LOOK, "thread_not_found"),
    **_all(
        "the parent message does not accept replies",
        _LOOK,
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
    ),
    **_all("the message to change is gone", _LOOK, "message_not_found"),
    **_all("the message cannot be changed any more", _LOOK, "cant_update_message", "edit_window_closed"),
    **_all("Slack does not know this person", "Check the person's account", "user_not_found", "users_not_found"),
    **_all("the person's account is deactivated", _NOTIFY, "user_disabled"),
    **_all("a bot cannot receive direct messages", _NOTIFY, "cannot_dm_bot"),
    **_all(
        "the person cannot receive messages from this workspace",
        _NOTIFY,
        "user_not_visible",
        "invalid_user_combination",
    ),
    **_all("slackguide's access to Slack was revoked", _INSTALL, "account_inactive", "token_revoked"),
    **_all("slackguide's token has expired", _INSTALL, "token_expired"),
    **_all("slackguide's token is invalid", _INSTALL, "invalid_auth"),
    **_all("slackguide has no token", _INSTALL, "not_authed"),
    **_all("slackguide's token has the wrong type", _INSTALL, "not_allowed_token_type"),
    **_all("slackguide does not have this permission", _INSTALL, "no_permission", "access_denied"),
    **_all(
        "slackguide lacks an OAuth scope",
        "Ask an administrator to install it again from its manifest",
        MISSING_SCOPE,
    ),
    **_all("the workspace is being migrated", _ADMINISTRATOR, "org_login_required"),
    **_all(
        "slackguide has no access to the workspace",
        _ADMINISTRATOR,
        "team_access_not_granted",
        "enterprise_is_restricted",
    ),
    **_all("slackguide may not call Slack from this network", _ADMINISTRATOR, "accesslimited"),
    **_all("the workspace's encryption keys are not available", _ADMINISTRATOR, "ekm_access_denied"),
    **_all("the workspace requires two-factor authentication", _ADMINISTRATOR, "two_factor_setup_required"),
    **_all("slackguide had an internal error", "Give this reference to an administrator of slackguide", INTERNAL_ERROR),
}
"""Advice by error code."""


DENIED: dict[str, str] = {
    Denial.GUEST: "they are a guest in this workspace",
    Denial.OUTSIDER: "their account belongs to another workspace",
    Denial.DEACTIVATED: "their account is deactivated",
    Denial.BOT: "the account belongs to a bot",
    Denial.UNKNOWN: "they cannot be seen in this workspace",
}
"""Why the access policy denies a message to a person."""

WAITING = {
    "unreachable": Advice("Slack does not answer", "I try again until it does"),
    "rate limited": Advice("Slack asks me to wait", "I send it as soon as Slack allows"),
}
"""Advice about jobs that wait for Slack, by `delivery.retry.Retry.reason`."""


def advice(code: str, channel: str) -> Advice:
    """Return the meaning and the remedy of a code. `channel` is a name without `#`."""
    known = ADVICE.get(code) or WAITING.get(code) or Advice(f"Slack refused it ({code})", ADVICE[INTERNAL_ERROR].remedy)
    return Advice(known.happened.replace("{channel}", channel), known.remedy.replace("{channel}", channel))


class DeliveryAdvice:
    """The texts about messages that are not delivered. Implements `delivery.dispatcher.Explain`."""

    def post(self, code: str, escalation: Escalation, *, final: bool) -> str:
        """Tell the requester and the specialists why an escalation is not posted, that it is saved, and what to do."""
        known = advice(code, escalation.channel)
        after = (
            f"Then click {TRY_AGAIN}: I have stopped trying."
            if final
            else f"I send it once that is done; click {TRY_AGAIN} to send it at once."
        )
        return (
            f"{escalation.reference} is saved, but not yet in #{escalation.channel}: {known.happened}. {known.remedy}. "
            f"{after} You do not need to enter anything again."
        )

    def recipient(self, code: str) -> str:
        """Tell the specialists why a person has not received a message, and what to do."""
        if code in DENIED:
            return f"{DENIED[code]}. {_NOTIFY}."
        known = advice(code, "")
        return f"{known.happened}. {known.remedy}."
