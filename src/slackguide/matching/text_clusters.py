"""Group similar texts, by the features with which the matcher compares phrasings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from slackguide.matching.features import CharNgramVectorizer, Floats, PairVectorizer, TermVectorizer, Vectorizer
from slackguide.matching.glossary import GlossaryExpander
from slackguide.matching.index import PhrasingIndex, TextCollection
from slackguide.matching.matcher import FAMILY_SHARES
from slackguide.matching.query import QueryParser
from slackguide.matching.types import Vocabulary

BACKGROUND = 2_000
"""Maximum other texts from which the rarity of words is counted."""


def similarities(texts: Sequence[str], background: Sequence[str], vocabulary: Vocabulary) -> Floats:
    """Return the cosine, 0 to 1, of every text with every other one.

    `background` are texts of the same field, such as the phrasings of a knowledge base: what is frequent in them
    counts little.
    """
    parser = QueryParser(GlossaryExpander(vocabulary))
    step = max(1, -(-len(background) // BACKGROUND))
    queries = [parser.parse(text) for text in (*texts, *background[::step])]
    terms = TermVectorizer()
    vectorizers: tuple[Vectorizer, ...] = (terms, PairVectorizer(terms), CharNgramVectorizer())
    for query in queries:
        for vectorizer in vectorizers:
            vectorizer.add(query)
    size = len(queries)
    collection = TextCollection(np.arange(size), np.ones(size, dtype=bool), size, 1.0)
    tables = [vectorizer.table() for vectorizer in vectorizers]
    index = PhrasingIndex(PhrasingIndex.learn(tables, collection, FAMILY_SHARES))
    weighed = (index.weigh(*(one.count(query) for one in vectorizers)) for query in queries[: len(texts)])
    return np.array([index.cosines(one)[: len(texts)] for one in weighed], dtype=np.float32).reshape(len(texts), -1)


def clusters(similarity: Floats, *, threshold: float, smallest: int) -> list[list[int]]:
    """Return groups of at least `smallest` texts, the largest first.

    Each group is a text, its centre, and all remaining texts that are at least `threshold` similar to it, the most
    similar first. The centre is the text with the most of them.
    """
    near = similarity >= threshold
    np.fill_diagonal(near, True)
    found: list[list[int]] = []
    while near.size:
        counts = near.sum(axis=1)
        centre = int(np.argmax(counts))
        if counts[centre] < smallest:
            break
        members = np.flatnonzero(near[centre])
        order = np.lexsort((members, -similarity[centre, members], members != centre))
        found.append(members[order].tolist())
        near[members] = False
        near[:, members] = False
    return found
