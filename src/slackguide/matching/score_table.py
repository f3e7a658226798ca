"""The feature scores of a text for all entries, and those of several texts of one message together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from slackguide.matching.features import Floats
from slackguide.matching.index import WeightedFeatures
from slackguide.matching.query import ParsedQuery


@dataclass(frozen=True, slots=True)
class ScoredText:
    """A text that was scored, alone or as a part of a message."""

    query: ParsedQuery
    features: WeightedFeatures
    """Its features in all families."""
    share: float
    """Its share in the message."""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The feature scores of one query for all entries, before a decision."""

    query: ParsedQuery
    table: Floats
    """`FEATURES` x entries."""
    texts: tuple[ScoredText, ...]
    """The text of the query, or those of which the scores are blended."""


def blend(tables: Sequence[ScoreTable], weights: Sequence[float], query: ParsedQuery) -> ScoreTable:
    """Return the weighted sum of the scores of several texts, as those of `query`.

    The cosine with a phrasing is the highest one, and the odds of words are weighted means.
    """
    factors = np.array(weights, dtype=np.float32)
    shares = (factors / factors.sum()).tolist()
    return ScoreTable(
        query=query,
        table=np.tensordot(factors, np.stack([one.table for one in tables]), 1),
        texts=tuple(
            replace(text, share=text.share * share)
            for one, share in zip(tables, shares, strict=True)
            for text in one.texts
        ),
    )
