"""Slack ids of slackguide, each defined once."""

from __future__ import annotations

from enum import StrEnum

COMMAND = "/route"
ESCALATION_EVENT = "slackguide_escalation"
"""`event_type` in the metadata of a posted escalation."""

NOTICE_EVENT = "slackguide_notice"
"""`event_type` in the metadata of all other delivered messages. The payload identifies the job."""


class Action(StrEnum):
    """`action_id`s of buttons and selects. If a message has several of one kind, `:` and a number follow."""

    ESCALATE = "answer_escalate"
    NOT_THIS = "answer_not_this"
    HELPFUL = "answer_helpful"
    NOT_HELPFUL = "answer_not_helpful"
    CHOOSE = "answer_choose"
    NONE_OF_THESE = "answer_none_of_these"
    OPEN_ALERT = "answer_open_alert"
    SET_FACT = "triage_tell"
    CHECKLIST = "triage_checklist"
    SET_CHECKLIST = "triage_tell_checklist"
    REMOVE_FACT = "triage_forget"
    UNKNOWN_FACT = "triage_not_known"
    OPEN_SECTION = "answer_open_section"
    GO_BACK = "answer_go_back"
    TELL_TEAM_LEAD = "answer_tell_team_lead"
    FEEDBACK_REASON = "answer_feedback_reason"
    CHOOSE_FORM = "escalate_choose_form"

    CLAIM = "escalation_claim"
    RELEASE = "escalation_release"
    ASK_MORE = "escalation_ask_more"
    HAND_OVER = "escalation_hand_over"
    RESOLVE = "escalation_resolve"
    RESOLUTION_CODE = "escalation_resolution_code"
    READ = "escalation_read"
    CARD_MENU = "escalation_menu"
    ADD_DETAILS = "escalation_add_details"
    WITHDRAW = "escalation_withdraw"
    REOPEN = "escalation_reopen"
    SNOOZE = "reminder_snooze"
    STOP_REMINDING = "reminder_stop"
    FOLLOW = "escalation_follow"
    UNFOLLOW = "escalation_unfollow"
    SEND_REPLY = "reply_send"
    ASK_REPLY = "reply_new_question"
    DISMISS_REPLY = "reply_dismiss"
    FORWARD_REPLY = "reply_forward"
    FORWARD_QUESTION = "reply_forward_question"
    LINK = "link"
    HOME_PAGE = "home_page"
    HOME_ASK = "home_ask"
    RETRY_DELIVERY = "delivery_retry"


class Callback(StrEnum):
    """`callback_id`s of views and shortcuts."""

    ESCALATION = "escalation"
    ASK = "ask"
    ANSWER = "answer"
    ASK_MORE = "escalation_ask_more"
    HAND_OVER = "escalation_hand_over"
    RESOLVE = "escalation_resolve"
    ADD_DETAILS = "escalation_add_details"
    REOPEN = "escalation_reopen"
    READ = "escalation_read"
    CARD_MENU = "escalation_menu"
    HOME = "home"
    MESSAGE_SHORTCUT = "ask_about_message"


ASK_TEXT = "concern"
"""`block_id` and `action_id` of the input of the ask modal."""

TEXT_INPUT = "words"
"""`block_id` and `action_id` of the text input of a small modal."""

DUPLICATE_REASON = "slackguide_anyway"
"""`block_id` and `action_id` of the reason for a second escalation about the same case."""
