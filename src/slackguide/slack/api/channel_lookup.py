"""Find a channel by its name: the stored id, the channels of the app, or else all channels."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta

from slack_sdk import WebClient

from slackguide.delivery.sender import DeliveryError, ErrorCategory, SlackRefusedError, SlackUnreachableError
from slackguide.slack.api.calls import INVALID_CURSOR, Page, call_slack, pages
from slackguide.slack.api.error_codes import error_from_code
from slackguide.storage.channels import ChannelRepository, channel_walk
from slackguide.storage.walks import WalkRepository

log = logging.getLogger(__name__)

TYPES = "public_channel,private_channel"

STEPS = (
    ("users.conversations", {"types": TYPES, "exclude_archived": "true"}),
    ("conversations.list", {"types": TYPES, "exclude_archived": "false"}),
)
"""The lists to walk through. The first has only the channels that the app is in, usually on one page.

The second includes archived channels, to tell a channel that is archived from one that does not exist.
"""

LARGEST_PAGE = 999
"""Channels per page, at first. Slack's maximum (docs.slack.dev: "under 1000")."""

SMALLEST_PAGE = 125
"""Channels per page, if larger pages do not arrive in time."""

CHECK_AFTER = timedelta(hours=1)
"""Age of a stored id after which it is compared with the channel's current name."""

GONE = frozenset({"channel_not_found", "is_archived"})


class ChannelLookup:
    """Ids of channels by name. Safe to share between threads and processes.

    `wanted` returns the names that other escalations may need: their ids are stored when they are seen. A walk
    continues where the last attempt for the same name ended.
    """

    def __init__(
        self,
        *,
        client: WebClient,
        channels: ChannelRepository,
        walks: WalkRepository,
        wanted: Callable[[], Collection[str]],
    ) -> None:
        self._client = client
        self._channels = channels
        self._walks = walks
        self._wanted = wanted
        self._page_size = LARGEST_PAGE

    def find(self, name: str) -> str:
        """Return the id of a channel.

        Raises `SlackRefusedError` channel_not_found if there is no such channel, and `DeliveryError` if Slack does not
        answer. An archived channel is found if no other has the name.
        """
        stored = self._channels.get(name)
        if stored is not None and (stored.age is None or stored.age < CHECK_AFTER or self._is_current(name, stored.id)):
            return stored.id
        try:
            return self._walk(name)
        except SlackRefusedError as error:
            if error.code == INVALID_CURSOR:
                self._walks.delete(channel_walk(name))
            raise
        except SlackUnreachableError:
            self._page_size = max(SMALLEST_PAGE, self._page_size // 2)
            raise

    def forget(self, name: str) -> None:
        """Delete the stored id of a channel that Slack refuses."""
        self._channels.delete(name)

    def _is_current(self, name: str, channel_id: str) -> bool:
        """Compare a stored id with Slack. Without an answer it counts as current, so that nothing waits for it."""
        try:
            channel = call_slack(lambda: self._client.conversations_info(channel=channel_id)).get("channel") or {}
        except SlackRefusedError as error:
            if error.code not in GONE:
                return True
            channel = {}
        except DeliveryError:
            return True
        if channel.get("name") == name and not channel.get("is_archived"):
            self._channels.put({name: channel_id})
            return True
        log.info("#%s is looked up again: its stored id belongs to another, archived or deleted channel", name)
        self._channels.delete(name)
        return False

    def _walk(self, name: str) -> str:
        """Walk through the lists until the channel is found. An archived one counts if there is no other."""
        key = channel_walk(name)
        walk = self._walks.begin(key)
        for step in range(walk.step, len(STEPS)):
            for page in self._pages(step, walk.cursor if step == walk.step else ""):
                if (found := self._store(page, name)) is not None:
                    self._walks.delete(key)
                    return found
                following = (step, page.next_cursor) if page.next_cursor else (step + 1, "")
                if following[0] < len(STEPS):
                    self._walks.save(key, walk, *following)
        self._walks.delete(key)
        stored = self._channels.get(name)
        if stored is None:
            raise error_from_code("channel_not_found")
        return stored.id

    def _pages(self, step: int, cursor: str) -> Iterator[Page]:
        method, arguments = STEPS[step]
        try:
            yield from pages(self._client, method, "channels", arguments, cursor=cursor, limit=self._page_size)
        except SlackRefusedError as error:
            if step + 1 == len(STEPS) or error.category is ErrorCategory.INSTALLATION or error.code == INVALID_CURSOR:
                raise
            log.warning("%s is refused (%s); all channels are listed instead", method, error.code)

    def _store(self, page: Page, name: str) -> str | None:
        """Store the ids of the channels on a page that this or another job needs. Return that of `name`.

        The id of an archived channel is stored, but not returned: another channel of that name may follow.
        """
        active: dict[str, str] = {}
        archived: dict[str, str] = {}
        for channel in page.items:
            (archived if channel.get("is_archived") else active)[str(channel.get("name"))] = str(channel["id"])
        needed = {other: active[other] for other in {name, *self._wanted()} if other in active}
        if name in archived and name not in active:
            needed[name] = archived[name]
        if needed:
            self._channels.put(needed)
        return active.get(name)
