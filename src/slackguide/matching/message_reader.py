"""Read a whole message: what is pasted, what is denied, and how many concerns it has.

A short question is scored as it stands. Of a long text, every sentence is scored beside the whole, weighted by its
evidence. Clauses that deny another concern weigh little, and function words of other languages nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from slackguide.matching import concern_split
from slackguide.matching.concern_split import Split
from slackguide.matching.features import Floats
from slackguide.matching.negation import without_denials
from slackguide.matching.passages import is_long, read_passages
from slackguide.matching.query import ParsedQuery
from slackguide.matching.score_table import ScoreTable, blend
from slackguide.matching.sentences import split_sentences

EVIDENCE_DECAY = 4.0
"""How fast the weight of a sentence falls with its evidence, relative to that of the sentence with the most."""

TELLING_UNITS = 2
"""The number of sentences with the most evidence that stand for a long text in the signals of the confidence."""

DENIAL_WEIGHT = 0.6
"""The weight of a message without its denials, beside the whole message."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message, and its scores."""

    text: str
    scores: ScoreTable


@dataclass(frozen=True, slots=True)
class Reading:
    """The scores of a message."""

    scores: ScoreTable
    split: Split | None
    """The best cut of the message into two concerns; None if it has one sentence or is a pasted text."""
    parts: tuple[Part, ...]
    """The two parts, if the message may have two concerns."""


class MessageReader:
    """Reads messages with the scores of one matcher."""

    def __init__(
        self,
        parse: Callable[[str], ParsedQuery],
        score: Callable[[str], ScoreTable],
        combine: Callable[[ScoreTable], Floats],
    ) -> None:
        """Create a reader. `parse` and `score` read one text, and `combine` returns one score per entry."""
        self._parse = parse
        self._score = score
        self._combine = combine

    def read(self, text: str) -> Reading:
        """Read a message that is stripped of its courtesies."""
        passages = read_passages(text) if is_long(text) else None
        stated = " \n".join(passages.sentences) if passages and passages.sentences else text
        kept = without_denials(stated)
        scores = self._score(stated)
        if kept is not None:
            scores = blend([self._score(kept), scores], [DENIAL_WEIGHT, 1.0 - DENIAL_WEIGHT], scores.query)
        can_split = not (passages and passages.is_pasted) and len(_WORD.findall(stated)) >= concern_split.MIN_WORDS
        units = self._units(kept or stated, can_split=can_split) if passages or can_split else []
        if len(units) < 2:
            return Reading(scores, None, ())
        tables = [self._score(unit) for unit in units]
        combined = [self._combine(table) for table in tables]
        split = concern_split.best_split(units, combined, self._combine(scores)) if can_split else None
        if passages:
            scores = self._beside(scores, units, tables, combined)
        return Reading(scores, split, self._parts(units, tables, split))

    def _units(self, text: str, *, can_split: bool) -> list[str]:
        """Return the clauses of a message that may have two concerns, or else the sentences of a pasted text."""
        return concern_split.split_units(text) if can_split else concern_split.limit_units(split_sentences(text))

    def _parts(self, units: Sequence[str], tables: Sequence[ScoreTable], split: Split | None) -> tuple[Part, ...]:
        if split is None or concern_split.probability(split) < concern_split.MIN_PROBABILITY:
            return ()
        return tuple(self._part(units[part], tables[part]) for part in (slice(split.at), slice(split.at, None)))

    def _part(self, units: Sequence[str], tables: Sequence[ScoreTable]) -> Part:
        text = " ".join(units)
        return Part(text, tables[0] if len(units) == 1 else self._score(text))

    def _beside(
        self, scores: ScoreTable, units: Sequence[str], tables: Sequence[ScoreTable], combined: Sequence[Floats]
    ) -> ScoreTable:
        """Return the scores of a long text and, beside them, the mean of those of its units, weighted by evidence."""
        evidence = np.array([one.max() - one.mean() for one in combined])
        weights = np.exp(EVIDENCE_DECAY * (evidence / max(evidence.max(), 1e-9) - 1.0))
        telling = sorted(np.argsort(-evidence, kind="stable")[:TELLING_UNITS].tolist())
        query = self._parse(" \n".join(units[at] for at in telling))
        return blend([scores, *tables], [1.0, *(weights / weights.sum()).tolist()], query)
