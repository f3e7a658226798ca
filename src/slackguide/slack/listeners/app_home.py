"""App Home: its opening, paging, and opening the ask modal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.models.views import View

from slackguide.delivery.tasks import RefreshAppHome
from slackguide.slack.api.background import BackgroundTasks
from slackguide.slack.api.modals import ModalNotOpenedError, ModalOpener
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.button_payloads import HomePagePayload, OutdatedActionError, RetryPayload
from slackguide.slack.views.blocks import text_card
from slackguide.storage.inbox import EventInbox
from slackguide.storage.outbox_admin import OutboxAdmin

RETRIED = "I am sending it again now, and tell you when it is posted."
NOTHING_TO_RETRY = "There is nothing to send again: it is posted, or is being sent now."
"""Replies to a click on Try again in a notice."""


class AppHome:
    """Listeners for App Home. `draw` returns a person's view with the given page of each list.

    `record_view` stores that a person opened App Home, so that it is refreshed when its content changes.
    """

    def __init__(
        self,
        *,
        client: WebClient,
        modals: ModalOpener,
        background: BackgroundTasks,
        draw: Callable[[str, Mapping[str, HomePagePayload]], View],
        inbox: EventInbox,
        record_view: Callable[[str], None],
        outbox: OutboxAdmin,
        updater: MessageUpdater,
    ) -> None:
        self._outbox = outbox
        self._updater = updater
        self._client = client
        self._modals = modals
        self._background = background
        self._draw = draw
        self._inbox = inbox
        self._record_view = record_view

    def opened(self, ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Store that the Home tab was opened (`app_home_opened`)."""
        if event.get("tab") == "home":
            self._record_view(str(event["user"]))
            self._inbox.accept(str(body["event_id"]), RefreshAppHome(str(event["user"])))
        ack()

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        """Open the ask modal."""

        try:
            self._modals.ask(str(body["trigger_id"]))
        except ModalNotOpenedError as error:
            notice = text_card(str(error)).message()
            self._background.submit(lambda: self._client.chat_postMessage(channel=str(body["user"]["id"]), **notice))
        ack()

    def turn_page(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Publish App Home with another page of one list."""
        pages = _pages(action)
        self._background.submit(lambda: self._publish(body, pages))
        ack()

    def retry(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Retry an undelivered message of this person, or the post of an escalation (in a notice about it)."""
        payload = RetryPayload.parse(action.get("value"))
        if payload.job_id is not None:
            self._outbox.retry_for(str(body["user"]["id"]), payload.job_id)
        else:
            retried = self._outbox.retry_post(str(payload.escalation_id))
            self._updater.say(body, RETRIED if retried else NOTHING_TO_RETRY)
        if body.get("view"):
            self._background.submit(lambda: self._publish(body, {}))
        ack()

    def _publish(self, body: Mapping[str, Any], pages: Mapping[str, HomePagePayload]) -> None:
        user_id = str(body["user"]["id"])
        self._client.views_publish(user_id=user_id, view=self._draw(user_id, pages))


def _pages(action: Mapping[str, Any]) -> dict[str, HomePagePayload]:
    """Return the page that the button turns to; none, so that every list is at its start, for an unknown value."""
    try:
        page = HomePagePayload.parse(action.get("value"))
    except OutdatedActionError:
        return {}
    return {page.section: page}
