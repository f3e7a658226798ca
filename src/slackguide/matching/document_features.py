"""Count the features of the texts of all entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from slackguide.matching.features import CharNgramVectorizer, PairVectorizer, TermVectorizer, Vectorizer, pack
from slackguide.matching.query import QueryParser
from slackguide.matching.types import Arrays, EntryDocument


class DocumentFeatures:
    """The features of all texts of the entries, in order: the phrasings, the title, the tickets and the body of each.

    Tickets are in neither the words nor the tokens: their names and misspellings are not words of the knowledge base,
    and most of their sentences are about no entry.
    """

    def __init__(self, documents: Sequence[EntryDocument], parser: QueryParser, keep_tokens: bool) -> None:
        """Parse every text. The tokens are kept only if wanted, because they use as much memory as the texts."""
        terms = TermVectorizer()
        vectorizers: tuple[Vectorizer, ...] = (terms, PairVectorizer(terms), CharNgramVectorizer())
        uses: Counter[str] = Counter()
        self.tokens: dict[str, list[tuple[str, ...]]] = {}
        """The tokens of each entry's phrasings and title."""
        for document in documents:
            queries = [
                parser.parse(text, limit=None)
                for text in (*document.phrasings, document.title, *document.tickets, document.body)
            ]
            phrasings = queries[: len(document.phrasings) + 1]
            if keep_tokens:
                self.tokens[document.id] = [query.plain for query in phrasings]
            for query in (*phrasings, queries[-1]):
                uses.update(query.words)
            for query in queries:
                for vectorizer in vectorizers:
                    vectorizer.add(query)
        self.tables = [vectorizer.table() for vectorizer in vectorizers]
        """The counts of the terms, of the pairs and of the n-grams."""
        self.names: Arrays = {
            **{name: one.known() for name, one in zip(("terms", "pairs", "ngrams"), vectorizers, strict=True)},
            "words": pack(list(uses)),
            "uses": np.array(list(uses.values()), dtype=np.int64),
        }
        """The features in order of their numbers, and the words with their frequencies."""
