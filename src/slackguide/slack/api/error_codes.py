"""Slack's error codes and their categories.

The codes are those of the methods that slackguide calls, and those that all methods share
(docs.slack.dev/reference/methods: auth.test, chat.postMessage, chat.update, conversations.open, conversations.list,
conversations.history, users.info, views.open, views.publish). `slack.views.error_advice` has the text for people.
"""

from __future__ import annotations

from slackguide.delivery.sender import ErrorCategory, SlackRefusedError

MISSING_SCOPE = "missing_scope"

SERVICE_CODES = frozenset(
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
"""Slack has a fault or is overloaded (docs: "some aspect of the operation succeeded")."""

CHANNEL_CODES = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "messages_tab_disabled",
    }
)
"""The channel does not exist for the app or does not accept the message."""

MESSAGE_CODES = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "too_many_attachments",
        "no_text",
        "metadata_too_large",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_arguments",
        "msg_blocks_too_long",
        "msg_too_long",
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
    }
)
"""The request is invalid, or the message that it refers to is not available."""

USER_CODES = frozenset(
    {
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "cannot_dm_bot",
        "user_not_visible",
        "invalid_user_combination",
    }
)
"""The recipient cannot be reached."""

INSTALLATION_CODES = frozenset(
    {
        "account_inactive",
        "token_revoked",
        "token_expired",
        "invalid_auth",
        "not_authed",
        "not_allowed_token_type",
        "no_permission",
        "access_denied",
        MISSING_SCOPE,
        "org_login_required",
        "team_access_not_granted",
        "enterprise_is_restricted",
        "accesslimited",
        "ekm_access_denied",
        "two_factor_setup_required",
    }
)
"""Slack refuses the token, the app or its scopes."""

CATEGORIES: dict[str, ErrorCategory] = {
    **dict.fromkeys(SERVICE_CODES, ErrorCategory.SERVICE),
    **dict.fromkeys(CHANNEL_CODES, ErrorCategory.CHANNEL),
    **dict.fromkeys(MESSAGE_CODES, ErrorCategory.MESSAGE),
    **dict.fromkeys(USER_CODES, ErrorCategory.USER),
    **dict.fromkeys(INSTALLATION_CODES, ErrorCategory.INSTALLATION),
}
"""The category of each known code. A job with any other code is retried a few times."""

TARGET_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"})
"""The message or channel to change cannot be changed any more."""

CALL_CODES = frozenset({MISSING_SCOPE, "no_permission", "access_denied", "not_allowed_token_type"})
"""Codes of the installation that may concern one method only: other methods, even `auth.test`, may still work."""


def error_from_code(code: str, *, needed: str | None = None) -> SlackRefusedError:
    """Return the error for a code. `needed` is the OAuth scope that Slack names with `missing_scope`."""
    category = CATEGORIES.get(code, ErrorCategory.UNKNOWN)
    return SlackRefusedError(code, category, target_gone=code in TARGET_GONE, needed=needed)
