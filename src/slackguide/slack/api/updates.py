"""Update the surface that was clicked: a message through its `response_url`, a modal through its view."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient

from slackguide.slack.api.background import BackgroundTasks
from slackguide.slack.error_messages import error_message, error_reference, surface_name
from slackguide.slack.surfaces import is_direct_message, thread_of
from slackguide.slack.views.ask_modal import answer_view
from slackguide.slack.views.blocks import RenderedMessage, text_card

log = logging.getLogger(__name__)

TIMEOUT = 5
"""Seconds that Slack has to accept an updated message."""

OK = 200
"""HTTP status of an accepted message."""


class MessageUpdater:
    """Updates of messages and modals after the acknowledgement, in a pool of threads."""

    def __init__(self, *, client: WebClient, background: BackgroundTasks) -> None:
        self._client = client
        self._background = background

    def replace(self, body: Mapping[str, Any], card: RenderedMessage) -> None:
        """Replace the message or modal that was clicked."""
        view = body.get("view")
        if view:
            self._background.submit(lambda: self._update(view, card))
        else:
            self._send(body, {"replace_original": True, **card.message()})

    def reply(self, body: Mapping[str, Any], card: RenderedMessage) -> None:
        """Show a card to the user who clicked: an ephemeral message, or another modal on top of a modal."""
        thread = thread_of(body)
        if body.get("view") or not body.get("response_url"):
            self._background.submit(lambda: self._show_in_modal(body, card))
        elif thread is not None:
            self._background.submit(lambda: self._in_thread(body, card, *thread))
        else:
            self._send(body, _ephemeral(card))

    def replace_view(self, body: Mapping[str, Any], view: View) -> None:
        """Replace the modal in which an element was changed. What was typed into fields that remain stays."""
        old = body["view"]
        self._background.submit(lambda: self._client.views_update(view_id=old["id"], hash=old.get("hash"), view=view))

    def remove(self, body: Mapping[str, Any]) -> None:
        """Remove the message that was clicked."""
        self._send(body, {"delete_original": True})

    def say(self, body: Mapping[str, Any], text: str) -> None:
        """Show a text to the user who clicked."""
        self.reply(body, text_card(text))

    def post_plainly(self, channel_id: str, thread_ts: str | None, text: str) -> None:
        """Post a text for a person whose message could not be stored, without the outbox."""
        message = text_card(text).message()
        if is_direct_message(channel_id):
            thread_ts = None
        self._background.submit(
            lambda: self._client.chat_postMessage(channel=channel_id, thread_ts=thread_ts, **message)
        )

    def in_background(self, body: Mapping[str, Any], work: Callable[[], None]) -> None:
        """Run slow work after the acknowledgement, and report an internal error to the user."""

        def run() -> None:
            try:
                work()
            except Exception as error:
                reference = error_reference(str(body.get("trigger_id")))
                self.say(body, error_message(error, reference, surface_name(body)))

        self._background.submit(run)

    def _in_thread(self, body: Mapping[str, Any], card: RenderedMessage, channel_id: str, thread_ts: str) -> None:
        """Show the card in the thread where the user clicked.

        A `response_url` accepts `thread_ts` for messages to everybody only (docs.slack.dev, publishing in thread), so
        it is the fallback if Slack refuses the ephemeral message.
        """
        try:
            self._client.chat_postEphemeral(
                channel=channel_id, user=str(body["user"]["id"]), thread_ts=thread_ts, **card.message()
            )
        except SlackApiError as error:
            log.warning("a message was not shown in its thread: %s", error.response.get("error"))
            self._post(str(body["response_url"]), _ephemeral(card))

    def _update(self, view: Mapping[str, Any], card: RenderedMessage) -> None:
        self._client.views_update(view_id=view["id"], hash=view.get("hash"), view=answer_view(card))

    def _show_in_modal(self, body: Mapping[str, Any], card: RenderedMessage) -> None:
        """Open a modal with the card.

        A trigger opens one modal within 3 s. After that, the card replaces the content of the open modal, or is sent as
        a direct message.
        """
        view = body.get("view") or {}
        modal = view.get("type") == "modal"
        open_view = self._client.views_push if modal else self._client.views_open
        try:
            open_view(trigger_id=str(body.get("trigger_id")), view=answer_view(card))
        except SlackApiError:
            if modal:
                self._client.views_update(view_id=view["id"], view=answer_view(card))
            else:
                self._client.chat_postMessage(channel=str(body["user"]["id"]), **card.message())

    def _send(self, body: Mapping[str, Any], message: dict[str, Any]) -> None:
        url = str(body["response_url"])
        self._background.submit(lambda: self._post(url, message))

    def _post(self, url: str, message: dict[str, Any]) -> None:
        response = WebhookClient(url, timeout=TIMEOUT).send_dict(message)
        if response.status_code != OK:
            log.warning("Slack did not accept an updated message: status %d", response.status_code)


def _ephemeral(card: RenderedMessage) -> dict[str, Any]:
    return {"replace_original": False, "response_type": "ephemeral", **card.message()}
