"""The matcher: a question in, the entries it may be about out, with how sure that is and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from slackguide.matching.bayes import Counts, NaiveBayes, features
from slackguide.matching.blending import VIEWS, Odds, Weights, blend, logistic, shipped_weights
from slackguide.matching.detector import Detector, Found
from slackguide.matching.features import FAMILIES, Floats, Grams, Ints, Numbering, Pairs, Terms
from slackguide.matching.glossary import Glossary
from slackguide.matching.index import Coverage, Family, Texts, all_cosines
from slackguide.matching.learning import learn
from slackguide.matching.model import Alert, Document, Match, Matching, Outcome, Signs, Vocabulary, Why
from slackguide.matching.reading import MOST_CARRIERS, Reader, Reading
from slackguide.matching.spelling import Spelling
from slackguide.matching.words import MAX_CHARACTERS, words

LEARNT_PHRASINGS: Final = 4_000
"""Phrasings up to which a regression over all of them is learnt; beyond, learning would take longer than it gains."""

LEARNT_ENTRIES: Final = 300

FAMILY_SHARES: Final = (1.0, 0.7, 1.0)
"""Weight of terms, pairs and letter groups in the cosine that the regression is learnt over."""

BODY_WEIGHT: Final = 0.25
"""What one use of a word in an entry's answer counts, beside one in its title or phrasings."""

CERTAIN: Final = 0.98
"""Confidence of an entry that a clear sign put first."""

NEIGHBOUR: Final = 10.0
"""How much likelier an entry becomes as second choice for being named among those to tell the first one from."""

LEAST_ANSWERED: Final = 0.5
"""Confidence below which nothing is the answer, however clear the lead."""

VERBATIM: Final = 0.97
"""Cosine with a phrasing from which a question is that phrasing, and no longer vague."""

LIKELY: Final = 0.8
"""Confidence of an entry that a likely sign put at the head of the choices."""

MOST_OFFERED: Final = 4

NOTHING: Final = Matching("none", 0.0, (), 0, (), False, Why())

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Scored:
    """What the views say about one question, before anything is decided."""

    reading: Reading
    table: Floats
    """`VIEWS` x entries."""
    nearest: Floats
    """Cosine of the question with every phrasing, over all families."""
    known: float
    """Share of the question's terms that the knowledge base uses."""
    foreign: float
    """Log-odds that it is one of those that no entry answers; 0 where the knowledge base holds none."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the views come to."""

    first: int
    """Place of the entry with the highest score."""
    chances: Floats
    """The share of each entry if exactly one of the visible ones is meant."""
    signals: dict[str, float]
    """`blending.SIGNALS` of the first entry."""


class Matcher:
    """Immutable once built: one instance may answer any number of threads."""

    def __init__(
        self,
        documents: Sequence[Document],
        vocabulary: Vocabulary,
        *,
        signs: Sequence[Signs] = (),
        out_of_scope: Sequence[str] = (),
        weights: Weights | None = None,
    ) -> None:
        """Index the entries and learn from their phrasings, and from messages that none of them answers.

        `weights` other than the shipped ones are for fitting. Raises ValueError where two documents share an id or
        signs name an entry that is not there.
        """
        self._weights: Final = weights or shipped_weights()
        self._ids: Final = tuple(document.id for document in documents)
        self._places: Final = {id: place for place, id in enumerate(self._ids)}
        unknown = sorted({one.id for one in signs} - set(self._ids))
        if unknown or len(self._places) < len(self._ids):
            raise ValueError(f"signs of entries that are not there: {unknown}" if unknown else "entry ids must differ")
        self._neighbours: Final = tuple(
            np.array([self._places[id] for id in document.distinguish_from if id in self._places], dtype=np.int64)
            for document in documents
        )
        glossary = Glossary(vocabulary)
        self._reader: Final = Reader(glossary)
        self._phrasings: Final = tuple(p for d in documents for p in (*d.phrasings, d.title))
        sizes = np.array([len(document.phrasings) + 1 for document in documents], dtype=np.int64)
        self._firsts: Final[Ints] = np.concatenate(([0], np.cumsum(sizes)))
        is_phrasing = np.ones(len(self._phrasings) + len(documents), dtype=bool)
        is_phrasing[np.cumsum(sizes + 1) - 1] = False
        texts = Texts(np.repeat(np.arange(len(documents)), sizes + 1), is_phrasing, len(documents), BODY_WEIGHT)
        terms = Terms()
        self._numberings: Final[tuple[Numbering, ...]] = (terms, Pairs(terms), Grams())
        self._terms: Final = terms
        told_apart = bool(out_of_scope) or any(one.serious for one in signs)
        uses, spoken = self._take_in(documents, told_apart)
        self._spelling: Final = Spelling(uses + Counter(glossary.vocabulary()))
        self._coverage: Final = Coverage(terms.table(), texts)
        self._families: Final = tuple(Family(numbering.table(), texts) for numbering in self._numberings)
        with ThreadPoolExecutor(1) as beside:  # learning is done outside of the interpreter's lock, the rest within
            learnt = beside.submit(self._learn, texts)
            inside = Counts(read for every in spoken.values() for read in every)
            outside = Counts(map(words, out_of_scope))
            self._detector: Final = Detector(signs, spoken, inside, outside, self._weights.alarm)
            self._foreign: Final = NaiveBayes(outside, inside) if out_of_scope else None
            self._learnt: Final = learnt.result()
        self._odds: Final[Odds] = self._weights.odds if out_of_scope else self._weights.odds_uninformed

    def match(self, text: str, *, hidden: frozenset[str] = frozenset(), limit: int = 5) -> Matching:
        """The entries that `text` may be about, best first, at most `limit`; never one of `hidden`.

        Any string will do. Reading is bounded (`words.MAX_CHARACTERS`, `reading.MAX_WORDS`), and so is the work.
        """
        visible = np.ones(len(self._ids), dtype=bool)
        visible[[self._places[id] for id in hidden if id in self._places]] = False
        if not visible.any():
            return NOTHING
        scored = self.score(text)
        found = tuple(sign for sign in self._detector.find(text, scored.reading.plain) if sign.id not in hidden)
        matching = self._decide(scored, visible, limit)
        return self._heed(found, matching, scored, limit)

    def explain(self, text: str, id: str) -> Why:
        """What in `text` speaks for entry `id`. Raises KeyError for an unknown id."""
        return self._why(self.score(text), self._places[id])

    def work(self, text: str) -> int:
        """What answering `text` costs, counted: characters read, index values visited and features looked up."""
        reading = self._reader.read(text, self._spelling.correct)
        visited = sum(
            family.work(numbering.count(reading))
            for family, numbering in zip(self._families, self._numberings, strict=True)
        )
        visited += self._coverage.work(self._terms.count(reading))
        learnt = len(self._detector.learnt) + (self._foreign is not None)
        return min(len(text), MAX_CHARACTERS) + visited + learnt * len(features(reading.plain))

    def score(self, text: str) -> Scored:
        """All views of one question; what `match` decides on and what weights are fitted to."""
        reading = self._reader.read(text, self._spelling.correct)
        starts = self._firsts[:-1]
        nearest = np.zeros(len(self._phrasings), dtype=np.float32)
        views: dict[str, Floats] = {}
        known = 0.0
        parts = zip(FAMILIES, self._numberings, self._families, FAMILY_SHARES, strict=True)
        for name, numbering, family, share in parts:
            counted = numbering.count(reading)
            cosines = family.cosines(counted)
            nearest += np.float32(share**2) * cosines
            views[f"{name}_likelihood"] = family.ratios(counted)
            if name == "term":
                views["coverage"] = self._coverage.of(counted)
                weights = family.weigh(counted)
                known = float(weights @ weights)
            else:
                views[f"{name}_centre"] = family.centre_cosines(cosines, starts)
            if name == "pair":
                views["pair_nearest"] = np.maximum.reduceat(cosines, starts)
        views["learnt"] = np.zeros(len(self._ids), dtype=np.float32) if self._learnt is None else nearest @ self._learnt
        nearest /= np.float32(sum(share**2 for share in FAMILY_SHARES))
        views["nearest"] = np.maximum.reduceat(nearest, starts)
        foreign = 0.0 if self._foreign is None else self._foreign.log_odds(reading.plain)
        return Scored(reading, np.stack([views[view] for view in VIEWS]), nearest, known, foreign)

    @property
    def ids(self) -> tuple[str, ...]:
        """The entries' ids, in the order of every table and chance."""
        return self._ids

    @property
    def detected(self) -> tuple[str, ...]:
        """The critical entries whose detector learnt from whole messages."""
        return self._detector.learnt

    def likeness(self, id: str, scored: Scored) -> float:
        """Log-odds that the question is one of the messages that entry `id` learnt from. Raises KeyError if of none."""
        return self._detector.likeness(id, scored.reading.plain)

    def judge(self, scored: Scored, visible: Mask | None = None) -> Judged:
        """The entries' blended scores and chances, and what confidence in the first is read from."""
        seen = np.ones(len(self._ids), dtype=bool) if visible is None else visible
        learnt = self._learnt is not None
        scores = blend(scored.table, self._weights.blend if learnt else self._weights.blend_unlearnt)
        scores = np.where(seen, scores, np.float32(-1e9))
        first = int(np.argmax(scores))
        chances = np.exp(scores - scores[first])
        chances /= chances.sum()
        chance = min(max(float(chances[first]), 1e-6), 1.0 - 1e-6)
        start, end = self._firsts[first], self._firsts[first + 1]
        signals = {
            "lead": float(np.log(chance / (1.0 - chance))),
            "evidence": float(scores[first] - scores[seen].mean()),
            "cosine": float(scored.nearest[start:end].max()),
            "coverage": float(scored.table[VIEWS.index("coverage"), first]),
            "known": scored.known,
            "length": float(np.log1p(len(scored.reading.terms))),
            "foreign": scored.foreign,
        }
        return Judged(first, chances, signals)

    def _decide(self, scored: Scored, visible: Mask, limit: int) -> Matching:
        judged = self.judge(scored, visible)
        first, chances, signals = judged.first, judged.chances, judged.signals
        if signals["cosine"] <= 0.0:
            return NOTHING
        confidence = round(logistic(self._odds.confidence, signals), 4)
        chances = self._with_neighbours(first, chances)
        order = [at for at in _best(chances, max(limit, MOST_OFFERED)) if visible[at]]
        outcome, offered = self._outcome(confidence, signals, chances[order])
        most = min(confidence, 1.0 - confidence)
        shares = [min(confidence * float(chances[at] / chances[first]), most) for at in order]
        shares[0] = confidence
        matches = tuple(Match(self._ids[at], round(share, 4)) for at, share in zip(order, shares, strict=True))
        kept = matches[: max(limit, 0)]
        return Matching(outcome, confidence, kept, min(offered, len(kept)), (), False, self._why(scored, first))

    def _with_neighbours(self, first: int, chances: Floats) -> Floats:
        """The chances with more for the entries that people mix up with the first one, at the cost of the rest."""
        neighbours = self._neighbours[first]
        if not len(neighbours):
            return chances
        raised = chances.copy()
        raised[neighbours] = np.minimum(raised[neighbours] * np.float32(NEIGHBOUR), raised[first])
        raised[first] = chances[first]
        return np.asarray(raised / raised.sum(), dtype=np.float32)

    def _outcome(self, confidence: float, signals: Mapping[str, float], chances: Floats) -> tuple[Outcome, int]:
        if logistic(self._odds.scope, signals) < self._odds.scope_from:
            return "none", 0
        verbatim = signals["cosine"] >= VERBATIM and signals["lead"] > 1.0
        settled = verbatim or logistic(self._odds.settled, signals) >= self._odds.answer_from
        if (settled and confidence >= LEAST_ANSWERED) or len(chances) == 1:
            return "answer", 1
        covered = np.cumsum(chances)
        enough = int(np.searchsorted(covered, self._weights.choose_until)) + 1
        return "choices", min(max(enough, 2), MOST_OFFERED, len(chances))

    def _heed(self, found: tuple[Found, ...], matching: Matching, scored: Scored, limit: int) -> Matching:
        """A clear sign puts its entry first, a likely one heads the choices where nothing is certain; others alert."""
        for sign in found:
            if sign.strength == "clear":
                matching = self._put_first(sign.id, CERTAIN, matching, scored, limit)
                break
            if sign.strength == "likely" and matching.outcome != "answer":
                matching = self._put_first(sign.id, LIKELY, matching, scored, limit)
                break
        first = matching.matches[0].id if matching.offered else None
        alerts = tuple(Alert(sign.id, sign.message) for sign in found if sign.id != first)
        return replace(matching, alerts=alerts)

    def _put_first(self, id: str, confidence: float, matching: Matching, scored: Scored, limit: int) -> Matching:
        others = [match for match in matching.matches if match.id != id]
        rest = [replace(other, confidence=min(other.confidence, round(1.0 - confidence, 4))) for other in others]
        matches = (Match(id, confidence), *rest)[: max(limit, 1)]
        why = self._why(scored, self._places[id])
        why = replace(why, words=self._detector.telling(id, scored.reading.plain, MOST_CARRIERS) or why.words)
        if confidence >= CERTAIN or len(matches) < 2:
            return Matching("answer", confidence, matches, 1, (), confidence >= CERTAIN, why)
        offered = min(max(matching.offered + 1, 2), MOST_OFFERED, len(matches))
        return Matching("choices", confidence, matches, offered, (), False, why)

    def _why(self, scored: Scored, place: int) -> Why:
        start, end = int(self._firsts[place]), int(self._firsts[place + 1])
        nearest = start + int(np.argmax(scored.nearest[start:end]))
        terms = scored.reading.terms
        numbers = self._families[0].shares(self._terms.count(scored.reading), start, end)
        shares = {term: numbers.get(self._terms.ids.get(term, -1), 0.0) for term in terms}
        carried = self._reader.carriers(scored.reading, shares)
        return Why(carried, self._phrasings[nearest] if scored.nearest[nearest] > 0 else "")

    def _take_in(
        self, documents: Sequence[Document], told_apart: bool
    ) -> tuple[Counter[str], dict[str, list[tuple[str, ...]]]]:
        """Number every feature of every text; how often each word is used, and the words of each entry's phrasings.

        The latter only where they are to be told apart from other messages: they take as much memory as the texts.
        """
        uses: Counter[str] = Counter()
        spoken: dict[str, list[tuple[str, ...]]] = {}
        for document in documents:
            readings = [
                self._reader.read(text, limit=None) for text in (*document.phrasings, document.title, document.body)
            ]
            if told_apart:
                spoken[document.id] = [reading.plain for reading in readings[:-1]]
            for reading in readings:
                uses.update(reading.words)
                for numbering in self._numberings:
                    numbering.add(reading)
        return uses, spoken

    def _learn(self, texts: Texts) -> Floats | None:
        if not 2 <= texts.entries <= LEARNT_ENTRIES or texts.phrasings > LEARNT_PHRASINGS:
            return None
        return learn(all_cosines(self._families, FAMILY_SHARES), texts.entry_of_phrasing, texts.entries)


def _best(chances: Floats, most: int) -> list[int]:
    """The places of the `most` highest, highest first, ties in order."""
    most = min(most, len(chances))
    bar = np.partition(chances, len(chances) - most)[len(chances) - most]
    places = np.flatnonzero(chances >= bar)
    return [int(at) for at in places[np.argsort(-chances[places], kind="stable")][:most]]
