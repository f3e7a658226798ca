"""Match a query to entries, with calibrated confidence and evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from slackguide.matching.critical_detector import CriticalDetector, CriticalMatch, ExampleTokens
from slackguide.matching.features import (
    FAMILIES,
    CharNgramVectorizer,
    Floats,
    Ints,
    PairVectorizer,
    TermVectorizer,
    Vectorizer,
)
from slackguide.matching.glossary import GlossaryExpander
from slackguide.matching.index import Bm25Scorer, FeatureFamily, TextCollection, all_cosines
from slackguide.matching.logistic_regression import fit
from slackguide.matching.naive_bayes import FeatureCounts, NaiveBayes, features
from slackguide.matching.pointers import PointerIndex
from slackguide.matching.query import MAX_EVIDENCE, ParsedQuery, QueryParser
from slackguide.matching.scoring import FEATURES, OddsWeights, Weights, combine, logistic, shipped_weights
from slackguide.matching.small_talk import SmallTalk, concern_of, small_talk, without_courtesies
from slackguide.matching.spelling import Spelling
from slackguide.matching.tokenizer import MAX_CHARACTERS, tokenize
from slackguide.matching.types import (
    Alert,
    CriticalPatterns,
    EntryDocument,
    Evidence,
    Match,
    Matching,
    Outcome,
    Vocabulary,
)

TRAINED_PHRASINGS = 4_000
"""Maximum phrasings for fitting the logistic regression. With more, fitting takes too long."""

TRAINED_ENTRIES = 300

FAMILY_SHARES = (1.0, 0.7, 1.0)
"""The weights of terms, pairs and n-grams in the kernel of the logistic regression."""

BODY_WEIGHT = 0.25
"""The weight of a word in an entry's body, relative to one in its title or phrasings."""

CERTAIN = 0.98
"""The confidence of an entry that is ranked first by a clear pattern."""

NEIGHBOUR = 10.0
"""The factor for the probability of the entries in `distinguish_from` of the first one."""

MIN_ANSWER_CONFIDENCE = 0.5
"""The minimum confidence of an answer, regardless of the other entries."""

VERBATIM = 0.97
"""The minimum cosine with a phrasing at which a query counts as a verbatim phrasing."""

LIKELY = 0.8
"""The confidence of an entry that is ranked first in the choices by a likely pattern."""

MAX_CHOICES = 4

NOTHING = Matching("none", 0.0, (), 0, (), False, Evidence())

EntryMask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The feature scores of one query for all entries, before a decision."""

    query: ParsedQuery
    table: Floats
    """`FEATURES` x entries."""
    nearest: Floats
    """The cosine of the query with every phrasing, over all families."""
    known: float
    """The share of the query's terms that occur in the knowledge base."""
    out_of_scope_score: float
    """The log-odds that the query is out of scope; 0 if the knowledge base has no out-of-scope messages."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranking of the entries for one query."""

    first: int
    """The position of the entry with the highest score."""
    probabilities: Floats
    """The softmax of the scores over the visible entries."""
    signals: dict[str, float]
    """The values of `scoring.SIGNALS` for the first entry."""


class Matcher:
    """Matches queries to the entries of a knowledge base. Immutable once built, and thread-safe."""

    def __init__(
        self,
        documents: Sequence[EntryDocument],
        vocabulary: Vocabulary,
        *,
        signs: Sequence[CriticalPatterns] = (),
        out_of_scope: Sequence[str] = (),
        pointers: Mapping[str, Sequence[str]] | None = None,
        weights: Weights | None = None,
    ) -> None:
        """Index the entries and train the models on their phrasings and on out-of-scope messages.

        `pointers` are sentences that say whom to ask, each with the out-of-scope messages that it is for.
        `weights` defaults to the shipped ones; others are used to fit them. Raises ValueError if two documents have
        the same id, or `signs` refer to an unknown entry.
        """
        self._weights = weights or shipped_weights()
        self._ids = tuple(document.id for document in documents)
        self._positions = {id: position for position, id in enumerate(self._ids)}
        unknown = sorted({one.id for one in signs} - set(self._ids))
        if unknown or len(self._positions) < len(self._ids):
            raise ValueError(f"signs of unknown entries: {unknown}" if unknown else "duplicate entry ids")
        self._neighbours = tuple(
            np.array([self._positions[id] for id in document.distinguish_from if id in self._positions], dtype=np.int64)
            for document in documents
        )
        glossary = GlossaryExpander(vocabulary)
        self._query_parser = QueryParser(glossary)
        self._phrasings = tuple(p for d in documents for p in (*d.phrasings, d.title))
        sizes = np.array([len(document.phrasings) + 1 for document in documents], dtype=np.int64)
        self._firsts: Ints = np.concatenate(([0], np.cumsum(sizes)))
        is_phrasing = np.ones(len(self._phrasings) + len(documents), dtype=bool)
        is_phrasing[np.cumsum(sizes + 1) - 1] = False
        texts = TextCollection(
            np.repeat(np.arange(len(documents)), sizes + 1), is_phrasing, len(documents), BODY_WEIGHT
        )
        terms = TermVectorizer()
        self._vectorizers: tuple[Vectorizer, ...] = (terms, PairVectorizer(terms), CharNgramVectorizer())
        self._terms = terms
        keep_tokens = bool(out_of_scope) or any(one.serious for one in signs)
        uses, tokens = self._add_documents(documents, keep_tokens)
        self._spelling = Spelling(uses + Counter(glossary.vocabulary()))
        self._bm25 = Bm25Scorer(terms.table(), texts)
        self._families = tuple(FeatureFamily(vectorizer.table(), texts) for vectorizer in self._vectorizers)
        with ThreadPoolExecutor(1) as executor:  # numpy releases the GIL while it fits the regression
            coefficients = executor.submit(self._fit, texts)
            outside = list(map(tokenize, out_of_scope))
            self._detector = CriticalDetector(signs, tokens, outside, self._weights.alarm)
            self._out_of_scope = _out_of_scope_classifier(outside, tokens) if outside else None
            self._pointers = PointerIndex(pointers or {}, out_of_scope)
            self._coefficients = coefficients.result()
        self._odds: OddsWeights = self._weights.odds if out_of_scope else self._weights.odds_uninformed

    def small_talk(self, text: str) -> SmallTalk | None:
        """Return the kind of a text in which nothing is asked, or None. A word of the knowledge base is no name."""
        return small_talk(text, self._spelling.known)

    def concern_of(self, text: str) -> str:
        """Return the text without the greetings, thanks and signature around the concern."""
        return concern_of(text, self._spelling.known)

    def meanings(self, text: str) -> frozenset[str]:
        """Return the stems of a text's words and their synonym groups."""
        return frozenset(self._query_parser.parse(text, self._spelling.correct).terms)

    def knows(self, word: str) -> bool:
        """Return whether a word occurs in the knowledge base."""
        return word in self._spelling.known

    def match(self, text: str, *, hidden: frozenset[str] = frozenset(), limit: int = 5) -> Matching:
        """Return the entries that match `text`, best first, at most `limit`, without those in `hidden`.

        Greetings, thanks and signatures around the concern do not count, except as signs of a critical concern.
        Accepts any string. At most `tokenizer.MAX_CHARACTERS` and `query.MAX_WORDS` are read, which bounds the work.
        """
        visible = np.ones(len(self._ids), dtype=bool)
        visible[[self._positions[id] for id in hidden if id in self._positions]] = False
        if not visible.any():
            return NOTHING
        scores = self.score(self.concern_of(text))
        critical = tuple(one for one in self._detector.find(without_courtesies(text)) if one.id not in hidden)
        matching = self._decide(scores, visible, limit)
        return self._apply_critical(critical, matching, scores, limit)

    def pointer(self, text: str) -> str | None:
        """Return the sentence that says whom to ask about a text that no entry answers, or None."""
        return self._pointers.find(self._query_parser.parse(self.concern_of(text), self._spelling.correct).plain)

    def explain(self, text: str, id: str) -> Evidence:
        """Return the evidence in `text` for entry `id`. Raises KeyError for an unknown id."""
        return self._evidence(self.score(self.concern_of(text)), self._positions[id])

    def work(self, text: str) -> int:
        """Return the cost of matching `text`: characters read, index values visited and features looked up."""
        query = self._query_parser.parse(text, self._spelling.correct)
        visited = sum(
            family.work(vectorizer.count(query))
            for family, vectorizer in zip(self._families, self._vectorizers, strict=True)
        )
        visited += self._bm25.work(self._terms.count(query))
        visited += self._detector.work(text) + (self._out_of_scope is not None) * len(features(query.plain))
        return min(len(text), MAX_CHARACTERS) + visited

    def score(self, text: str) -> ScoreTable:
        """Compute the feature scores of one query, on which `match` decides and weights are fitted."""
        query = self._query_parser.parse(text, self._spelling.correct)
        starts = self._firsts[:-1]
        nearest = np.zeros(len(self._phrasings), dtype=np.float32)
        features: dict[str, Floats] = {}
        known = 0.0
        parts = zip(FAMILIES, self._vectorizers, self._families, FAMILY_SHARES, strict=True)
        for name, vectorizer, family, share in parts:
            vector = vectorizer.count(query)
            cosines = family.cosines(vector)
            nearest += np.float32(share**2) * cosines
            features[f"{name}_likelihood"] = family.ratios(vector)
            if name == "term":
                features["coverage"] = self._bm25.score(vector)
                weights = family.weigh(vector)
                known = float(weights @ weights)
            else:
                features[f"{name}_centre"] = family.centroid_cosines(cosines, starts)
            if name == "pair":
                features["pair_nearest"] = np.maximum.reduceat(cosines, starts)
        features["learnt"] = (
            np.zeros(len(self._ids), dtype=np.float32) if self._coefficients is None else nearest @ self._coefficients
        )
        nearest /= np.float32(sum(share**2 for share in FAMILY_SHARES))
        features["nearest"] = np.maximum.reduceat(nearest, starts)
        out_of_scope_score = 0.0 if self._out_of_scope is None else self._out_of_scope.log_odds(query.plain)
        return ScoreTable(
            query, np.stack([features[feature] for feature in FEATURES]), nearest, known, out_of_scope_score
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the entries, in the order of the columns of all tables."""
        return self._ids

    @property
    def detected(self) -> tuple[str, ...]:
        """The ids of the critical entries with a trained classifier."""
        return self._detector.trained_ids

    def critical_score(self, id: str, text: str) -> float:
        """Return the log-odds of critical entry `id`. Raises KeyError if it has no classifier."""
        return self._detector.score(id, text)

    def rank(self, scored: ScoreTable, visible: EntryMask | None = None) -> Ranking:
        """Return the combined scores of the entries, and the signals for the confidence in the first one."""
        mask = np.ones(len(self._ids), dtype=bool) if visible is None else visible
        is_trained = self._coefficients is not None
        scores = combine(scored.table, self._weights.blend if is_trained else self._weights.blend_unlearnt)
        scores = np.where(mask, scores, np.float32(-1e9))
        first = int(np.argmax(scores))
        probabilities = np.exp(scores - scores[first])
        probabilities /= probabilities.sum()
        probability = min(max(float(probabilities[first]), 1e-6), 1.0 - 1e-6)
        start, end = self._firsts[first], self._firsts[first + 1]
        signals = {
            "lead": float(np.log(probability / (1.0 - probability))),
            "evidence": float(scores[first] - scores[mask].mean()),
            "cosine": float(scored.nearest[start:end].max()),
            "coverage": float(scored.table[FEATURES.index("coverage"), first]),
            "known": scored.known,
            "length": float(np.log1p(len(scored.query.terms))),
            "foreign": scored.out_of_scope_score,
        }
        return Ranking(first, probabilities, signals)

    def _decide(self, table: ScoreTable, visible: EntryMask, limit: int) -> Matching:
        ranking = self.rank(table, visible)
        first, probabilities, signals = ranking.first, ranking.probabilities, ranking.signals
        if signals["cosine"] <= 0.0:
            return NOTHING
        confidence = round(logistic(self._odds.confidence, signals), 4)
        probabilities = self._with_neighbours(first, probabilities)
        order = [at for at in _top(probabilities, max(limit, MAX_CHOICES)) if visible[at]]
        outcome, offered = self._outcome(confidence, signals, probabilities[order])
        upper = min(confidence, 1.0 - confidence)
        shares = [min(confidence * float(probabilities[at] / probabilities[first]), upper) for at in order]
        shares[0] = confidence
        matches = tuple(Match(self._ids[at], round(share, 4)) for at, share in zip(order, shares, strict=True))
        matches = matches[: max(limit, 0)]
        offered = min(offered, len(matches))
        return Matching(outcome, confidence, matches, offered, (), False, self._evidence(table, first))

    def _with_neighbours(self, first: int, probabilities: Floats) -> Floats:
        """Raise the probabilities of the entries that are often confused with the first one, and normalize."""
        neighbours = self._neighbours[first]
        if not len(neighbours):
            return probabilities
        raised = probabilities.copy()
        raised[neighbours] = np.minimum(raised[neighbours] * np.float32(NEIGHBOUR), raised[first])
        raised[first] = probabilities[first]
        return np.asarray(raised / raised.sum(), dtype=np.float32)

    def _outcome(self, confidence: float, signals: Mapping[str, float], probabilities: Floats) -> tuple[Outcome, int]:
        if logistic(self._odds.scope, signals) < self._odds.scope_from:
            return "none", 0
        verbatim = signals["cosine"] >= VERBATIM and signals["lead"] > 1.0
        settled = verbatim or logistic(self._odds.settled, signals) >= self._odds.answer_from
        if (settled and confidence >= MIN_ANSWER_CONFIDENCE) or len(probabilities) == 1:
            return "answer", 1
        cumulative = np.cumsum(probabilities)
        count = int(np.searchsorted(cumulative, self._weights.choose_until)) + 1
        return "choices", min(max(count, 2), MAX_CHOICES, len(probabilities))

    def _apply_critical(
        self, critical: tuple[CriticalMatch, ...], matching: Matching, scores: ScoreTable, limit: int
    ) -> Matching:
        """Rank a clear match first, a likely one unless there is an answer, and add alerts for the others."""
        for one in critical:
            if one.strength == "clear":
                matching = self._put_first(one, CERTAIN, matching, scores, limit)
                break
            if one.strength == "likely" and matching.outcome != "answer":
                matching = self._put_first(one, LIKELY, matching, scores, limit)
                break
        first = matching.matches[0].id if matching.offered else None
        alerts = tuple(Alert(one.id, one.message) for one in critical if one.id != first)
        return replace(matching, alerts=alerts)

    def _put_first(
        self, critical: CriticalMatch, confidence: float, matching: Matching, scores: ScoreTable, limit: int
    ) -> Matching:
        others = [match for match in matching.matches if match.id != critical.id]
        rest = [replace(other, confidence=min(other.confidence, round(1.0 - confidence, 4))) for other in others]
        matches = (Match(critical.id, confidence), *rest)[: max(limit, 1)]
        why = self._evidence(scores, self._positions[critical.id])
        why = replace(why, words=self._detector.evidence(critical, MAX_EVIDENCE) or why.words)
        if confidence >= CERTAIN or len(matches) < 2:
            return Matching("answer", confidence, matches, 1, (), confidence >= CERTAIN, why)
        offered = min(max(matching.offered + 1, 2), MAX_CHOICES, len(matches))
        return Matching("choices", confidence, matches, offered, (), False, why)

    def _evidence(self, scores: ScoreTable, position: int) -> Evidence:
        start, end = int(self._firsts[position]), int(self._firsts[position + 1])
        nearest = start + int(np.argmax(scores.nearest[start:end]))
        terms = scores.query.terms
        by_number = self._families[0].shares(self._terms.count(scores.query), start, end)
        shares = {term: by_number.get(self._terms.ids.get(term, -1), 0.0) for term in terms}
        evidence_tokens = self._query_parser.evidence(scores.query, shares)
        return Evidence(evidence_tokens, self._phrasings[nearest] if scores.nearest[nearest] > 0 else "")

    def _add_documents(
        self, documents: Sequence[EntryDocument], keep_tokens: bool
    ) -> tuple[Counter[str], dict[str, list[tuple[str, ...]]]]:
        """Add every text to the vectorizers. Return the word frequencies, and the tokens of each entry's phrasings.

        The tokens are returned only if `keep_tokens`, because they use as much memory as the texts.
        """
        uses: Counter[str] = Counter()
        tokens: dict[str, list[tuple[str, ...]]] = {}
        for document in documents:
            queries = [
                self._query_parser.parse(text, limit=None)
                for text in (*document.phrasings, document.title, document.body)
            ]
            if keep_tokens:
                tokens[document.id] = [query.plain for query in queries[:-1]]
            for query in queries:
                uses.update(query.words)
                for vectorizer in self._vectorizers:
                    vectorizer.add(query)
        return uses, tokens

    def _fit(self, texts: TextCollection) -> Floats | None:
        if not 2 <= texts.entries <= TRAINED_ENTRIES or texts.phrasings > TRAINED_PHRASINGS:
            return None
        return fit(all_cosines(self._families, FAMILY_SHARES), texts.entry_of_phrasing, texts.entries)


def _out_of_scope_classifier(outside: Sequence[Sequence[str]], inside: ExampleTokens) -> NaiveBayes:
    phrasings = (phrasing for phrasings in inside.values() for phrasing in phrasings)
    return NaiveBayes(FeatureCounts(outside), FeatureCounts(phrasings))


def _top(probabilities: Floats, count: int) -> list[int]:
    """Return the positions of the `count` highest values in descending order, ties in order of position."""
    count = min(count, len(probabilities))
    threshold = np.partition(probabilities, len(probabilities) - count)[len(probabilities) - count]
    positions = np.flatnonzero(probabilities >= threshold)
    return [int(at) for at in positions[np.argsort(-probabilities[positions], kind="stable")][:count]]
