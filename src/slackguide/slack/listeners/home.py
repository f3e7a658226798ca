"""App Home: paging, and the way to ask from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.models.views import View

from slackguide.escalation.filters import PageCursor
from slackguide.slack.admission import Admitted
from slackguide.slack.afterwards import Afterwards
from slackguide.slack.directory import Directory
from slackguide.slack.homes import decoded
from slackguide.slack.listeners.admitting import let_in
from slackguide.slack.opening import NotOpened, Opening
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.views.ask import ask_view
from slackguide.slack.views.card import words_card


class Home:
    """`draw` gives a person's Home view, with lists turned to where a cursor says."""

    def __init__(
        self,
        *,
        client: WebClient,
        directory: Directory,
        opening: Opening,
        redrawing: Redrawing,
        afterwards: Afterwards,
        draw: Callable[[str, Mapping[str, PageCursor]], View],
    ) -> None:
        self._client = client
        self._directory = directory
        self._redrawing = redrawing
        self._opening = opening
        self._afterwards = afterwards
        self._draw = draw

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        """Opens the ask form."""

        def open_it(_: Admitted) -> None:
            try:
                self._opening.view(str(body["trigger_id"]), ask_view())
            except NotOpened as error:
                told = words_card(str(error)).message()
                self._afterwards.do(lambda: self._client.chat_postMessage(channel=str(body["user"]["id"]), **told))

        let_in(self._directory, self._redrawing, body, open_it)
        ack()

    def turn_page(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Draws the Home with another page of one list; the button says which."""
        turned = decoded(str(action.get("value", "")))
        self._afterwards.do(lambda: self._publish(body, turned))
        ack()

    def _publish(self, body: Mapping[str, Any], turned: Mapping[str, PageCursor]) -> None:
        user_id = str(body["user"]["id"])
        self._client.views_publish(user_id=user_id, view=self._draw(user_id, turned))
