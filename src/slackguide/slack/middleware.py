"""Authorize whoever clicks: at once if the directory knows them, else after the acknowledgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slackguide.slack.access import Allowed, Denied, UnknownUser
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.updates import MessageUpdater


def authorize(
    directory: DirectorySync, updater: MessageUpdater, body: Mapping[str, Any], work: Callable[[Allowed], None]
) -> None:
    """Does `work` for the person behind a press or shortcut, or tells them in words why not.

    Looking up a stranger takes the network, so that it is done later, when Slack has its acknowledgement.
    """
    user_id = str(body["user"]["id"])

    def go(decision: Allowed | Denied) -> None:
        if isinstance(decision, Denied):
            updater.say(body, decision.message)
        else:
            work(decision)

    decision = directory.known(user_id)
    if isinstance(decision, UnknownUser):
        updater.in_background(body, lambda: go(directory.look_up(user_id)))
    else:
        go(decision)
