"""Changes what was pressed, in place: a message through its press's own `response_url`, a window through its view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from slackguide.slack.afterwards import Afterwards
from slackguide.slack.views.ask import answer_view
from slackguide.slack.views.card import Card, words_card

TIMEOUT = 5
"""Seconds that Slack gets to take a redrawn message."""


class Redrawing:
    """Redraws after the acknowledgement, from a pool of threads."""

    def __init__(self, *, client: WebClient, afterwards: Afterwards) -> None:
        self._client = client
        self._afterwards = afterwards

    def replace(self, body: Mapping[str, Any], card: Card) -> None:
        """Puts the card in place of what was pressed."""
        view = body.get("view")
        if view:
            self._afterwards.do(lambda: self._update(view, card))
        else:
            self._send(body, {"replace_original": True, **card.message()})

    def add(self, body: Mapping[str, Any], card: Card) -> None:
        """Shows the card beside it, to the person who pressed alone."""
        if body.get("view"):
            self.replace(body, card)
        else:
            self._send(body, {"replace_original": False, "response_type": "ephemeral", **card.message()})

    def say(self, body: Mapping[str, Any], words: str) -> None:
        """Shows a few words beside it, to the person who pressed alone."""
        self.add(body, words_card(words))

    def later(self, body: Mapping[str, Any], draw: Callable[[], Card]) -> None:
        """Draws a card that takes its time, and shows it to the person alone in place of what they see now."""
        self._afterwards.do(
            lambda: self._webhook(body, {"replace_original": True, "response_type": "ephemeral", **draw().message()})
        )

    def _update(self, view: Mapping[str, Any], card: Card) -> None:
        self._client.views_update(view_id=view["id"], hash=view.get("hash"), view=answer_view(card))

    def _send(self, body: Mapping[str, Any], message: dict[str, Any]) -> None:
        self._afterwards.do(lambda: self._webhook(body, message))

    @staticmethod
    def _webhook(body: Mapping[str, Any], message: dict[str, Any]) -> None:
        url = body.get("response_url")
        if url:
            WebhookClient(str(url), timeout=TIMEOUT).send_dict(message)
