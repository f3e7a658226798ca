"""The matcher: a question in, the entries it may be about out, with how sure that is and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from slackguide.matching.critical_detector import CriticalDetector, CriticalMatch
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
from slackguide.matching.index import Coverage, FeatureFamily, TextCollection, all_cosines
from slackguide.matching.logistic_regression import fit
from slackguide.matching.naive_bayes import FeatureCounts, NaiveBayes, features
from slackguide.matching.query import MAX_EVIDENCE, ParsedQuery, QueryParser
from slackguide.matching.scoring import FEATURES, OddsWeights, Weights, combine, logistic, shipped_weights
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

TRAINED_PHRASINGS: Final = 4_000
"""Phrasings up to which a regression over all of them is learnt; beyond, learning would take longer than it gains."""

TRAINED_ENTRIES: Final = 300

FAMILY_SHARES: Final = (1.0, 0.7, 1.0)
"""Weight of terms, pairs and letter groups in the cosine that the regression is learnt over."""

BODY_WEIGHT: Final = 0.25
"""What one use of a word in an entry's answer counts, beside one in its title or phrasings."""

CERTAIN: Final = 0.98
"""Confidence of an entry that a clear sign put first."""

NEIGHBOUR: Final = 10.0
"""How much likelier an entry becomes as second choice for being named among those to tell the first one from."""

MIN_ANSWER_CONFIDENCE: Final = 0.5
"""Confidence below which nothing is the answer, however clear the lead."""

VERBATIM: Final = 0.97
"""Cosine with a phrasing from which a question is that phrasing, and no longer vague."""

LIKELY: Final = 0.8
"""Confidence of an entry that a likely sign put at the head of the choices."""

MAX_CHOICES: Final = 4

NOTHING: Final = Matching("none", 0.0, (), 0, (), False, Evidence())

EntryMask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """What the views say about one question, before anything is decided."""

    query: ParsedQuery
    table: Floats
    """`FEATURES` x entries."""
    nearest: Floats
    """Cosine of the question with every phrasing, over all families."""
    known: float
    """Share of the question's terms that the knowledge base uses."""
    out_of_scope_score: float
    """Log-odds that it is one of those that no entry answers; 0 where the knowledge base holds none."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the views come to."""

    first: int
    """Place of the entry with the highest score."""
    probabilities: Floats
    """The share of each entry if exactly one of the visible ones is meant."""
    signals: dict[str, float]
    """`blending.SIGNALS` of the first entry."""


class Matcher:
    """Immutable once built: one instance may answer any number of threads."""

    def __init__(
        self,
        documents: Sequence[EntryDocument],
        vocabulary: Vocabulary,
        *,
        signs: Sequence[CriticalPatterns] = (),
        out_of_scope: Sequence[str] = (),
        weights: Weights | None = None,
    ) -> None:
        """Index the entries and learn from their phrasings, and from messages that none of them answers.

        `weights` other than the shipped ones are for fitting. Raises ValueError where two documents share an id or
        signs name an entry that is not there.
        """
        self._weights: Final = weights or shipped_weights()
        self._ids: Final = tuple(document.id for document in documents)
        self._positions: Final = {id: place for place, id in enumerate(self._ids)}
        unknown = sorted({one.id for one in signs} - set(self._ids))
        if unknown or len(self._positions) < len(self._ids):
            raise ValueError(f"signs of entries that are not there: {unknown}" if unknown else "entry ids must differ")
        self._neighbours: Final = tuple(
            np.array([self._positions[id] for id in document.distinguish_from if id in self._positions], dtype=np.int64)
            for document in documents
        )
        glossary = GlossaryExpander(vocabulary)
        self._query_parser: Final = QueryParser(glossary)
        self._phrasings: Final = tuple(p for d in documents for p in (*d.phrasings, d.title))
        sizes = np.array([len(document.phrasings) + 1 for document in documents], dtype=np.int64)
        self._firsts: Final[Ints] = np.concatenate(([0], np.cumsum(sizes)))
        is_phrasing = np.ones(len(self._phrasings) + len(documents), dtype=bool)
        is_phrasing[np.cumsum(sizes + 1) - 1] = False
        texts = TextCollection(
            np.repeat(np.arange(len(documents)), sizes + 1), is_phrasing, len(documents), BODY_WEIGHT
        )
        terms = TermVectorizer()
        self._numberings: Final[tuple[Vectorizer, ...]] = (terms, PairVectorizer(terms), CharNgramVectorizer())
        self._terms: Final = terms
        distinguished = bool(out_of_scope) or any(one.serious for one in signs)
        uses, tokens = self._add_documents(documents, distinguished)
        self._spelling: Final = Spelling(uses + Counter(glossary.vocabulary()))
        self._coverage: Final = Coverage(terms.table(), texts)
        self._families: Final = tuple(FeatureFamily(numbering.table(), texts) for numbering in self._numberings)
        with ThreadPoolExecutor(1) as beside:  # learning is done outside of the interpreter's lock, the rest within
            logits = beside.submit(self._fit, texts)
            inside = FeatureCounts(read for every in tokens.values() for read in every)
            outside = FeatureCounts(map(tokenize, out_of_scope))
            self._detector: Final = CriticalDetector(signs, tokens, inside, outside, self._weights.alarm)
            self._out_of_scope: Final = NaiveBayes(outside, inside) if out_of_scope else None
            self._logits: Final = logits.result()
        self._odds: Final[OddsWeights] = self._weights.odds if out_of_scope else self._weights.odds_uninformed

    def match(self, text: str, *, hidden: frozenset[str] = frozenset(), limit: int = 5) -> Matching:
        """The entries that `text` may be about, best first, at most `limit`; never one of `hidden`.

        Any string will do. Reading is bounded (`tokenize.MAX_CHARACTERS`, `reading.MAX_WORDS`), and so is the work.
        """
        visible = np.ones(len(self._ids), dtype=bool)
        visible[[self._positions[id] for id in hidden if id in self._positions]] = False
        if not visible.any():
            return NOTHING
        scores = self.score(text)
        found = tuple(sign for sign in self._detector.find(text, scores.query.plain) if sign.id not in hidden)
        matching = self._decide(scores, visible, limit)
        return self._apply_alerts(found, matching, scores, limit)

    def explain(self, text: str, id: str) -> Evidence:
        """What in `text` speaks for entry `id`. Raises KeyError for an unknown id."""
        return self._evidence(self.score(text), self._positions[id])

    def work(self, text: str) -> int:
        """What answering `text` costs, counted: characters read, index values visited and features looked up."""
        query = self._query_parser.parse(text, self._spelling.correct)
        visited = sum(
            family.work(numbering.count(query))
            for family, numbering in zip(self._families, self._numberings, strict=True)
        )
        visited += self._coverage.work(self._terms.count(query))
        logits = len(self._detector.trained_ids) + (self._out_of_scope is not None)
        return min(len(text), MAX_CHARACTERS) + visited + logits * len(features(query.plain))

    def score(self, text: str) -> ScoreTable:
        """All views of one question; what `match` decides on and what weights are fitted to."""
        query = self._query_parser.parse(text, self._spelling.correct)
        starts = self._firsts[:-1]
        nearest = np.zeros(len(self._phrasings), dtype=np.float32)
        features: dict[str, Floats] = {}
        known = 0.0
        parts = zip(FAMILIES, self._numberings, self._families, FAMILY_SHARES, strict=True)
        for name, numbering, family, share in parts:
            counted = numbering.count(query)
            cosines = family.cosines(counted)
            nearest += np.float32(share**2) * cosines
            features[f"{name}_likelihood"] = family.ratios(counted)
            if name == "term":
                features["coverage"] = self._coverage.of(counted)
                weights = family.weigh(counted)
                known = float(weights @ weights)
            else:
                features[f"{name}_centre"] = family.centre_cosines(cosines, starts)
            if name == "pair":
                features["pair_nearest"] = np.maximum.reduceat(cosines, starts)
        features["learnt"] = (
            np.zeros(len(self._ids), dtype=np.float32) if self._logits is None else nearest @ self._logits
        )
        nearest /= np.float32(sum(share**2 for share in FAMILY_SHARES))
        features["nearest"] = np.maximum.reduceat(nearest, starts)
        out_of_scope_score = 0.0 if self._out_of_scope is None else self._out_of_scope.log_odds(query.plain)
        return ScoreTable(
            query, np.stack([features[feature] for feature in FEATURES]), nearest, known, out_of_scope_score
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """The entries' ids, in the order of every table and chance."""
        return self._ids

    @property
    def detected(self) -> tuple[str, ...]:
        """The critical entries whose detector learnt from whole messages."""
        return self._detector.trained_ids

    def log_odds(self, id: str, scores: ScoreTable) -> float:
        """Log-odds that the question is one of the messages that entry `id` learnt from. Raises KeyError if of none."""
        return self._detector.log_odds(id, scores.query.plain)

    def rank(self, scored: ScoreTable, visible: EntryMask | None = None) -> Ranking:
        """The entries' blended scores and chances, and what confidence in the first is read from."""
        seen = np.ones(len(self._ids), dtype=bool) if visible is None else visible
        logits = self._logits is not None
        scores = combine(scored.table, self._weights.blend if logits else self._weights.blend_unlearnt)
        scores = np.where(seen, scores, np.float32(-1e9))
        first = int(np.argmax(scores))
        probabilities = np.exp(scores - scores[first])
        probabilities /= probabilities.sum()
        probability = min(max(float(probabilities[first]), 1e-6), 1.0 - 1e-6)
        start, end = self._firsts[first], self._firsts[first + 1]
        signals = {
            "lead": float(np.log(probability / (1.0 - probability))),
            "evidence": float(scores[first] - scores[seen].mean()),
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
        most = min(confidence, 1.0 - confidence)
        shares = [min(confidence * float(probabilities[at] / probabilities[first]), most) for at in order]
        shares[0] = confidence
        matches = tuple(Match(self._ids[at], round(share, 4)) for at, share in zip(order, shares, strict=True))
        kept = matches[: max(limit, 0)]
        return Matching(outcome, confidence, kept, min(offered, len(kept)), (), False, self._evidence(table, first))

    def _with_neighbours(self, first: int, probabilities: Floats) -> Floats:
        """The chances with more for the entries that people mix up with the first one, at the cost of the rest."""
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
        covered = np.cumsum(probabilities)
        enough = int(np.searchsorted(covered, self._weights.choose_until)) + 1
        return "choices", min(max(enough, 2), MAX_CHOICES, len(probabilities))

    def _apply_alerts(
        self, found: tuple[CriticalMatch, ...], matching: Matching, scores: ScoreTable, limit: int
    ) -> Matching:
        """A clear sign puts its entry first, a likely one heads the choices where nothing is certain; others alert."""
        for sign in found:
            if sign.strength == "clear":
                matching = self._put_first(sign.id, CERTAIN, matching, scores, limit)
                break
            if sign.strength == "likely" and matching.outcome != "answer":
                matching = self._put_first(sign.id, LIKELY, matching, scores, limit)
                break
        first = matching.matches[0].id if matching.offered else None
        alerts = tuple(Alert(sign.id, sign.message) for sign in found if sign.id != first)
        return replace(matching, alerts=alerts)

    def _put_first(self, id: str, confidence: float, matching: Matching, scores: ScoreTable, limit: int) -> Matching:
        others = [match for match in matching.matches if match.id != id]
        rest = [replace(other, confidence=min(other.confidence, round(1.0 - confidence, 4))) for other in others]
        matches = (Match(id, confidence), *rest)[: max(limit, 1)]
        why = self._evidence(scores, self._positions[id])
        why = replace(why, words=self._detector.evidence(id, scores.query.plain, MAX_EVIDENCE) or why.words)
        if confidence >= CERTAIN or len(matches) < 2:
            return Matching("answer", confidence, matches, 1, (), confidence >= CERTAIN, why)
        offered = min(max(matching.offered + 1, 2), MAX_CHOICES, len(matches))
        return Matching("choices", confidence, matches, offered, (), False, why)

    def _evidence(self, scores: ScoreTable, place: int) -> Evidence:
        start, end = int(self._firsts[place]), int(self._firsts[place + 1])
        nearest = start + int(np.argmax(scores.nearest[start:end]))
        terms = scores.query.terms
        numbers = self._families[0].shares(self._terms.count(scores.query), start, end)
        shares = {term: numbers.get(self._terms.ids.get(term, -1), 0.0) for term in terms}
        evidence_tokens = self._query_parser.evidence(scores.query, shares)
        return Evidence(evidence_tokens, self._phrasings[nearest] if scores.nearest[nearest] > 0 else "")

    def _add_documents(
        self, documents: Sequence[EntryDocument], distinguished: bool
    ) -> tuple[Counter[str], dict[str, list[tuple[str, ...]]]]:
        """Number every feature of every text; how often each word is used, and the words of each entry's phrasings.

        The latter only where they are classified against other messages: they take as much memory as the texts.
        """
        uses: Counter[str] = Counter()
        tokens: dict[str, list[tuple[str, ...]]] = {}
        for document in documents:
            queries = [
                self._query_parser.parse(text, limit=None)
                for text in (*document.phrasings, document.title, document.body)
            ]
            if distinguished:
                tokens[document.id] = [query.plain for query in queries[:-1]]
            for query in queries:
                uses.update(query.words)
                for numbering in self._numberings:
                    numbering.add(query)
        return uses, tokens

    def _fit(self, texts: TextCollection) -> Floats | None:
        if not 2 <= texts.entries <= TRAINED_ENTRIES or texts.phrasings > TRAINED_PHRASINGS:
            return None
        return fit(all_cosines(self._families, FAMILY_SHARES), texts.entry_of_phrasing, texts.entries)


def _top(probabilities: Floats, most: int) -> list[int]:
    """The places of the `most` highest, highest first, ties in order."""
    most = min(most, len(probabilities))
    bar = np.partition(probabilities, len(probabilities) - most)[len(probabilities) - most]
    places = np.flatnonzero(probabilities >= bar)
    return [int(at) for at in places[np.argsort(-probabilities[places], kind="stable")][:most]]
