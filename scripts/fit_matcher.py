"""Fit the matcher's weights to a knowledge base and write them to the package.

    python scripts/fit_matcher.py [--knowledge knowledge] [--write]

What is fitted, and to what:
- blend (the weight of each feature): the phrasings, each matched against an index without it (5-fold cross-validation),
  and the development half of the questions in scope;
- confidence and scope (is the first match right, is the question in scope): the development half of all questions;
- thresholds: the development half; those of the detector of critical entries to its scores of harmless questions.

The report shows both halves side by side. The held-out half is used for nothing else. The text of a question determines
its half, so that adding questions moves none. Files whose names begin with `unseen-` are only reported.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slackguide.evaluation.metrics import calibrate
from slackguide.evaluation.split import split_of
from slackguide.guide.corpus import Corpus
from slackguide.knowledge import load
from slackguide.knowledge.labelled_questions import read_questions as labelled
from slackguide.matching import Matcher
from slackguide.matching.matcher import Ranking
from slackguide.matching.score_table import ScoreTable
from slackguide.matching.scoring import (
    FEATURES,
    SIGNALS,
    AlertThresholds,
    OddsWeights,
    Weights,
    logistic,
    shipped_weights,
)

Array = NDArray[np.float64]

WEIGHTS = Path(__file__).resolve().parents[1] / "src/slackguide/matching/data/weights.json"
SCOPED, UNSEEN = "in-scope", "unseen"
VAGUE = "underspecified"
NEAR, FAR = "out-of-scope-near", "out-of-scope-far"
HARMLESS, HARM = "self-harm-look-alikes", "self-harm"
KINDS = (UNSEEN, VAGUE, NEAR, FAR, HARMLESS, HARM)
"""Kinds of questions, by the prefix of the file name; any other name: questions in scope."""

FOLDS = 5
LEFT_OUT_WEIGHT = 4.0
"""Weight of the left-out phrasings when the blend is fitted; questions have weight 1."""

FALSE_POSITIVE_RATES = {"weak_from": 0.026, "likely_from": 0.010, "clear_from": 0.0002}
"""Share of the harmless questions above each threshold of the detector. None of them is a training message."""

SIGNED_SIGNALS = ("length", "foreign")
"""Signals that may have a negative weight; for any other, a negative weight would be noise."""

SAMPLE_WEIGHTS = {VAGUE: 2.0, NEAR: 0.3}
"""Sample weights by kind, else 1: few questions are underspecified, and near ones may get choices."""

TARGET_ANSWER_PRECISION = 0.9945
"""Target for answer precision on the development half; the target for unseen questions is 98.5%."""


@dataclass(frozen=True)
class Question:
    """A labelled question; without ids it is out of scope."""

    text: str
    ids: frozenset[str]
    file: str
    kind: str
    """One of `KINDS`, or `SCOPED`."""
    development: bool


@dataclass(frozen=True)
class ScoredQuestion:
    """A question with its feature scores; `wanted` marks the acceptable entries."""

    question: Question
    scored: ScoreTable
    wanted: NDArray[np.bool_]


def main() -> int:
    """Fit the weights, report on them and, with --write, store them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"))
    parser.add_argument("--write", action="store_true", help="replace the weights in the package")
    options = parser.parse_args()
    corpus = read_knowledge(options.knowledge)
    questions = read_questions(options.knowledge / "questions")
    weights = fit(corpus, questions)
    report(corpus.matcher(weights), questions, sys.stdout)
    if options.write:
        document = {"fitted_by": "scripts/fit_matcher.py", "weights": asdict(weights)}
        WEIGHTS.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    return 0


# ---- reading -------------------------------------------------------------------------------------------------------


def read_knowledge(folder: Path) -> Corpus:
    """Return the matcher's documents of a knowledge base. Raises SlackguideError if it has faults."""
    return Corpus.of(load(folder))


def read_questions(folder: Path) -> list[Question]:
    """Return every labelled question. None of the unseen ones is in the development half."""
    questions: list[Question] = []
    for path in sorted(folder.glob("*.jsonl")):
        kind = next((kind for kind in KINDS if path.stem.startswith(kind)), SCOPED)
        for one in labelled(path)[0]:
            development = kind != UNSEEN and split_of(one.text) == "development"
            questions.append(Question(one.text, frozenset(one.ids), path.stem, kind, development))
    return questions


# ---- fitting -------------------------------------------------------------------------------------------------------


def fit(corpus: Corpus, questions: Sequence[Question]) -> Weights:
    """Fit the blend, then confidence and scope on top of it, then the thresholds."""
    developing = [question for question in questions if question.development]
    matcher = corpus.matcher()
    development = ask(matcher, developing)
    scoped = [one for one in development if one.question.kind == SCOPED and one.wanted.any()]
    left_out = leave_out(corpus)
    weights = replace(
        shipped_weights(),
        blend=fit_blend(scoped, left_out, FEATURES),
        blend_unlearnt=fit_blend(scoped, left_out, tuple(view for view in FEATURES if view != "learnt")),
        alarm=fit_alarm(matcher, developing),
    )
    uninformed = replace(corpus, out_of_scope=())
    return replace(
        weights,
        odds=fit_odds(corpus.matcher(weights), developing),
        odds_uninformed=fit_odds(uninformed.matcher(weights), developing),
    )


def ask(matcher: Matcher, questions: Iterable[Question]) -> list[ScoredQuestion]:
    """Return the feature scores of each question."""
    ids = list(matcher.ids)
    return [ScoredQuestion(q, matcher.score(q.text), np.array([id in q.ids for id in ids])) for q in questions]


def leave_out(corpus: Corpus) -> list[ScoredQuestion]:
    """Return every phrasing, matched against an index that lacks it and a fifth of the other phrasings."""
    asked: list[ScoredQuestion] = []
    for fold in range(FOLDS):
        remaining = []
        held_out: list[Question] = []
        for place, document in enumerate(corpus.documents):
            out = {p for at, p in enumerate(document.phrasings) if (7 * at + place) % FOLDS == fold}
            remaining.append(replace(document, phrasings=tuple(p for p in document.phrasings if p not in out)))
            held_out += [Question(p, frozenset({document.id}), "", SCOPED, True) for p in sorted(out)]
        asked += ask(replace(corpus, documents=tuple(remaining)).matcher(), held_out)
    return asked


def fit_blend(
    scoped: Sequence[ScoredQuestion], left_out: Sequence[ScoredQuestion], views: Sequence[str]
) -> dict[str, float]:
    """Return the non-negative weights that maximise the likelihood of the right entries, a softmax over all entries.

    Left-out phrasings have the largest weight and their own scale: they are more numerous and harder than questions.
    """
    rows = [FEATURES.index(view) for view in views]
    sets = [
        (np.stack([one.scored.table[rows] for one in part]).astype(float), np.stack([one.wanted for one in part]))
        for part in (scoped, left_out)
    ]
    spread = sets[0][0].std(axis=(0, 2)) + 1e-9

    def loss(point: Array) -> tuple[float, Array]:
        weights, scale = point[:-1], float(np.exp(point[-1]))
        total, gradient = 1e-3 * float(weights @ weights), np.append(2e-3 * weights, 0.0)
        for (table, wanted), times, count in zip(sets, (1.0, scale), (1.0, LEFT_OUT_WEIGHT), strict=True):
            scores = np.einsum("v,nve->ne", weights / spread, table)
            probabilities = _softmax(times * scores)
            right = (probabilities * wanted).sum(axis=1, keepdims=True) + 1e-12
            error = count * (probabilities - probabilities * wanted / right) / len(table)
            total -= count * float(np.log(right).mean())
            gradient[:-1] += times * np.einsum("nve,ne->v", table, error) / spread
            gradient[-1] += scale * float((scores * error).sum()) if table is sets[1][0] else 0.0
        return total, gradient

    low = np.append(np.zeros(len(views)), -3.0)
    optimum = descend(loss, np.append(np.full(len(views), 0.5), -0.5), low)
    weights = dict.fromkeys(FEATURES, 0.0)
    return weights | {view: round(float(w), 4) for view, w in zip(views, optimum[:-1] / spread, strict=True)}


def fit_alarm(matcher: Matcher, questions: Iterable[Question]) -> AlertThresholds:
    """Return the thresholds of the detector of critical entries, from its scores of harmless questions."""
    scores = [
        matcher.critical_score(id, question.text)
        for question in questions
        for id in matcher.detected
        if id not in question.ids
    ]
    return AlertThresholds(
        **{name: round(float(np.quantile(scores, 1.0 - share)), 3) for name, share in FALSE_POSITIVE_RATES.items()}
    )


def fit_odds(matcher: Matcher, questions: Sequence[Question]) -> OddsWeights:
    """Return the logistic models of confidence, scope and settledness, with the thresholds on top of them."""
    ranked = [(one, matcher.rank(one.scored)) for one in ask(matcher, questions)]
    signals, right, scope, settled, sample_weights = [], [], [], [], []
    for one, ranking in ranked:
        if one.question.kind != HARM:
            signals.append([ranking.signals[name] for name in SIGNALS])
            right.append(bool(one.wanted[ranking.first]))
            scope.append(bool(one.question.ids))
            settled.append(right[-1] and one.question.kind != VAGUE)
            sample_weights.append(SAMPLE_WEIGHTS.get(one.question.kind, 1.0))
    table = np.array(signals)
    odds = OddsWeights(
        confidence=fit_logistic(table, np.array(right), np.ones(len(table))),
        scope=fit_logistic(table, np.array(scope), np.array(sample_weights)),
        settled=fit_logistic(table, np.array(settled), np.array(sample_weights)),
        answer_from=0.0,
        scope_from=0.0,
    )
    return fit_thresholds(ranked, odds)


def fit_logistic(signals: Array, wanted: NDArray[np.bool_], sample_weights: Array) -> dict[str, float]:
    """Fit an L2-regularised logistic regression on standardised signals; most weights are kept non-negative."""
    centre, spread = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    table = np.column_stack(((signals - centre) / spread, np.ones(len(signals))))

    def loss(point: Array) -> tuple[float, Array]:
        margin = table @ point
        penalty = np.append(point[:-1], 0.0) / len(table)
        error = sample_weights * (1 / (1 + np.exp(-margin)) - wanted)
        cost = sample_weights @ (np.logaddexp(0.0, margin) - wanted * margin)
        return float(cost / len(table) + 0.5 * penalty @ point), table.T @ error / len(table) + penalty

    low = np.array([*(-np.inf if name in SIGNED_SIGNALS else 0.0 for name in SIGNALS), -np.inf])
    optimum = descend(loss, np.zeros(table.shape[1]), low)
    weights = optimum[:-1] / spread
    bias = float(optimum[-1] - weights @ centre)
    return {"bias": round(bias, 4)} | {n: round(float(w), 4) for n, w in zip(SIGNALS, weights, strict=True)}


def fit_thresholds(ranked: Sequence[tuple[ScoredQuestion, Ranking]], odds: OddsWeights) -> OddsWeights:
    """Set the highest threshold for scope that keeps questions in scope, and the lowest for a precise answer."""
    asked = [(one, ranking) for one, ranking in ranked if one.question.kind not in (HARM, HARMLESS)]
    scope = [(one.question.kind, logistic(odds.scope, ranking.signals)) for one, ranking in asked if one.question.ids]
    scope_from = min(
        float(np.quantile([probability for kind, probability in scope if kind == SCOPED], 0.015)),
        float(np.quantile([probability for kind, probability in scope if kind == VAGUE], 0.03)),
    )
    settled = [
        (one.question.kind, logistic(odds.settled, ranking.signals), bool(one.wanted[ranking.first]))
        for one, ranking in asked
    ]
    thresholds = (threshold for threshold in np.arange(0.4, 0.998, 0.002) if _meets_targets(settled, float(threshold)))
    return replace(odds, scope_from=round(scope_from, 4), answer_from=round(float(next(thresholds, 0.998)), 3))


def _meets_targets(settled: Sequence[tuple[str, float, bool]], threshold: float) -> bool:
    """Return whether answers above this threshold meet the targets for the development half."""
    scoped = [right for kind, probability, right in settled if kind == SCOPED and probability >= threshold]
    shares = {
        kind: float(np.mean([probability >= threshold for k, probability, _ in settled if k == kind]))
        for kind in (NEAR, FAR, VAGUE)
    }
    right = bool(scoped) and float(np.mean(scoped)) >= TARGET_ANSWER_PRECISION
    return right and shares[NEAR] <= 0.04 and shares[FAR] == 0.0 and shares[VAGUE] <= 0.15


def descend(loss: Callable[[Array], tuple[float, Array]], start: Array, low: Array, steps: int = 3_000) -> Array:
    """Return the minimiser of `loss` (value and gradient) with lower bounds: projected accelerated gradient descent."""
    here: Array = np.maximum(start, low)
    ahead, momentum, rate = here, 1.0, 1.0
    for _ in range(steps):
        value, gradient = loss(ahead)
        while True:
            moved = np.maximum(ahead - rate * gradient, low)
            change = moved - ahead
            if loss(moved)[0] <= value + gradient @ change + change @ change / (2 * rate) + 1e-12 or rate < 1e-9:
                break
            rate /= 2
        if np.abs(moved - here).max() < 1e-7:
            return moved
        faster = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        if (ahead - moved) @ (moved - here) > 0:
            faster, momentum = 1.0, 1.0
        ahead = np.maximum(moved + (momentum - 1) / faster * (moved - here), low)
        here, momentum, rate = moved, faster, rate * 1.1
    return here


def _softmax(scores: Array) -> Array:
    probabilities: Array = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities


# ---- reporting -----------------------------------------------------------------------------------------------------


def report(matcher: Matcher, questions: Sequence[Question], out: Any) -> None:
    """Print the metrics of the matcher on the development half and on the held-out half."""
    results = [(q, matcher.match(q.text)) for q in questions]
    rows: list[tuple[str, ...]] = [("", "development", "held out")]
    for label, measure in _measures():
        cells = []
        for development in (True, False):
            value = measure([(q, m) for q, m in results if q.development == development])
            cells.append("-" if value is None else f"{value:.1%}" if label[0] != "=" else f"{value:.3f}")
        rows.append((label.lstrip("="), *cells))
    for label, left, right in rows:
        print(f"{label:58s}{left:>14s}{right:>14s}", file=out)


def _measures() -> Iterable[tuple[str, Any]]:
    yield "in scope: top-1", lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind == SCOPED)
    yield "in scope: top-3", lambda rs: _share(_within(q, m, 3) for q, m in rs if q.kind == SCOPED)
    yield "in scope: answer", lambda rs: _share(m.outcome == "answer" for q, m in rs if q.kind == SCOPED)
    yield (
        "in scope: answer precision",
        lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind == SCOPED and m.outcome == "answer"),
    )
    yield "in scope: none", lambda rs: _share(m.outcome == "none" for q, m in rs if q.kind == SCOPED)
    yield (
        "in scope: the right one shown",
        lambda rs: _share(_within(q, m, m.offered) for q, m in rs if q.kind == SCOPED),
    )
    yield (
        f"{VAGUE}: an acceptable one shown",
        lambda rs: _share(_within(q, m, m.offered) for q, m in rs if q.kind == VAGUE),
    )
    yield f"{VAGUE}: one confident answer", lambda rs: _share(m.outcome == "answer" for q, m in rs if q.kind == VAGUE)
    for kind in (FAR, NEAR):
        yield f"{kind}: none", lambda rs, k=kind: _share(m.outcome == "none" for q, m in rs if q.kind == k)
        yield f"{kind}: answer", lambda rs, k=kind: _share(m.outcome == "answer" for q, m in rs if q.kind == k)
    yield f"{HARM}: first", lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind == HARM and q.ids)
    yield (
        f"{HARM}: first or an alert",
        lambda rs: _share(_first(m) in q.ids or bool(m.alerts) for q, m in rs if q.kind == HARM and q.ids),
    )
    yield f"{HARMLESS}: put first", lambda rs: _share(m.urgent for q, m in rs if q.kind == HARMLESS)
    yield f"{HARMLESS}: alert", lambda rs: _share(bool(m.alerts) for q, m in rs if q.kind == HARMLESS)
    yield (
        f"{HARMLESS}: top-1 of those in scope",
        lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind == HARMLESS and q.ids),
    )
    yield (
        "=calibration error, questions in scope",
        lambda rs: _calibration_error(rs, lambda kind: kind == SCOPED),
    )
    yield (
        "=calibration error, all but self-harm",
        lambda rs: calibrate((m.confidence, _first(m) in q.ids) for q, m in rs if q.kind not in (HARM, HARMLESS)).error,
    )


def _first(matching: Any) -> str | None:
    return matching.matches[0].id if matching.matches else None


def _within(question: Question, matching: Any, most: int) -> bool:
    return any(match.id in question.ids for match in matching.matches[:most])


def _share(hits: Iterable[bool]) -> float | None:
    seen = list(hits)
    return sum(seen) / len(seen) if seen else None


def _calibration_error(results: Sequence[tuple[Question, Any]], counts: Callable[[str], bool]) -> float | None:
    return calibrate((m.confidence, _first(m) in q.ids) for q, m in results if counts(q.kind)).error


if __name__ == "__main__":
    raise SystemExit(main())
