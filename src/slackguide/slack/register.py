"""The table that joins every Slack surface to what answers it. A surface is added here, and in `ids`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from slackguide.slack.ids import COMMAND, Action, Callback
from slackguide.slack.listeners.asking import AskWindow
from slackguide.slack.listeners.desk import Desk
from slackguide.slack.listeners.forms import EscalationForm, on_first
from slackguide.slack.listeners.home import Home
from slackguide.slack.listeners.messages import Messages
from slackguide.slack.listeners.presses import AnswerPresses
from slackguide.slack.listeners.route import RouteCommand
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.views.ask import answer_view
from slackguide.slack.views.card import words_card

OLD = "This belongs to another version of me, and I do not know it any more. Nothing was changed. Please ask again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """Everything that answers."""

    route: RouteCommand
    presses: AnswerPresses
    asking: AskWindow
    form: EscalationForm
    desk: Desk
    messages: Messages
    home: Home
    redrawing: Redrawing


Listener = Callable[..., None]


def actions_of(on: Listeners) -> dict[Action, Listener]:
    """Every button and what it does."""
    return {
        Action.ESCALATE: on.presses.escalate,
        Action.NOT_THIS: on.presses.not_this,
        Action.HELPFUL: on.presses.helpful,
        Action.NOT_HELPFUL: on.presses.not_helpful,
        Action.CHOOSE: on.presses.choose,
        Action.NONE_OF_THESE: on.presses.none_of_these,
        Action.OPEN_ALERT: on.presses.choose,
        Action.TELL: on.presses.tell,
        Action.FORGET: on.presses.forget,
        Action.NOT_KNOWN: on.presses.not_known,
        Action.CHOOSE_FORM: on.presses.choose_form,
        Action.CLAIM: on.desk.claim,
        Action.RELEASE: on.desk.release,
        Action.ASK_MORE: on.desk.ask_more,
        Action.HAND_OVER: on.desk.hand_over,
        Action.RESOLVE: on.desk.resolve,
        Action.READ: on.desk.read,
        Action.ADD_DETAILS: on.desk.add_details,
        Action.WITHDRAW: on.desk.withdraw,
        Action.REOPEN: on.desk.reopen,
        Action.SNOOZE: on.desk.snooze,
        Action.STOP_REMINDING: on.desk.stop_reminding,
        Action.FOLLOW: on.desk.follow,
        Action.UNFOLLOW: on.desk.unfollow,
        Action.LINK: only_acknowledged,
        Action.HOME_PAGE: on.home.turn_page,
        Action.HOME_ASK: on.home.ask,
    }


def views_of(on: Listeners) -> dict[Callback, Listener]:
    """Every window that can be submitted."""
    return {
        Callback.ESCALATION: on.form.submit,
        Callback.ASK: on.asking.submit,
        Callback.ASK_MORE: on.desk.asked_more,
        Callback.HAND_OVER: on.desk.handed_over,
        Callback.RESOLVE: on.desk.resolved,
        Callback.ADD_DETAILS: on.desk.added_details,
        Callback.REOPEN: on.desk.reopened,
    }


EVENTS = ("message.im", "app_mention", "app_home_opened")
"""The bot events that the manifest asks for."""


def register(app: App, on: Listeners) -> None:
    """Joins them all to the app; what nothing else takes is answered in words, never with silence."""
    app.command(COMMAND)(on.route)
    app.shortcut({"type": "message_action", "callback_id": Callback.MESSAGE_SHORTCUT})(on.asking.shortcut)
    app.event("message")(on.messages.direct)
    app.event("app_mention")(on.messages.mention)
    app.event("app_home_opened")(on.messages.home)
    for action, listener in actions_of(on).items():
        app.action(re.compile(rf"{re.escape(action.value)}(:.+)?$"))(listener)
    for callback, listener in views_of(on).items():
        app.view({"type": "view_submission", "callback_id": callback.value})(listener)
    _register_the_rest(app, on.redrawing)


def _register_the_rest(app: App, redrawing: Redrawing) -> None:
    anything = re.compile(r"[\s\S]*")

    def old_press(ack: Ack, body: dict[str, Any]) -> None:
        redrawing.say(body, OLD)
        ack()

    def old_view(ack: Ack, view: dict[str, Any]) -> None:
        errors = on_first(view, OLD)
        if errors:
            ack(response_action="errors", errors=errors)
        else:
            ack(response_action="update", view=answer_view(words_card(OLD)))

    app.command(anything)(lambda ack: ack(**words_card(OLD).ephemeral()))
    app.event(anything)(only_acknowledged)
    app.action(anything)(old_press)
    app.shortcut(anything)(old_press)
    app.view({"type": "view_submission", "callback_id": anything})(old_view)
    app.view({"type": "view_closed", "callback_id": anything})(only_acknowledged)
    app.options(anything)(lambda ack: ack(options=[]))


def only_acknowledged(ack: Ack) -> None:
    """For what asks nothing of us."""
    ack()
