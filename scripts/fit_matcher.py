"""Fit the matcher's weights to a knowledge base and write them to the package.

    python scripts/fit_matcher.py [--knowledge knowledge] [--write]

What is fitted to what, and what it is measured on:
- blend (how much each view counts): the phrasings, each asked of an index without it (in 5 parts), and the development
  half of the questions that are in scope;
- confidence and scope (is the first match right, is the question about anything here): the development half of all;
- thresholds: the development half;
- the report: both halves, side by side. The other half of the questions is used for nothing else.

A question's half hangs on the SHA-256 of its text, so that adding questions moves none.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from slackguide.matching import Document, Matcher, Signs, Vocabulary
from slackguide.matching.blending import SIGNALS, VIEWS, Weights, logistic, shipped_weights
from slackguide.matching.matcher import Scored

WEIGHTS = Path(__file__).resolve().parents[1] / "src/slackguide/matching/data/weights.json"
SCOPED = ("agents-terse", "newcomers", "newcomers-typos")
VAGUE = "underspecified"
NEAR, FAR = "out-of-scope-near", "out-of-scope-far"
HARM, HARMLESS = "self-harm", "self-harm-look-alikes"
FOLDS = 5
LEFT_OUT_COUNT = 4.0
"""What the left-out phrasings count in the blend, beside 1 for the questions."""

RIGHT_OF_ANSWERED = 0.995
"""Aimed at on the development half, above the 98.5% wanted of unseen questions."""


@dataclass(frozen=True)
class Question:
    """A labelled question; no ids: out of scope."""

    text: str
    ids: frozenset[str]
    kind: str
    development: bool


@dataclass(frozen=True)
class Asked:
    """A question with what the matcher's views say of it."""

    question: Question
    scored: Scored
    wanted: np.ndarray[Any, np.dtype[np.bool_]]


def main() -> int:
    """Fit, report and, with --write, keep the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"))
    parser.add_argument("--write", action="store_true", help="replace the weights in the package")
    options = parser.parse_args()
    documents, vocabulary, signs = read_knowledge(options.knowledge)
    questions = read_questions(options.knowledge / "questions")
    weights = fit(documents, vocabulary, questions)
    report(Matcher(documents, vocabulary, signs=signs, weights=weights), questions, sys.stdout)
    if options.write:
        kept = {"fitted_by": "scripts/fit_matcher.py", "weights": asdict(weights)}
        WEIGHTS.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    return 0


# ---- reading -------------------------------------------------------------------------------------------------------


def read_knowledge(folder: Path) -> tuple[list[Document], Vocabulary, list[Signs]]:
    """Entries, glossary and signs straight from the YAML files, every scalar as text."""
    documents: list[Document] = []
    signs: list[Signs] = []
    abbreviations: dict[str, tuple[str, ...]] = {}
    synonyms: list[tuple[str, ...]] = []
    files = [yaml.load(path.read_text("utf-8"), yaml.BaseLoader) or {} for path in sorted(folder.glob("*.yaml"))]
    names = {id: str(one.get("name", "")) for file in files for id, one in _mapping(file.get("destinations")).items()}
    for file in files:
        glossary = _mapping(file.get("glossary"))
        abbreviations |= {k: tuple(_list(v)) for k, v in _mapping(glossary.get("abbreviations")).items()}
        synonyms += [tuple(_list(group)) for group in _list(glossary.get("synonyms"))]
        for entry in _list(file.get("entries")):
            documents.append(_document(entry, names))
            if "signs" in entry:
                lists = {k: tuple(_list(entry["signs"].get(k))) for k in ("clear", "weak", "exclusions")}
                signs.append(Signs(id=entry["id"], message=str(entry["signs"].get("message", "")), **lists))
    return documents, Vocabulary(abbreviations, tuple(synonyms)), signs


def read_questions(folder: Path) -> list[Question]:
    """Every labelled question; its file's name is its kind."""
    questions: list[Question] = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                one = json.loads(line)
                half = hashlib.sha256(one["text"].encode()).digest()[0] % 2 == 0
                questions.append(Question(one["text"], frozenset(one["ids"]), path.stem, half))
    return questions


def _document(entry: dict[str, Any], names: dict[str, str]) -> Document:
    told = [entry.get("keywords"), entry.get("warnings"), entry.get("path"), names.get(str(entry.get("to")), "")]
    return Document(
        id=entry["id"],
        title=entry["title"],
        phrasings=tuple(_list(entry.get("concerns"))),
        body="\n".join(_texts(told)),
        distinguish_from=tuple(_list(entry.get("distinguish_from"))),
    )


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        yield from _texts(value.get("text"))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif value:
        yield str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


# ---- fitting -------------------------------------------------------------------------------------------------------


def fit(documents: Sequence[Document], vocabulary: Vocabulary, questions: Sequence[Question]) -> Weights:
    """Blend, then confidence and scope on top of it, then thresholds."""
    matcher = Matcher(documents, vocabulary)
    development = ask(matcher, [q for q in questions if q.development])
    scoped = [one for one in development if one.question.kind in SCOPED]
    left_out = leave_out(documents, vocabulary)
    learnt = fit_blend(scoped, left_out, VIEWS)
    unlearnt = fit_blend(scoped, left_out, tuple(view for view in VIEWS if view != "learnt"))
    weights = replace(shipped_weights(), blend=learnt, blend_unlearnt=unlearnt)
    judged = Matcher(documents, vocabulary, weights=weights)
    weights = fit_chances(judged, development, weights)
    return fit_thresholds(documents, vocabulary, development, weights)


def ask(matcher: Matcher, questions: Iterable[Question]) -> list[Asked]:
    """What the views say of each question."""
    ids = list(matcher.ids)
    return [Asked(q, matcher.score(q.text), np.array([id in q.ids for id in ids])) for q in questions]


def leave_out(documents: Sequence[Document], vocabulary: Vocabulary) -> list[Asked]:
    """Every phrasing asked of an index that lacks it and a fifth of its neighbours."""
    asked: list[Asked] = []
    for fold in range(FOLDS):
        kept: list[Document] = []
        held: list[Question] = []
        for place, document in enumerate(documents):
            out = {p for at, p in enumerate(document.phrasings) if (7 * at + place) % FOLDS == fold}
            kept.append(replace(document, phrasings=tuple(p for p in document.phrasings if p not in out)))
            held += [Question(p, frozenset({document.id}), "left-out", True) for p in sorted(out)]
        asked += ask(Matcher(kept, vocabulary), held)
    return asked


def fit_blend(scoped: Sequence[Asked], left_out: Sequence[Asked], views: Sequence[str]) -> dict[str, float]:
    """Weights, none below 0, under which a softmax over entries makes the right ones likeliest.

    Left-out phrasings count most, at a scale of their own: there are more of them, and they are harder than questions.
    """
    rows = [VIEWS.index(view) for view in views]
    sets = [
        (np.stack([one.scored.table[rows] for one in part]).astype(float), np.stack([one.wanted for one in part]))
        for part in (scoped, left_out)
    ]
    spread = sets[0][0].std(axis=(0, 2)) + 1e-9

    def loss(point: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
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
    weights = dict.fromkeys(VIEWS, 0.0)
    return weights | {view: round(float(w), 4) for view, w in zip(views, found[:-1] / spread, strict=True)}


def fit_chances(matcher: Matcher, development: Sequence[Asked], weights: Weights) -> Weights:
    """Logistic weights for "the first match is right" and for "the question is in scope"."""
    signals, right, scope, settled, counts = [], [], [], [], []
    for one in development:
        if one.question.kind != HARM:
            judged = matcher.judge(one.scored)
            signals.append([judged.signals[name] for name in SIGNALS])
            right.append(bool(one.wanted[judged.first]))
            scope.append(bool(one.question.ids))
            settled.append(right[-1] and one.question.kind != VAGUE)
            counts.append({VAGUE: 2.0, FAR: 0.5}.get(one.question.kind, 1.0))
    table = np.array(signals)
    return replace(
        weights,
        confidence=fit_logistic(table, np.array(right), np.ones(len(table))),
        scope=fit_logistic(table, np.array(scope), np.array(counts)),
        settled=fit_logistic(table, np.array(settled), np.array(counts)),
    )


def fit_logistic(
    signals: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any], counts: np.ndarray[Any, Any]
) -> dict[str, float]:
    """Logistic regression on standardised signals, lightly held towards none."""
    centre, spread = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    table = np.column_stack(((signals - centre) / spread, np.ones(len(signals))))

    def loss(point: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        margin = table @ point
        held = np.append(point[:-1], 0.0) / len(table)
        off = counts * (1 / (1 + np.exp(-margin)) - wanted)
        cost = counts @ (np.logaddexp(0.0, margin) - wanted * margin)
        return float(cost / len(table) + 0.5 * held @ point), table.T @ off / len(table) + held

    found = descend(loss, np.zeros(table.shape[1]), np.full(table.shape[1], -np.inf))
    weights = found[:-1] / spread
    bias = float(found[-1] - weights @ centre)
    return {"bias": round(bias, 4)} | {n: round(float(w), 4) for n, w in zip(SIGNALS, weights, strict=True)}


def fit_thresholds(
    documents: Sequence[Document], vocabulary: Vocabulary, development: Sequence[Asked], weights: Weights
) -> Weights:
    """The highest bar for "nothing fits" that keeps what is in scope, the lowest for "answer" that is right enough."""
    matcher = Matcher(documents, vocabulary, weights=weights)
    judged = [(one, matcher.judge(one.scored)) for one in development if one.question.kind not in (HARM, HARMLESS)]
    scope = [(one.question.kind, logistic(weights.scope, found.signals)) for one, found in judged]
    scope_from = min(
        float(np.quantile([chance for kind, chance in scope if kind in SCOPED], 0.02)),
        float(np.quantile([chance for kind, chance in scope if kind == VAGUE], 0.03)),
    )
    settled = [
        (one.question.kind, logistic(weights.settled, found.signals), bool(one.wanted[found.first]))
        for one, found in judged
    ]
    bars = (bar for bar in np.arange(0.4, 0.995, 0.005) if _is_right_enough(settled, float(bar)))
    return replace(weights, scope_from=round(scope_from, 4), answer_from=round(float(next(bars, 0.99)), 3))


def _is_right_enough(settled: Sequence[tuple[str, float, bool]], bar: float) -> bool:
    """Whether what would be answered from this bar on is within the aims for the development half."""
    scoped = [right for kind, chance, right in settled if kind in SCOPED and chance >= bar]
    shares = {
        kind: float(np.mean([chance >= bar for k, chance, _ in settled if k == kind])) for kind in (NEAR, FAR, VAGUE)
    }
    right = bool(scoped) and float(np.mean(scoped)) >= RIGHT_OF_ANSWERED
    return right and shares[NEAR] <= 0.04 and shares[FAR] == 0.0 and shares[VAGUE] <= 0.15


def descend(
    loss: Any, start: np.ndarray[Any, Any], low: np.ndarray[Any, Any], steps: int = 3_000
) -> np.ndarray[Any, Any]:
    """The point of least `loss` (value and slope) with no coordinate below `low`: projected accelerated descent."""
    here = np.maximum(start, low)
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


def _softmax(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    return chances / chances.sum(axis=1, keepdims=True)


# ---- reporting -----------------------------------------------------------------------------------------------------


def report(matcher: Matcher, questions: Sequence[Question], out: Any) -> None:
    """The aims of the matcher, on the development half and on the other one."""
    results = [(q, matcher.match(q.text)) for q in questions]
    rows = [("", "development", "held out")]
    for label, measure in _measures():
        cells = []
        for development in (True, False):
            found = measure([(q, m) for q, m in results if q.development == development])
            cells.append("-" if found is None else f"{found:.1%}" if label[0] != "=" else f"{found:.3f}")
        rows.append((label.lstrip("="), *cells))
    for label, left, right in rows:
        print(f"{label:58s}{left:>14s}{right:>14s}", file=out)


def _measures() -> Iterable[tuple[str, Any]]:
    for kind in SCOPED:
        yield f"{kind}: top-1", lambda rs, k=kind: _share(_first(m) in q.ids for q, m in rs if q.kind == k)
        yield f"{kind}: top-3", lambda rs, k=kind: _share(_within(q, m, 3) for q, m in rs if q.kind == k)
    yield "all of these: answer", lambda rs: _share(m.outcome == "answer" for q, m in rs if q.kind in SCOPED)
    yield (
        "all of these: right of the answered",
        lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind in SCOPED and m.outcome == "answer"),
    )
    yield "all of these: none", lambda rs: _share(m.outcome == "none" for q, m in rs if q.kind in SCOPED)
    yield (
        "all of these: right one among those offered",
        lambda rs: _share(_within(q, m, m.offered) for q, m in rs if q.kind in SCOPED),
    )
    yield (
        f"{VAGUE}: an acceptable one among those offered",
        lambda rs: _share(_within(q, m, m.offered) for q, m in rs if q.kind == VAGUE),
    )
    yield f"{VAGUE}: one confident answer", lambda rs: _share(m.outcome == "answer" for q, m in rs if q.kind == VAGUE)
    for kind in (FAR, NEAR):
        yield f"{kind}: none", lambda rs, k=kind: _share(m.outcome == "none" for q, m in rs if q.kind == k)
        yield f"{kind}: answer", lambda rs, k=kind: _share(m.outcome == "answer" for q, m in rs if q.kind == k)
    yield f"{HARM}: first", lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind == HARM)
    yield (
        f"{HARM}: first or an alert",
        lambda rs: _share(_first(m) in q.ids or bool(m.alerts) for q, m in rs if q.kind == HARM),
    )
    yield f"{HARMLESS}: put first", lambda rs: _share(m.urgent for q, m in rs if q.kind == HARMLESS)
    yield f"{HARMLESS}: alert", lambda rs: _share(bool(m.alerts) for q, m in rs if q.kind == HARMLESS)
    yield (
        f"{HARMLESS}: top-1 of those in scope",
        lambda rs: _share(_first(m) in q.ids for q, m in rs if q.kind == HARMLESS and q.ids),
    )
    yield (
        "=calibration error, questions in scope",
        lambda rs: _calibration([(m.confidence, _first(m) in q.ids) for q, m in rs if q.kind in SCOPED]),
    )
    yield (
        "=calibration error, all but self-harm",
        lambda rs: _calibration([(m.confidence, _first(m) in q.ids) for q, m in rs if q.kind not in (HARM, HARMLESS)]),
    )


def _first(matching: Any) -> str | None:
    return matching.matches[0].id if matching.matches else None


def _within(question: Question, matching: Any, most: int) -> bool:
    return any(match.id in question.ids for match in matching.matches[:most])


def _share(hits: Iterable[bool]) -> float | None:
    seen = list(hits)
    return sum(seen) / len(seen) if seen else None


def _calibration(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """Expected calibration error over 10 bins of equal width."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in pairs:
        bins.setdefault(min(int(confidence * 10), 9), []).append((confidence, right))
    gaps = [abs(sum(c for c, _ in part) - sum(r for _, r in part)) for part in bins.values()]
    return sum(gaps) / len(pairs) if pairs else None


if __name__ == "__main__":
    raise SystemExit(main())
