"""Choose, among the mentions of a fact, those of the case at hand as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slackguide.extraction.discourse import Discourse

_SEVERAL = "The text names several cases."
_DOUBTED = "The text is not sure."


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of a value in the tokens from `start` to `end` (exclusive)."""

    value: str | int
    start: int
    end: int
    problem: str | None = None


def current_mentions(mentions: Sequence[Mention], discourse: Discourse, *, is_of_case: bool) -> Sequence[Mention]:
    """Return the mentions that count. Of several values, those after a correction, of now or about the case at hand."""
    if discourse.names_several and is_of_case:
        focused = [one for one in mentions if discourse.has_focus(one.start)]
        return focused or [replace(one, problem=_SEVERAL) for one in mentions]
    if not _differ(mentions):
        doubted = [is_of_case and discourse.is_doubted(one.end) for one in mentions]
        return [replace(one, problem=_DOUBTED) for one in mentions] if all(doubted) else mentions
    for marker in reversed(discourse.corrections):
        start = discourse.clause(marker).start
        after = [one for one in mentions if one.start > marker] or [one for one in mentions if one.start >= start]
        if after:
            mentions = after
            break
    for in_sentence in (False, True):
        mentions = [one for one in mentions if discourse.has_focus(one.start, in_sentence=in_sentence)] or mentions
        if not _differ(mentions):
            return mentions
    return _latest(mentions, discourse)


def _differ(mentions: Sequence[Mention]) -> bool:
    return len({(one.value, one.problem) for one in mentions}) > 1


def _latest(mentions: Sequence[Mention], discourse: Discourse) -> Sequence[Mention]:
    """Return the mentions that hold now, if those before them are said to be of another time."""
    now = [one for one in mentions if discourse.is_of_now(one.start)]
    if now and not _differ(now) and all(one.start <= now[-1].start for one in mentions):
        return now
    later = [one for one in mentions if not discourse.is_of_past(one.start)]
    return later if later and all(one.start < later[0].start for one in mentions if one not in later) else mentions
