"""The feature scores of a text for all entries, and those of several texts of one message together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slackguide.matching.features import Floats
from slackguide.matching.query import ParsedQuery


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The feature scores of one query for all entries, before a decision."""

    query: ParsedQuery
    table: Floats
    """`FEATURES` x entries."""
    nearest: Floats
    """The cosine of the query with every phrasing, over all families."""
    out_of_scope_score: float
    """The log-odds that the query is out of scope; 0 if the knowledge base has no out-of-scope messages."""


def blend(tables: Sequence[ScoreTable], weights: Sequence[float], query: ParsedQuery) -> ScoreTable:
    """Return the weighted sum of the scores of several texts, as those of `query`.

    The cosine with a phrasing is the highest one, and the odds of words are weighted means.
    """
    factors = np.array(weights, dtype=np.float32)
    shares = factors / factors.sum()
    return ScoreTable(
        query=query,
        table=np.tensordot(factors, np.stack([one.table for one in tables]), 1),
        nearest=np.maximum.reduce([one.nearest for one in tables]),
        out_of_scope_score=float(shares @ [one.out_of_scope_score for one in tables]),
    )
