"""Fit the matcher's weights to a knowledge base and write them to the package.

    python scripts/fit_matcher.py [--knowledge knowledge] [--write]

What is fitted to what, and what it is measured on:
- blend (how much each view counts): the phrasings, each asked of an index without it (in 5 parts), and the development
  half of the questions that are in scope;
- confidence and scope (is the first match right, is the question about anything here): the development half of all;
- thresholds: the development half;
- the report: both halves, side by side. The other half of the questions is used for nothing else.

A question's half hangs on its text, so that adding questions moves none. Files named `unseen-…` are reported only.
"""

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
from slackguide.matching.matcher import Ranking, ScoreTable
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
"""What the name of a file of questions begins with says what they are; any other name: questions in scope."""

FOLDS = 5
LEFT_OUT_COUNT = 4.0
"""What the left-out phrasings count in the blend, beside 1 for the questions."""

TAKEN_FOR_WEAK, TAKEN_FOR_LIKELY = (0.02, 0.10), (0.005, 0.04)
"""Shares of all harmless questions, and of those that look like serious ones, that may come over each bar."""

DOUBTED = 0.003
"""Share of the serious messages below the bar under which a phrase found counts less."""

EITHER_WAY = ("length", "foreign")
"""Signals that may speak against a match; a weight below 0 for any other would be chance."""

COUNTS = {VAGUE: 2.0, NEAR: 0.3}
"""What a question of each kind counts, beside 1: few are vague, and near ones may be offered something."""

RIGHT_OF_ANSWERED = 0.9945
"""Aimed at on the development half, above the 98.5% wanted of unseen questions."""


@dataclass(frozen=True)
class Question:
    """A labelled question; no ids: out of scope."""

    text: str
    ids: frozenset[str]
    file: str
    kind: str
    """One of `KINDS`, or `SCOPED`."""
    development: bool


@dataclass(frozen=True)
class Asked:
    """A question with what the matcher's views say of it."""

    question: Question
    scored: ScoreTable
    wanted: NDArray[np.bool_]


def main() -> int:
    """Fit, report and, with --write, keep the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"))
    parser.add_argument("--write", action="store_true", help="replace the weights in the package")
    options = parser.parse_args()
    corpus = read_knowledge(options.knowledge)
    questions = read_questions(options.knowledge / "questions")
    weights = fit(corpus, questions)
    report(corpus.matcher(weights), questions, sys.stdout)
    if options.write:
        kept = {"fitted_by": "scripts/fit_matcher.py", "weights": asdict(weights)}
        WEIGHTS.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    return 0


# ---- reading -------------------------------------------------------------------------------------------------------


def read_knowledge(folder: Path) -> Corpus:
    """The knowledge base as the matcher reads it. Raises SlackguideError where it has faults."""
    return Corpus.of(load(folder))


def read_questions(folder: Path) -> list[Question]:
    """Every labelled question. None of the unseen ones is for development."""
    questions: list[Question] = []
    for path in sorted(folder.glob("*.jsonl")):
        kind = next((kind for kind in KINDS if path.stem.startswith(kind)), SCOPED)
        for one in labelled(path)[0]:
            development = kind != UNSEEN and split_of(one.text) == "development"
            questions.append(Question(one.text, frozenset(one.ids), path.stem, kind, development))
    return questions


# ---- fitting -------------------------------------------------------------------------------------------------------


def fit(corpus: Corpus, questions: Sequence[Question]) -> Weights:
    """Blend, then confidence and scope on top of it, then thresholds."""
    developing = [question for question in questions if question.development]
    matcher = corpus.matcher()
    development = ask(matcher, developing)
    scoped = [one for one in development if one.question.kind == SCOPED and one.wanted.any()]
    left_out = leave_out(corpus)
    weights = replace(
        shipped_weights(),
        blend=fit_blend(scoped, left_out, FEATURES),
        blend_unlearnt=fit_blend(scoped, left_out, tuple(view for view in FEATURES if view != "learnt")),
        alarm=fit_alarm(matcher, development),
    )
    uninformed = replace(corpus, out_of_scope=())
    return replace(
        weights,
        odds=fit_odds(corpus.matcher(weights), developing),
        odds_uninformed=fit_odds(uninformed.matcher(weights), developing),
    )


def ask(matcher: Matcher, questions: Iterable[Question]) -> list[Asked]:
    """What the views say of each question."""
    ids = list(matcher.ids)
    return [Asked(q, matcher.score(q.text), np.array([id in q.ids for id in ids])) for q in questions]


def leave_out(corpus: Corpus) -> list[Asked]:
    """Every phrasing asked of an index that lacks it and a fifth of its neighbours."""
    asked: list[Asked] = []
    for fold in range(FOLDS):
        kept = []
        held: list[Question] = []
        for place, document in enumerate(corpus.documents):
            out = {p for at, p in enumerate(document.phrasings) if (7 * at + place) % FOLDS == fold}
            kept.append(replace(document, phrasings=tuple(p for p in document.phrasings if p not in out)))
            held += [Question(p, frozenset({document.id}), "", SCOPED, True) for p in sorted(out)]
        asked += ask(replace(corpus, documents=tuple(kept)).matcher(), held)
    return asked


def fit_blend(scoped: Sequence[Asked], left_out: Sequence[Asked], views: Sequence[str]) -> dict[str, float]:
    """Weights, none below 0, under which a softmax over entries makes the right ones likeliest.

    Left-out phrasings count most, at a scale of their own: there are more of them, and they are harder than questions.
    """
    rows = [FEATURES.index(view) for view in views]
    sets = [
        (np.stack([one.scored.table[rows] for one in part]).astype(float), np.stack([one.wanted for one in part]))
        for part in (scoped, left_out)
    ]
    spread = sets[0][0].std(axis=(0, 2)) + 1e-9

    def loss(point: Array) -> tuple[float, Array]:
        weights, scale = point[:-1], float(np.exp(point[-1]))
        total, slope = 1e-3 * float(weights @ weights), np.append(2e-3 * weights, 0.0)
        for (table, wanted), times, count in zip(sets, (1.0, scale), (1.0, LEFT_OUT_COUNT), strict=True):
            scores = np.einsum("v,nve->ne", weights / spread, table)
            chances = _softmax(times * scores)
            right = (chances * wanted).sum(axis=1, keepdims=True) + 1e-12
            off = count * (chances - chances * wanted / right) / len(table)
            total -= count * float(np.log(right).mean())
            slope[:-1] += times * np.einsum("nve,ne->v", table, off) / spread
            slope[-1] += scale * float((scores * off).sum()) if table is sets[1][0] else 0.0
        return total, slope

    low = np.append(np.zeros(len(views)), -3.0)
    found = descend(loss, np.append(np.full(len(views), 0.5), -0.5), low)
    weights = dict.fromkeys(FEATURES, 0.0)
    return weights | {view: round(float(w), 4) for view, w in zip(views, found[:-1] / spread, strict=True)}


def fit_alarm(matcher: Matcher, development: Sequence[Asked]) -> AlertThresholds:
    """Bars for the likeness to messages of a critical entry, by what harmless messages would come over them."""
    at = {id: matcher.ids.index(id) for id in matcher.detected}
    meant: list[float] = []
    harmless: list[float] = []
    look_alikes: list[float] = []
    for one in development:
        for id, place in at.items():
            likeness = matcher.log_odds(id, one.scored)
            (meant if one.wanted[place] else harmless).append(likeness)
            if one.question.kind == HARMLESS and not one.wanted[place]:
                look_alikes.append(likeness)
    weak_from, likely_from = (
        max(float(np.quantile(harmless, 1.0 - share)), float(np.quantile(look_alikes, 1.0 - of_look_alikes)))
        for share, of_look_alikes in (TAKEN_FOR_WEAK, TAKEN_FOR_LIKELY)
    )
    doubted_below = min(float(np.quantile(meant, DOUBTED)), weak_from)
    return AlertThresholds(round(doubted_below, 3), round(weak_from, 3), round(likely_from, 3))


def fit_odds(matcher: Matcher, questions: Sequence[Question]) -> OddsWeights:
    """Logistic weights for "the first match is right" and its kin, then the thresholds on top of them."""
    judged = [(one, matcher.rank(one.scored)) for one in ask(matcher, questions)]
    signals, right, scope, settled, counts = [], [], [], [], []
    for one, found in judged:
        if one.question.kind != HARM:
            signals.append([found.signals[name] for name in SIGNALS])
            right.append(bool(one.wanted[found.first]))
            scope.append(bool(one.question.ids))
            settled.append(right[-1] and one.question.kind != VAGUE)
            counts.append(COUNTS.get(one.question.kind, 1.0))
    table = np.array(signals)
    odds = OddsWeights(
        confidence=fit_logistic(table, np.array(right), np.ones(len(table))),
        scope=fit_logistic(table, np.array(scope), np.array(counts)),
        settled=fit_logistic(table, np.array(settled), np.array(counts)),
        answer_from=0.0,
        scope_from=0.0,
    )
    return fit_thresholds(judged, odds)


def fit_logistic(signals: Array, wanted: NDArray[np.bool_], counts: Array) -> dict[str, float]:
    """Logistic regression on standardised signals, lightly held towards none; most can only speak in favour."""
    centre, spread = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    table = np.column_stack(((signals - centre) / spread, np.ones(len(signals))))

    def loss(point: Array) -> tuple[float, Array]:
        margin = table @ point
        held = np.append(point[:-1], 0.0) / len(table)
        off = counts * (1 / (1 + np.exp(-margin)) - wanted)
        cost = counts @ (np.logaddexp(0.0, margin) - wanted * margin)
        return float(cost / len(table) + 0.5 * held @ point), table.T @ off / len(table) + held

    low = np.array([*(-np.inf if name in EITHER_WAY else 0.0 for name in SIGNALS), -np.inf])
    found = descend(loss, np.zeros(table.shape[1]), low)
    weights = found[:-1] / spread
    bias = float(found[-1] - weights @ centre)
    return {"bias": round(bias, 4)} | {n: round(float(w), 4) for n, w in zip(SIGNALS, weights, strict=True)}


def fit_thresholds(judged: Sequence[tuple[Asked, Ranking]], odds: OddsWeights) -> OddsWeights:
    """The highest bar for "nothing fits" that keeps what is in scope, the lowest for "answer" that is right enough."""
    asked = [(one, found) for one, found in judged if one.question.kind not in (HARM, HARMLESS)]
    scope = [(one.question.kind, logistic(odds.scope, found.signals)) for one, found in asked if one.question.ids]
    scope_from = min(
        float(np.quantile([chance for kind, chance in scope if kind == SCOPED], 0.015)),
        float(np.quantile([chance for kind, chance in scope if kind == VAGUE], 0.03)),
    )
    settled = [
        (one.question.kind, logistic(odds.settled, found.signals), bool(one.wanted[found.first]))
        for one, found in asked
    ]
    bars = (bar for bar in np.arange(0.4, 0.998, 0.002) if _is_right_enough(settled, float(bar)))
    return replace(odds, scope_from=round(scope_from, 4), answer_from=round(float(next(bars, 0.998)), 3))


def _is_right_enough(settled: Sequence[tuple[str, float, bool]], bar: float) -> bool:
    """Whether what would be answered from this bar on is within the aims for the development half."""
    scoped = [right for kind, chance, right in settled if kind == SCOPED and chance >= bar]
    shares = {
        kind: float(np.mean([chance >= bar for k, chance, _ in settled if k == kind])) for kind in (NEAR, FAR, VAGUE)
    }
    right = bool(scoped) and float(np.mean(scoped)) >= RIGHT_OF_ANSWERED
    return right and shares[NEAR] <= 0.04 and shares[FAR] == 0.0 and shares[VAGUE] <= 0.15


def descend(loss: Callable[[Array], tuple[float, Array]], start: Array, low: Array, steps: int = 3_000) -> Array:
    """The point of least `loss` (value and slope) with no coordinate below `low`: projected accelerated descent."""
    here: Array = np.maximum(start, low)
    ahead, momentum, rate = here, 1.0, 1.0
    for _ in range(steps):
        value, slope = loss(ahead)
        while True:
            moved = np.maximum(ahead - rate * slope, low)
            change = moved - ahead
            if loss(moved)[0] <= value + slope @ change + change @ change / (2 * rate) + 1e-12 or rate < 1e-9:
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
    chances: Array = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    return chances


# ---- reporting -----------------------------------------------------------------------------------------------------


def report(matcher: Matcher, questions: Sequence[Question], out: Any) -> None:
    """The aims of the matcher, on the development half and on the other one."""
    results = [(q, matcher.match(q.text)) for q in questions]
    rows: list[tuple[str, ...]] = [("", "development", "held out")]
    for label, measure in _measures():
        cells = []
        for development in (True, False):
            found = measure([(q, m) for q, m in results if q.development == development])
            cells.append("-" if found is None else f"{found:.1%}" if label[0] != "=" else f"{found:.3f}")
        rows.append((label.lstrip("="), *cells))
    for label, left, right in rows:
        print(f"{label:58s}{left:>14s}{right:>14s}", file=out)


def _measures() -> Iterable[tuple[str, Any]]:
    yield "in scope: top-1", lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind == SCOPED)
    yield "in scope: top-3", lambda rs: _share(_within(q, m, 3) for q, m in rs if q.kind == SCOPED)
    yield "in scope: answer", lambda rs: _share(m.outcome == "answer" for q, m in rs if q.kind == SCOPED)
    yield (
        "in scope: right of the answered",
        lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind == SCOPED and m.outcome == "answer"),
    )
    yield "in scope: none", lambda rs: _share(m.outcome == "none" for q, m in rs if q.kind == SCOPED)
    yield (
        "in scope: right one among those offered",
        lambda rs: _share(_within(q, m, m.offered) for q, m in rs if q.kind == SCOPED),
    )
    yield (
        f"{VAGUE}: an acceptable one among those offered",
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
