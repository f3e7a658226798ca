"""Every code of Slack's has a class that delivery decides by, and text for the people concerned."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slackguide.delivery.retry import INTERNAL_ERROR
from slackguide.delivery.sender import ErrorCategory
from slackguide.escalation.models import Escalation, EscalationState, Requester
from slackguide.slack.access import Denial
from slackguide.slack.api.error_codes import CATEGORIES, INSTALLATION_CODES, error_from_code
from slackguide.slack.views.error_advice import ADVICE, DeliveryAdvice

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ESCALATION = Escalation(
    id="e1", reference="D-1042", form_id="ask-disputes", assigned_queue="ask-disputes", channel="ask-disputes",
    state=EscalationState.SENT, requester=Requester("U1", "T1"), created_at=NOON, changed_at=NOON,
)  # fmt: skip

CODES = {
    ErrorCategory.SERVICE: "internal_error fatal_error service_unavailable request_timeout team_added_to_org",
    ErrorCategory.CHANNEL: "channel_not_found not_in_channel is_archived restricted_action messages_tab_disabled",
    ErrorCategory.MESSAGE: "invalid_blocks msg_too_long no_text metadata_too_large thread_not_found message_not_found",
    ErrorCategory.USER: "user_not_found user_disabled cannot_dm_bot user_not_visible",
    ErrorCategory.INSTALLATION: (
        "account_inactive invalid_auth token_revoked token_expired not_authed not_allowed_token_type no_permission "
        "access_denied missing_scope org_login_required team_access_not_granted ekm_access_denied "
        "enterprise_is_restricted two_factor_setup_required accesslimited"
    ),
    ErrorCategory.UNKNOWN: "never_heard_of_it",
}


@pytest.mark.parametrize(
    ("category", "code"), [(category, code) for category, codes in CODES.items() for code in codes.split()]
)
def test_a_code_has_its_category(category: ErrorCategory, code: str) -> None:
    assert error_from_code(code).category is category


def test_the_codes_of_the_installation_are_all_tested() -> None:
    assert set(CODES[ErrorCategory.INSTALLATION].split()) == INSTALLATION_CODES


@pytest.mark.parametrize(
    "code", ["message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"]
)
def test_what_was_to_be_changed_is_gone(code: str) -> None:
    assert error_from_code(code).target_gone
    assert not error_from_code("is_archived").target_gone


def test_every_refusal_has_advice() -> None:
    refusals = {code for code, category in CATEGORIES.items() if category is not ErrorCategory.SERVICE}
    assert ADVICE.keys() - refusals == {INTERNAL_ERROR}
    assert refusals <= ADVICE.keys()


@pytest.mark.parametrize("code", [*ADVICE, "never_heard_of_it"])
@pytest.mark.parametrize("final", [False, True])
def test_the_text_says_what_is_safe_and_what_to_do(code: str, final: bool) -> None:
    text = DeliveryAdvice().post(code, ESCALATION, final=final)
    assert text.startswith("D-1042 is saved, but not yet in #ask-disputes: ")
    assert text.endswith("You do not need to enter anything again.")
    assert "click Try again" in text
    assert ("stopped trying" in text) is final
    assert "{" not in text
    assert "`" not in text, "no command line"


def test_the_text_names_the_channel() -> None:
    assert DeliveryAdvice().post("not_in_channel", ESCALATION, final=False) == (
        "D-1042 is saved, but not yet in #ask-disputes: I cannot post in #ask-disputes, because I am not a member. "
        "Invite @slackguide to #ask-disputes. I send it once that is done; click Try again to send it at once. "
        "You do not need to enter anything again."
    )
    assert "Slack refused it (never_heard_of_it)" in DeliveryAdvice().post("never_heard_of_it", ESCALATION, final=True)


@pytest.mark.parametrize(
    "code", [*Denial, *sorted(code for code, kind in CATEGORIES.items() if kind is ErrorCategory.USER)]
)
def test_specialists_read_why_a_person_has_not_received_a_message(code: str) -> None:
    text = DeliveryAdvice().recipient(code)
    assert text.endswith(("Notify the person another way.", "Check the person's account."))
    assert code in [*Denial] or code not in text


def test_the_missing_scope_is_named() -> None:
    assert "im:write" in str(error_from_code("missing_scope", needed="im:write"))
