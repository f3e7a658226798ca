"""Who presses is let in first: at once where the directory knows them, after the acknowledgement where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slackguide.slack.admission import Admitted, TurnedAway, Unknown
from slackguide.slack.directory import Directory
from slackguide.slack.redrawing import Redrawing


def let_in(
    directory: Directory, redrawing: Redrawing, body: Mapping[str, Any], work: Callable[[Admitted], None]
) -> None:
    """Does `work` for the person behind a press or shortcut, or tells them in words why not.

    Looking up a stranger takes the network, so that it is done later, when Slack has its acknowledgement.
    """
    user_id = str(body["user"]["id"])

    def go(admission: Admitted | TurnedAway) -> None:
        if isinstance(admission, TurnedAway):
            redrawing.say(body, admission.words)
        else:
            work(admission)

    admission = directory.known(user_id)
    if isinstance(admission, Unknown):
        redrawing.later(body, lambda: go(directory.look_up(user_id)))
    else:
        go(admission)
