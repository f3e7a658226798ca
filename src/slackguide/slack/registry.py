"""The registration table: every Slack surface and its listener. Add a surface here and in `ids`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.ids import COMMAND, Action, Callback
from slackguide.slack.listeners.answer_actions import AnswerActions
from slackguide.slack.listeners.app_home import AppHome
from slackguide.slack.listeners.ask_modal import AskModal
from slackguide.slack.listeners.channel_events import CHANNEL_EVENTS, ChannelEvents
from slackguide.slack.listeners.escalation_actions import EscalationActions
from slackguide.slack.listeners.escalation_form import EscalationFormSubmission
from slackguide.slack.listeners.message_events import MessageEvents
from slackguide.slack.listeners.reply_actions import ReplyActions
from slackguide.slack.listeners.route_command import RouteCommand
from slackguide.slack.views.blocks import text_card
from slackguide.slack.views.form_errors import rejection

OUTDATED_MESSAGE = (
    "This belongs to another version of slackguide and no longer works. Nothing was changed. Please ask again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """The listeners, and the updater of the catch-alls."""

    route: RouteCommand
    answer_actions: AnswerActions
    ask_modal: AskModal
    escalation_form: EscalationFormSubmission
    escalation_actions: EscalationActions
    messages: MessageEvents
    reply_actions: ReplyActions
    app_home: AppHome
    channels: ChannelEvents
    updater: MessageUpdater


Listener = Callable[..., None]


def actions_of(listeners: Listeners) -> dict[Action, Listener]:
    """Return the listener of each action."""
    return {
        Action.ESCALATE: listeners.answer_actions.escalate,
        Action.NOT_THIS: listeners.answer_actions.not_this,
        Action.HELPFUL: listeners.answer_actions.helpful,
        Action.NOT_HELPFUL: listeners.answer_actions.not_helpful,
        Action.CHOOSE: listeners.answer_actions.choose,
        Action.NONE_OF_THESE: listeners.answer_actions.none_of_these,
        Action.OPEN_ALERT: listeners.answer_actions.open_alert,
        Action.SET_FACT: listeners.answer_actions.set_fact,
        Action.CHECKLIST: acknowledge,
        Action.SET_CHECKLIST: listeners.answer_actions.set_checklist,
        Action.REMOVE_FACT: listeners.answer_actions.remove_fact,
        Action.UNKNOWN_FACT: listeners.answer_actions.unknown_fact,
        Action.OPEN_SECTION: listeners.answer_actions.open_section,
        Action.GO_BACK: listeners.answer_actions.go_back,
        Action.TELL_TEAM_LEAD: listeners.answer_actions.tell_team_lead,
        Action.FEEDBACK_REASON: listeners.answer_actions.feedback_reason,
        Action.CHOOSE_FORM: listeners.answer_actions.choose_form,
        Action.CLAIM: listeners.escalation_actions.claim,
        Action.RELEASE: listeners.escalation_actions.release,
        Action.ASK_MORE: listeners.escalation_actions.ask_more,
        Action.HAND_OVER: listeners.escalation_actions.hand_over,
        Action.RESOLVE: listeners.escalation_actions.resolve,
        Action.RESOLUTION_CODE: listeners.escalation_actions.choose_resolution,
        Action.READ: listeners.escalation_actions.read,
        Action.CARD_MENU: listeners.escalation_actions.choose_from_menu,
        Action.ADD_DETAILS: listeners.escalation_actions.add_details,
        Action.WITHDRAW: listeners.escalation_actions.withdraw,
        Action.REOPEN: listeners.escalation_actions.reopen,
        Action.SNOOZE: listeners.escalation_actions.snooze,
        Action.STOP_REMINDING: listeners.escalation_actions.stop_reminding,
        Action.FOLLOW: listeners.escalation_actions.follow,
        Action.UNFOLLOW: listeners.escalation_actions.unfollow,
        Action.SEND_REPLY: listeners.reply_actions.send,
        Action.ASK_REPLY: listeners.reply_actions.ask,
        Action.DISMISS_REPLY: listeners.reply_actions.dismiss,
        Action.FORWARD_REPLY: listeners.reply_actions.forward,
        Action.FORWARD_QUESTION: listeners.reply_actions.forward_question,
        Action.LINK: acknowledge,
        Action.HOME_PAGE: listeners.app_home.turn_page,
        Action.HOME_ASK: listeners.app_home.ask,
        Action.RETRY_DELIVERY: listeners.app_home.retry,
    }


def views_of(listeners: Listeners) -> dict[Callback, Listener]:
    """Return the listener of each view that can be submitted."""
    return {
        Callback.ESCALATION: listeners.escalation_form.submit,
        Callback.ASK: listeners.ask_modal.submit,
        Callback.ASK_MORE: listeners.escalation_actions.asked_more,
        Callback.HAND_OVER: listeners.escalation_actions.handed_over,
        Callback.RESOLVE: listeners.escalation_actions.resolved,
        Callback.ADD_DETAILS: listeners.escalation_actions.added_details,
        Callback.REOPEN: listeners.escalation_actions.reopened,
    }


EVENTS = {
    "message.im": "direct messages to slackguide",
    "message.channels": "replies to an escalation in its thread; nothing else of a channel is stored or logged",
    "message.groups": "the same, in private channels",
    "app_mention": "mentions of slackguide in a channel",
    "app_home_opened": "App Home, drawn when it is opened",
    **dict.fromkeys(CHANNEL_EVENTS, "a channel that the knowledge names has changed: its id is looked up again"),
}
"""The bot events that the manifest asks for, and what each is for. docs/reference/slack.md is generated from them."""


def register(app: App, listeners: Listeners) -> None:
    """Register all listeners, plus catch-alls that reply to unknown or outdated actions."""
    app.command(COMMAND)(listeners.route)
    app.shortcut({"type": "message_action", "callback_id": Callback.MESSAGE_SHORTCUT})(listeners.ask_modal.shortcut)
    app.event("message")(listeners.messages.message)
    app.event("app_mention")(listeners.messages.mention)
    app.event("app_home_opened")(listeners.app_home.opened)
    for event in CHANNEL_EVENTS:
        app.event(event)(listeners.channels.changed)
    for action, listener in actions_of(listeners).items():
        app.action(re.compile(rf"{re.escape(action.value)}(:.+)?$"))(listener)
    for callback, listener in views_of(listeners).items():
        app.view({"type": "view_submission", "callback_id": callback.value})(listener)
    _register_catch_alls(app, listeners.updater)


def _register_catch_alls(app: App, updater: MessageUpdater) -> None:
    anything = re.compile(r"[\s\S]*")

    def outdated_action(ack: Ack, body: dict[str, Any]) -> None:
        updater.say(body, OUTDATED_MESSAGE)
        ack()

    def outdated_view(ack: Ack, view: dict[str, Any]) -> None:
        ack(**rejection(view, OUTDATED_MESSAGE))

    app.command(anything)(lambda ack: ack(**text_card(OUTDATED_MESSAGE).ephemeral()))
    app.event(anything)(acknowledge)
    app.action(anything)(outdated_action)
    app.shortcut(anything)(outdated_action)
    app.view({"type": "view_submission", "callback_id": anything})(outdated_view)
    app.view({"type": "view_closed", "callback_id": anything})(acknowledge)
    app.options(anything)(lambda ack: ack(options=[]))


def acknowledge(ack: Ack) -> None:
    """Acknowledge a request that needs no answer."""
    ack()
