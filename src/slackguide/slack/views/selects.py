"""Select menus of any length: above 100 options in groups, up to 100 groups of 100."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from slack_sdk.models.blocks import Option, OptionGroup

from slackguide.slack.mrkdwn import OPTION_LIMIT, plain, truncate

SELECT_LIMIT = 100
"""Maximum options of a select menu or of a group, and maximum groups (docs.slack.dev, select menu element)."""

GROUP_SIZE = 50
"""Options of a group, unless there are too many for 100 groups."""

LABEL_LIMIT = OPTION_LIMIT // 2 - 2
"""Maximum characters of each of the two names in the label of a group."""


class SelectOptions(TypedDict, total=False):
    """The argument of a select element that holds its options."""

    options: list[Option]
    option_groups: list[OptionGroup]


def select_options(options: Sequence[Option]) -> SelectOptions:
    """Return the options, or groups of them by the alphabet, each labelled with its first and last option.

    Raises ValueError above 10,000 options; `slackguide check` reports that.
    """
    if len(options) > SELECT_LIMIT * SELECT_LIMIT:
        raise ValueError(f"{len(options)} options")
    if len(options) <= SELECT_LIMIT:
        return {"options": list(options)}
    size = max(GROUP_SIZE, -(-len(options) // SELECT_LIMIT))
    ordered = sorted(options, key=lambda option: _name(option).casefold())
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return {"option_groups": [OptionGroup(label=plain(_label(group)), options=group) for group in groups]}


def _label(group: Sequence[Option]) -> str:
    return " – ".join(truncate(_name(option), LABEL_LIMIT) for option in (group[0], group[-1]))


def _name(option: Option) -> str:
    return str(getattr(option.text, "text", option.text or ""))
