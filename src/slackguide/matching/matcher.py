"""Match a query to entries, with calibrated confidence and evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from itertools import chain
from types import MappingProxyType

import numpy as np

from slackguide.matching import concern_split
from slackguide.matching.concern_choices import in_language, offer_concerns
from slackguide.matching.content_words import content_words
from slackguide.matching.critical_detector import CriticalDetector, CriticalMatch
from slackguide.matching.document_features import DocumentFeatures
from slackguide.matching.features import (
    CharNgramVectorizer,
    Floats,
    Ints,
    PairVectorizer,
    TermVectorizer,
    Vectorizer,
    unpack,
)
from slackguide.matching.foreign_words import language_of, without_foreign_words
from slackguide.matching.glossary import GlossaryExpander
from slackguide.matching.index import EntryScorer, PhrasingIndex, RegressionTable, TextCollection, WeightedFeatures
from slackguide.matching.message_reader import MessageReader, Reading
from slackguide.matching.naive_bayes import FeatureCounts, NaiveBayes, features
from slackguide.matching.passages import is_long
from slackguide.matching.pointers import PointerIndex
from slackguide.matching.query import MAX_EVIDENCE, ParsedQuery, QueryParser
from slackguide.matching.score_table import ScoredText, ScoreTable
from slackguide.matching.scoring import (
    FEATURES,
    MatcherCalibration,
    Weights,
    combine,
    confidence_odds,
    log_odds,
    probability,
    question_odds,
    shipped_weights,
)
from slackguide.matching.small_talk import SmallTalk, concern_of, small_talk, without_courtesies
from slackguide.matching.spelling import MIN_LENGTH, Spelling
from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import MAX_CHARACTERS, tokenize
from slackguide.matching.types import (
    Alert,
    Arrays,
    CriticalPatterns,
    EntryDocument,
    Match,
    Matching,
    Outcome,
    Recall,
    Vocabulary,
    learn_anew,
)

TRAINED_PHRASINGS = 6_000
"""Maximum phrasings for fitting the logistic regression. With more, fitting takes too long."""

TRAINED_ENTRIES = 300

FAMILY_SHARES = (1.0, 0.7, 1.0)
"""The weights of terms, pairs and n-grams in the kernel of the logistic regression."""

BODY_WEIGHT = 0.5
"""The weight of a word in an entry's body, relative to one in its title or phrasings."""

CENTROID_SCALE = 74.7
"""The factor for the mean cosines of an entry's phrasings where no regression is fitted: the scale of its logits."""

ANSWER_FROM = 0.80
"""The minimum confidence of an answer. Below it there are choices."""

CERTAIN_FROM = 0.95
"""The minimum confidence of an answer without a runner-up."""

FEW_WORDS = 2
FEW_WORDS_FROM = 0.99
"""The minimum confidence of an answer to at most `FEW_WORDS`: most such messages fit several entries."""

CLEAR_PATTERN = 0.98
"""The confidence of an entry that is ranked first by a clear pattern."""

SCOPE_MESSAGES = 50
"""The number of out-of-scope messages from which they teach what the knowledge base does not answer."""

FAMILIAR_SHARE = 0.5
UNFAMILIAR = 0.79
"""The upper limit of the confidence for a query of which this share of the content words is known, none that is
answered. With a smaller share the limit is proportionally lower, and nothing is offered if none is known."""

LIKELY_PATTERN = 0.8
"""The confidence of an entry that is ranked first in the choices by a likely pattern."""

NEIGHBOUR = 10.0
"""The factor for the probability of the entries in `distinguish_from` of the first one."""

BELOW_FIRST = np.float32(0.999)
"""The maximum probability of such an entry, relative to the first one, which stays first."""

CHOOSE_UNTIL = 0.995
"""The cumulative probability of the entries to offer as choices."""

MAX_CHOICES = 4

_COVERAGE = FEATURES.index("coverage")

CACHED_TEXTS = 16
"""Messages of which the concern is cached: facts are extracted from it, and it is matched."""

NOTHING = Matching("none", 0.0, (), 0, (), False)

EntryMask = np.ndarray[tuple[int], np.dtype[np.bool_]]


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
        parser: QueryParser | None = None,
        recall: Recall = learn_anew,
    ) -> None:
        """Index the entries and train the models on their phrasings and on out-of-scope messages.

        `pointers` are sentences that say whom to ask, each with the out-of-scope messages that it is for.
        `weights` defaults to the shipped ones; others are used to fit them. `parser` is one with the same vocabulary
        that others share. `recall` returns what was learnt before from the same texts. Raises ValueError if two
        documents have the same id, or `signs` refer to an unknown entry.
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
        self._query_parser = parser or QueryParser(glossary)
        sizes = np.array([len(d.phrasings) + 1 + len(d.tickets) for d in documents], dtype=np.int64)  # with the title
        self._firsts: Ints = np.concatenate(([0], np.cumsum(sizes)))
        is_phrasing = np.ones(int(sizes.sum()) + len(documents), dtype=bool)
        is_phrasing[np.cumsum(sizes + 1) - 1] = False
        texts = TextCollection(
            np.repeat(np.arange(len(documents)), sizes + 1), is_phrasing, len(documents), BODY_WEIGHT
        )
        keep_tokens = bool(out_of_scope) or any(one.serious for one in signs)
        features_of_all = cache(partial(DocumentFeatures, documents, self._query_parser, keep_tokens))
        recall_index = recall if texts.phrasings <= TRAINED_PHRASINGS else learn_anew
        names = recall_index("#names", lambda: features_of_all().names)
        self._terms = TermVectorizer(names["terms"])
        self._vectorizers: tuple[Vectorizer, ...] = (
            self._terms,
            PairVectorizer(self._terms, names["pairs"]),
            CharNgramVectorizer(names["ngrams"]),
        )
        uses = Counter(dict(zip(unpack(names["words"]), names["uses"].tolist(), strict=True)))
        self._spelling = Spelling(uses + Counter(glossary.vocabulary()))
        self._index = PhrasingIndex(
            recall_index("#phrasings", lambda: PhrasingIndex.learn(features_of_all().tables, texts, FAMILY_SHARES))
        )
        self._entry_scorer = EntryScorer(
            recall_index("#entries", lambda: EntryScorer.learn(features_of_all().tables, texts))
        )
        with ThreadPoolExecutor(1) as executor:  # numpy releases the GIL while it fits the regression
            regression = executor.submit(self._fit, texts, recall)
            outside = list(map(tokenize, out_of_scope))
            self._detector = CriticalDetector(
                signs, lambda: features_of_all().tokens, outside, self._weights.alarm, recall
            )
            self._out_of_scope = None
            if outside:
                learn = partial(_learn_scope, outside, features_of_all)
                self._out_of_scope = NaiveBayes.restore(recall("#scope", learn))
            self._pointers = PointerIndex(pointers or {}, out_of_scope)
            self._regression = regression.result()
        self._concern_of = lru_cache(maxsize=CACHED_TEXTS)(partial(concern_of, vocabulary=self._spelling.known))
        self._reader = MessageReader(self._parse, self.score, self._combine)
        self._calibration = self._weights.calibration
        self._out_of_scope_messages = len(outside)

    @property
    def calibration(self) -> MatcherCalibration:
        """The calibration in use."""
        return self._calibration

    def with_calibration(self, calibration: MatcherCalibration) -> Matcher:
        """Return a matcher with the same index and another calibration."""
        matcher = copy(self)
        matcher._calibration = calibration
        matcher._reader = MessageReader(matcher._parse, matcher.score, matcher._combine)
        return matcher

    def small_talk(self, text: str) -> SmallTalk | None:
        """Return the kind of a text in which nothing is asked, or None. A word of the knowledge base is no name."""
        return small_talk(text, self._spelling.known)

    def concern_of(self, text: str) -> str:
        """Return the text without the greetings, thanks and signature around the concern."""
        return self._concern_of(text)

    def meanings(self, text: str) -> frozenset[str]:
        """Return the stems of a text's words and their synonym groups."""
        return frozenset(self._query_parser.parse(text, self._spelling.correct).terms)

    def knows(self, word: str) -> bool:
        """Return whether a word occurs in the knowledge base."""
        return word in self._spelling.known

    def unknown_words(self, text: str) -> frozenset[str]:
        """Return the words that neither the knowledge base nor its glossary has, nor a misspelling of one of them."""
        return frozenset(word for word in tokenize(text) if word.isalpha() and not self._is_known(word))

    def match(
        self,
        text: str,
        *,
        hidden: frozenset[str] = frozenset(),
        limit: int = 5,
        adjustments: Mapping[str, float] = MappingProxyType({}),
    ) -> Matching:
        """Return the entries that match `text`, best first, at most `limit`, without those in `hidden`.

        `adjustments` are log-odds, by entry id, to add to the scores: evidence that is not in the words.
        Greetings, thanks and signatures around the concern do not count, except as signs of a critical concern.
        Accepts any string. At most `tokenizer.MAX_CHARACTERS` and `query.MAX_WORDS` are read, which bounds the work.
        """
        visible = np.ones(len(self._ids), dtype=bool)
        visible[[self._positions[id] for id in hidden if id in self._positions]] = False
        if not visible.any():
            return NOTHING
        reading = self.read(text)
        critical = tuple(one for one in self._detector.find(without_courtesies(text)) if one.id not in hidden)
        by_position = self._by_position(adjustments)
        matching = self._decide(reading.scores, visible, limit, by_position)
        if reading.split is not None and reading.parts:
            parts = [(part.text, self._decide(part.scores, visible, limit, by_position)) for part in reading.parts]
            matching = offer_concerns(matching, parts, concern_split.probability(reading.split), limit)
        language = language_of(text, self._is_known)
        if language is not None:
            matching = in_language(language, matching, self._count_shared_words(text))
        return _apply_critical(critical, matching, limit)

    def read(self, text: str) -> Reading:
        """Return the scores of a message without the small talk around the concern."""
        concern = text if is_long(text) else self.concern_of(text)
        return self._reader.read(without_foreign_words(concern, self._spelling.known))

    def first(self, text: str, adjustments: Mapping[str, float] = MappingProxyType({})) -> tuple[str, float]:
        """Return the first entry for a text, and the log-odds that it is right before the limit by the scope."""
        ranking = self.rank(self.read(text).scores, adjustments=self._by_position(adjustments))
        return self._ids[ranking.first], question_odds(self._calibration, ranking.signals)

    def pointer(self, text: str) -> str | None:
        """Return the sentence that says whom to ask about a text that no entry answers, or None."""
        return self._pointers.find(self._query_parser.parse(self.concern_of(text), self._spelling.correct).plain)

    def explain(self, text: str, id: str) -> tuple[str, ...]:
        """Return the words in `text` that speak most for entry `id`. Raises KeyError for an unknown id."""
        position = self._positions[id]
        for critical in self._detector.find(without_courtesies(text)):
            if critical.id == id and critical.strength != "weak" and critical.sentence:
                return self._detector.evidence(critical, MAX_EVIDENCE)
        query = self.read(text).scores.query
        start, end = int(self._firsts[position]), int(self._firsts[position + 1])
        by_number = self._index.shares(self._index.weigh(self._terms.count(query)), start, end)
        shares = {term: by_number.get(self._terms.ids.get(term, -1), 0.0) for term in query.terms}
        return self._query_parser.evidence(query, shares)

    def work(self, text: str) -> int:
        """Return the cost of matching `text`: characters read, index values visited and features looked up."""
        query = self._query_parser.parse(text, self._spelling.correct)
        vectors = [vectorizer.count(query) for vectorizer in self._vectorizers]
        visited = (self._regression or self._index).work(self._index.weigh(*vectors))
        visited += self._entry_scorer.work(vectors[0], vectors[1])
        visited += self._detector.work(text) + (self._out_of_scope is not None) * len(features(query.plain))
        return min(len(text), MAX_CHARACTERS) + visited

    def score(self, text: str) -> ScoreTable:
        """Compute the feature scores of one query, on which `match` decides and weights are fitted."""
        query = self._parse(text)
        terms, pairs, ngrams = (vectorizer.count(query) for vectorizer in self._vectorizers)
        features = self._index.weigh(terms, pairs, ngrams)
        rows = (*self._entry_scorer.score(terms, pairs), self._regress(features))  # in the order of `FEATURES`
        return ScoreTable(query, np.stack(rows), (ScoredText(query, features, 1.0),))

    def _regress(self, query: WeightedFeatures) -> Floats:
        """Return the logit of every entry."""
        if self._regression is not None:
            return self._regression.logits(query)
        means = np.add.reduceat(self._index.cosines(query), self._firsts[:-1]) / np.diff(self._firsts)
        return np.asarray(CENTROID_SCALE * means, dtype=np.float32)

    def nearest(self, scored: ScoreTable, position: int) -> Floats:
        """Return the cosine of the nearest text of a query with each phrasing of an entry."""
        start, end = int(self._firsts[position]), int(self._firsts[position + 1])
        nearest: Floats = np.maximum.reduce([self._index.cosines(text.features, start, end) for text in scored.texts])
        return nearest

    def out_of_scope_score(self, scored: ScoreTable) -> float:
        """Return the log-odds that a query is out of scope; 0 if the knowledge base has no out-of-scope messages."""
        if self._out_of_scope is None:
            return 0.0
        return sum(text.share * self._out_of_scope.log_odds(text.query.plain) for text in scored.texts)

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

    def rank(self, scored: ScoreTable, visible: EntryMask | None = None, adjustments: Floats | None = None) -> Ranking:
        """Return the combined scores of the entries, and the signals for the confidence in the first one.

        `adjustments` are log-odds to add to the score of each entry.
        """
        mask = np.ones(len(self._ids), dtype=bool) if visible is None else visible
        scores = self._combine(scored)
        if adjustments is not None:
            scores = scores + adjustments
        scores = np.where(mask, scores, np.float32(-1e9))
        first = int(np.argmax(scores))
        probabilities = np.exp(scores - scores[first])
        probabilities /= probabilities.sum()
        share = min(max(float(probabilities[first]), 1e-6), 1.0 - 1e-6)
        baseline = float(scores[mask].mean()) if mask.sum() > 1 else 0.0
        signals = {
            "lead": float(np.log(share / (1.0 - share))),
            "evidence": float(scores[first]) - baseline,
            "foreign": self.out_of_scope_score(scored),
        }
        return Ranking(first, probabilities, signals)

    def _parse(self, text: str) -> ParsedQuery:
        return self._query_parser.parse(text, self._spelling.correct)

    def _combine(self, scored: ScoreTable) -> Floats:
        """Return one score per entry."""
        return combine(scored.table, self._calibration.blend)

    def _is_known(self, word: str) -> bool:
        """Return whether the knowledge base has a word, its abbreviation, or the word that it is a misspelling of."""
        return self._has_word(word) or self._spelling.correct(word) != (word,)

    def _has_word(self, word: str) -> bool:
        return word in self._spelling.known or self._query_parser.is_abbreviation(word)

    def _count_shared_words(self, text: str) -> int:
        return sum(len(word) >= MIN_LENGTH and self._has_word(word) for word in set(tokenize(text)))

    def _by_position(self, adjustments: Mapping[str, float]) -> Floats:
        values = np.zeros(len(self._ids), dtype=np.float32)
        for id, value in adjustments.items():
            values[self._positions[id]] = value
        return values

    def _decide(self, table: ScoreTable, visible: EntryMask, limit: int, adjustments: Floats) -> Matching:
        ranking = self.rank(table, visible, adjustments)
        first = ranking.first
        if not self._has_evidence(table, first):
            return NOTHING
        calibration = self._calibration
        familiar = self._familiar_share(table.query)
        in_scope = log_odds(calibration.scope, ranking.signals)
        confidence = round(probability(confidence_odds(calibration, ranking.signals)), 4)
        if familiar < FAMILIAR_SHARE:
            confidence = min(confidence, round(UNFAMILIAR * familiar / FAMILIAR_SHARE, 4))
        probabilities = self._with_neighbours(first, ranking.probabilities)
        order = [at for at in _top(probabilities, max(limit, MAX_CHOICES)) if visible[at]]
        outcome, offered = _outcome(
            confidence,
            in_scope >= calibration.scope_from and familiar > 0.0,
            len(table.query.plain),
            probabilities[order],
        )
        upper = min(confidence, 1.0 - confidence)
        shares = [min(confidence * float(probabilities[at] / probabilities[first]), upper) for at in order]
        shares[0] = confidence
        matches = tuple(Match(self._ids[at], round(share, 4)) for at, share in zip(order, shares, strict=True))
        uncertain = outcome == "answer" and confidence < CERTAIN_FROM and len(matches) > 1
        return Matching(
            outcome,
            confidence,
            matches[: max(limit, 0)],
            min(offered, max(limit, 0)),
            (),
            False,
            runner_up=matches[1] if uncertain else None,
        )

    def _has_evidence(self, table: ScoreTable, position: int) -> bool:
        return bool(table.table[_COVERAGE, position] > 0.0 or self.nearest(table, position).max() > 0.0)

    def _familiar_share(self, query: ParsedQuery) -> float:
        """Return the share of the content words of a query that are known, 1 if something else teaches the scope."""
        words = content_words(query.plain) if self._out_of_scope_messages < SCOPE_MESSAGES else ()
        return (
            sum(self._is_known(word) or stem(word) in self._terms.ids for word in words) / len(words) if words else 1.0
        )

    def _with_neighbours(self, first: int, probabilities: Floats) -> Floats:
        """Raise the probabilities of the entries that are often confused with the first one, and normalize."""
        neighbours = self._neighbours[first]
        if not len(neighbours):
            return probabilities
        raised = probabilities.copy()
        raised[neighbours] = np.minimum(raised[neighbours] * np.float32(NEIGHBOUR), raised[first] * BELOW_FIRST)
        raised[first] = probabilities[first]
        return np.asarray(raised / raised.sum(), dtype=np.float32)

    def _fit(self, texts: TextCollection, recall: Recall) -> RegressionTable | None:
        if not 2 <= texts.entries <= TRAINED_ENTRIES or texts.phrasings > TRAINED_PHRASINGS:
            return None

        learn = partial(RegressionTable.learn, self._index, texts.entry_of_phrasing, texts.entries)
        return RegressionTable(self._index, recall("", learn))


def _apply_critical(critical: Sequence[CriticalMatch], matching: Matching, limit: int) -> Matching:
    """Rank a clear match first, a likely one unless an answer is certain, and add alerts for the others."""
    is_certain = matching.outcome == "answer" and matching.runner_up is None
    for one in critical:
        if one.strength == "clear":
            matching = _put_first(one.id, CLEAR_PATTERN, matching, limit)
            break
        if one.strength == "likely" and not is_certain:
            matching = _put_first(one.id, LIKELY_PATTERN, matching, limit)
            break
    first = matching.matches[0].id if matching.offered else None
    alerts = tuple(Alert(one.id, one.message) for one in critical if one.id != first)
    return replace(matching, alerts=alerts) if alerts else matching


def _put_first(id: str, confidence: float, matching: Matching, limit: int) -> Matching:
    others = [match for match in matching.matches if match.id != id]
    rest = [replace(other, confidence=min(other.confidence, round(1.0 - confidence, 4))) for other in others]
    matches = (Match(id, confidence), *rest)[: max(limit, 1)]
    is_clear = confidence >= CLEAR_PATTERN
    if is_clear or len(matches) < 2:
        return Matching("answer", confidence, matches, 1, (), is_clear)
    offered = min(max(matching.offered + 1, 2), MAX_CHOICES, len(matches))
    return Matching("choices", confidence, matches, offered, (), False)


def _outcome(confidence: float, in_scope: bool, words: int, probabilities: Floats) -> tuple[Outcome, int]:
    """Return the outcome and the number of matches to show, given the probabilities of the best matches in order."""
    if not in_scope:
        return "none", 0
    if confidence >= (FEW_WORDS_FROM if words <= FEW_WORDS else ANSWER_FROM):
        return "answer", 1
    if len(probabilities) == 1:
        return "none", 0
    count = int(np.searchsorted(np.cumsum(probabilities), CHOOSE_UNTIL)) + 1
    return "choices", min(max(count, 2), MAX_CHOICES, len(probabilities))


def _learn_scope(outside: Sequence[Sequence[str]], features_of_all: Callable[[], DocumentFeatures]) -> Arrays:
    """Return the arrays of the classifier of out-of-scope messages."""
    phrasings = chain.from_iterable(features_of_all().tokens.values())
    return NaiveBayes(FeatureCounts(outside), FeatureCounts(phrasings)).arrays()


def _top(probabilities: Floats, count: int) -> list[int]:
    """Return the positions of the `count` highest values in descending order, ties in order of position."""
    count = min(count, len(probabilities))
    threshold = np.partition(probabilities, len(probabilities) - count)[len(probabilities) - count]
    positions = np.flatnonzero(probabilities >= threshold)
    return [int(at) for at in positions[np.argsort(-probabilities[positions], kind="stable")][:count]]
