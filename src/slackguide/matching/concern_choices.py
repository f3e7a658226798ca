"""Turn the result for a message into choices: for several concerns, and for a message in another language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from slackguide.matching.concern_split import SPLIT_PROBABILITY
from slackguide.matching.types import ConcernMatch, Match, Matching

MAX_CHOICES = 4

MIN_SHARED_WORDS = 2
"""The minimum words of the knowledge base in a message in another language whose nearest entries are offered."""


def offer_concerns(whole: Matching, parts: Sequence[tuple[str, Matching]], probability: float, limit: int) -> Matching:
    """Return choices with the entries of every part, given the result for the whole message and for each part.

    The concerns are named only if `probability`, that there are several, is high and every part is in scope. If the
    parts fit the same entry, the result for the whole message stays.
    """
    if len({part.matches[0].id for _, part in parts if part.matches}) < len(parts):
        return whole
    best = sorted((part.matches[0] for _, part in parts), key=lambda match: -match.confidence)
    is_split = probability >= SPLIT_PROBABILITY and all(part.outcome != "none" for _, part in parts)
    further = [match for _, part in parts for match in part.matches[1:2]]
    ranked = [*best, *further] if is_split else [*whole.matches[:1], *best, *whole.matches[1:2], *further]
    matches = _distinct(ranked)[:limit]
    if len(matches) < 2:
        return whole
    concerns = tuple(ConcernMatch(text, part.matches[0]) for text, part in parts) if is_split else ()
    return replace(
        whole,
        outcome="choices",
        confidence=matches[0].confidence,
        matches=matches,
        offered=min(len(matches), MAX_CHOICES),
        concerns=concerns,
        runner_up=None,
    )


def in_language(language: str, matching: Matching, shared_words: int) -> Matching:
    """Return the nearest entries for a message in another language, which is never answered.

    `shared_words` is the number of its words that the knowledge base has. With too few of them, nothing is offered.
    """
    if shared_words < MIN_SHARED_WORDS or len(matching.matches) < 2:
        return replace(matching, outcome="none", offered=0, language=language)
    offered = min(matching.offered if matching.outcome == "choices" else MAX_CHOICES, len(matching.matches))
    return replace(matching, outcome="choices", offered=offered, concerns=(), runner_up=None, language=language)


def _distinct(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Return the matches without repeated entries. The first of an entry counts."""
    found: dict[str, Match] = {}
    for match in matches:
        found.setdefault(match.id, match)
    return tuple(found.values())
