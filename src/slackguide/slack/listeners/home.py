"""App Home: paging, and the way to ask from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from slackguide.slack.afterwards import Afterwards
from slackguide.slack.opening import NotOpened, Opening
from slackguide.slack.views.ask import ask_view


class Home:
    """`draw` gives a person's Home view, with the pages turned to."""

    def __init__(
        self,
        *,
        client: WebClient,
        opening: Opening,
        afterwards: Afterwards,
        draw: Callable[[str, Mapping[str, int]], Mapping[str, Any]],
    ) -> None:
        self._client = client
        self._opening = opening
        self._afterwards = afterwards
        self._draw = draw

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        """Opens the ask form."""
        try:
            self._opening.view(str(body["trigger_id"]), ask_view())
        except NotOpened:
            self._afterwards.do(lambda: self._publish(body, {}))
        ack()

    def turn_page(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Draws the Home with another page of one list; a button says which, as `list:page`."""
        name, _, page = str(action.get("value", "")).partition(":")
        pages = {name: int(page)} if page.isdecimal() and len(page) < 6 else {}
        self._afterwards.do(lambda: self._publish(body, pages))
        ack()

    def _publish(self, body: Mapping[str, Any], pages: Mapping[str, int]) -> None:
        user_id = str(body["user"]["id"])
        self._client.views_publish(user_id=user_id, view=self._draw(user_id, pages))
