"""Learn from a knowledge base itself how its matches are weighed and how far they can be trusted.

Each phrasing is matched against an index that lacks it, as a question whose answer is known, and against an index that
lacks its entry, as a question to which nothing fits. Out-of-scope messages are left out in the same way. No other data
is needed. Labels from use, if there are any, shift the confidence.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from slackguide.matching.glossary import GlossaryExpander
from slackguide.matching.matcher import Matcher
from slackguide.matching.newton import Array, fit_logistic, fit_offset, fit_softmax
from slackguide.matching.query import MAX_WORDS, ParsedQuery, QueryParser
from slackguide.matching.score_table import ScoreTable
from slackguide.matching.scoring import FEATURES, MatcherCalibration, log_odds, shipped_weights
from slackguide.matching.types import EntryDocument, Vocabulary

VERSION = 2
"""The version of this method. A change of the method, of a feature or of a signal increases it."""

FOLDS = 5
"""The number of indexes. Each lacks one in this many phrasings of every entry, and one in this many entries."""

MAX_PHRASINGS = 6_000
"""With more phrasings, one fold is used, and with more than `FOLDS` times as many, the prior: it would take minutes."""

MAX_EXAMPLES = 600
"""The maximum number of examples of each kind."""

MIN_ENTRIES = 4
"""The minimum number of entries from which one can be left out."""

NEAR_MISS_WEIGHT = 0.25
"""The sample weight of a question to which nothing fits, relative to a left-out phrasing."""

MISSED = 0.06
"""The share of left-out phrasings below the threshold of scope. Questions are easier: about 1% are below it."""

MIN_FOR_QUANTILE = 20
"""The minimum number of left-out phrasings for a threshold of scope from their quantile."""

PRIOR_STRENGTH = 1.5
BLEND_PRIOR_STRENGTH = 50.0
LABEL_PRIOR_STRENGTH = 1.0
"""The precision of the prior, for a signal or a feature of unit variance. For the shift by labels it is
the inverse of the variance of that shift among knowledge bases: with 5, forty labels counted no more than the prior."""

CONFIDENCE_SIGNALS = ("lead", "foreign")
SCOPE_SIGNALS = ("evidence", "foreign")
DIGITS = 4

Signals = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    """A text matched against an index that lacks it."""

    matcher: Matcher
    """The matcher on that index."""
    scored: ScoreTable
    ids: frozenset[str]
    """The acceptable entries; none if nothing fits."""

    def wanted(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return which entries of the index are acceptable."""
        return np.array([id in self.ids for id in self.matcher.ids])

    def signals(self, calibration: MatcherCalibration) -> tuple[Signals, bool]:
        """Return the signals of the ranking, and whether its first entry is acceptable."""
        ranking = self.matcher.with_calibration(calibration).rank(self.scored)
        return ranking.signals, self.matcher.ids[ranking.first] in self.ids


class _CachingParser(QueryParser):
    """A parser that parses each phrasing once for all folds."""

    def __init__(self, glossary: GlossaryExpander) -> None:
        super().__init__(glossary)
        self._parsed: dict[str, ParsedQuery] = {}

    def parse(
        self, text: str, correct: Callable[[str], tuple[str, ...]] | None = None, *, limit: int | None = MAX_WORDS
    ) -> ParsedQuery:
        """See `QueryParser`. Only texts without spelling correction and limit are cached."""
        if correct is not None or limit is not None:
            return super().parse(text, correct, limit=limit)
        if text not in self._parsed:
            self._parsed[text] = super().parse(text, limit=None)
        return self._parsed[text]


def calibrate(
    documents: Sequence[EntryDocument],
    vocabulary: Vocabulary,
    out_of_scope: Sequence[str] = (),
    *,
    prior: MatcherCalibration | None = None,
) -> MatcherCalibration:
    """Return the calibration of a knowledge base. Deterministic; takes a few seconds for 100 entries.

    `prior` defaults to the shipped calibration, which is returned for a knowledge base that is too large.
    """
    prior = prior or shipped_weights().calibration
    return calibrate_from(leave_out(documents, vocabulary, out_of_scope), prior)


def calibrate_from(examples: Sequence[Example], prior: MatcherCalibration) -> MatcherCalibration:
    """Return the calibration for left-out phrasings and questions to which nothing fits."""
    fitting = [one for one in examples if one.ids]
    if not fitting:
        return prior
    calibration = replace(prior, blend=fit_blend(fitting, prior.blend))
    signals, right = zip(*(one.signals(calibration) for one in examples), strict=True)
    is_fitting = np.array([bool(one.ids) for one in examples])
    sample_weights = np.where(is_fitting, 1.0, NEAR_MISS_WEIGHT)
    confidence = _fit(signals, CONFIDENCE_SIGNALS, np.array(right), sample_weights, prior.confidence)
    scope = _fit(signals, SCOPE_SIGNALS, is_fitting, sample_weights, prior.scope)
    inside = [log_odds(scope, one) for one, fits in zip(signals, is_fitting, strict=True) if fits]
    return replace(calibration, confidence=confidence, scope=scope, scope_from=_scope_from(inside, prior))


def leave_out(
    documents: Sequence[EntryDocument], vocabulary: Vocabulary, out_of_scope: Sequence[str] = ()
) -> list[Example]:
    """Return phrasings and out-of-scope messages, each matched against an index that lacks it or its entry."""
    phrasings = sum(len(document.phrasings) for document in documents)
    parser = _CachingParser(GlossaryExpander(vocabulary))
    folds = FOLDS if phrasings <= MAX_PHRASINGS else int(phrasings <= MAX_PHRASINGS * FOLDS)
    examples: list[Example] = []
    for fold in range(folds):
        remaining, held_out, orphans = _without_fold(documents, fold)
        outside = [text for at, text in enumerate(out_of_scope) if at % FOLDS == fold]
        others = [text for at, text in enumerate(out_of_scope) if at % FOLDS != fold]
        matcher = Matcher(remaining, vocabulary, out_of_scope=others, parser=parser)
        sampler = random.Random(fold)  # noqa: S311 - a reproducible sample, not a secret
        for texts in (held_out, [(text, "") for text in orphans], [(text, "") for text in outside]):
            for text, id in sampler.sample(texts, min(len(texts), MAX_EXAMPLES // folds)):
                examples.append(Example(matcher, matcher.score(text), frozenset({id} - {""})))
    return examples


def _without_fold(
    documents: Sequence[EntryDocument], fold: int
) -> tuple[list[EntryDocument], list[tuple[str, str]], list[str]]:
    """Return the documents that remain, the phrasings left out with their ids, and those of the entries left out."""
    remaining: list[EntryDocument] = []
    held_out: list[tuple[str, str]] = []
    orphans: list[str] = []
    for place, document in enumerate(documents):
        if len(documents) >= MIN_ENTRIES and place % FOLDS == fold:
            orphans += document.phrasings
            continue
        # Every entry loses other phrasings in a fold, and none only in the fold that lacks the entry.
        left_out = {p for at, p in enumerate(document.phrasings) if (at + place + 1) % FOLDS == fold}
        remaining.append(replace(document, phrasings=tuple(p for p in document.phrasings if p not in left_out)))
        held_out += [(phrasing, document.id) for phrasing in sorted(left_out)]
    return remaining, held_out, orphans


def fit_blend(examples: Sequence[Example], prior: Mapping[str, float]) -> dict[str, float]:
    """Return the weights of the features under which the acceptable entries are most probable."""
    groups = [
        (np.stack([one.scored.table for one in group]).astype(float), np.stack([one.wanted() for one in group]))
        for group in _by_matcher(examples)
    ]
    weights = fit_softmax(groups, np.array([prior[feature] for feature in FEATURES]), BLEND_PRIOR_STRENGTH)
    return {feature: round(float(weight), DIGITS) for feature, weight in zip(FEATURES, weights, strict=True)}


def learn_shift(answers: Iterable[tuple[float, bool]]) -> float:
    """Return by how much more probable (log-odds) first entries are right than their odds say.

    `answers` are the log-odds for labelled questions, each with whether the first entry was right. Only the level is
    learnt from labels: neither the order nor the scope nor the detection of critical entries depends on them.
    """
    asked = list(answers)
    if not asked:
        return 0.0
    odds, right = np.array([one for one, _ in asked]), np.array([float(is_right) for _, is_right in asked])
    return round(fit_offset(odds, right, LABEL_PRIOR_STRENGTH), DIGITS)


def _fit(
    signals: Sequence[Signals], names: Sequence[str], targets: Array, sample_weights: Array, prior: Mapping[str, float]
) -> dict[str, float]:
    rows = np.array([[one[name] for name in names] for one in signals])
    keys = (*names, "bias")
    weights = fit_logistic(
        rows, targets.astype(float), sample_weights, np.array([prior[key] for key in keys]), PRIOR_STRENGTH
    )
    return {key: round(float(weight), DIGITS) for key, weight in zip(keys, weights, strict=True)}


def _scope_from(inside: Sequence[float], prior: MatcherCalibration) -> float:
    if len(inside) < MIN_FOR_QUANTILE:
        return round(min(prior.scope_from, *inside), DIGITS)
    return round(float(np.quantile(inside, MISSED)), DIGITS)


def _by_matcher(examples: Sequence[Example]) -> Iterator[list[Example]]:
    groups: dict[int, list[Example]] = {}
    for one in examples:
        groups.setdefault(id(one.matcher), []).append(one)
    return iter(groups.values())
