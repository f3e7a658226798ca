"""Fit the matcher's shipped weights to a knowledge base and write them to the package.

    python scripts/fit_matcher.py [--knowledge knowledge] [--other FOLDER QUESTIONS...] [--write]

A knowledge base calibrates itself when it is loaded (`slackguide.matching.calibration`). The shipped weights are the
prior of that, and answer until it is done. What is fitted, and to what:
- blend, confidence and scope: the left-out phrasings and near misses of the knowledge base, as it is and cut to fewer
  phrasings an entry;
- the scale and shift from left-out phrasings to questions: the development half of the questions and of the messages
  with one concern in tests/data, asked of each of these knowledge bases with its own calibration, and of another one
  (`--other`), all with equal weight;
- the thresholds of the detector of critical entries: its scores of the messages of writers that it has not learnt from.

The report shows both halves side by side. The held-out half is used for nothing else. The text of a question determines
its half, so that adding questions moves none. Files whose names begin with `unseen-` are only reported.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from slackguide.evaluation.metrics import calibrate
from slackguide.evaluation.split import split_of
from slackguide.guide.corpus import Corpus
from slackguide.knowledge import load
from slackguide.knowledge.labelled_questions import read_questions as labelled
from slackguide.matching import CriticalPatterns, Matcher
from slackguide.matching.calibration import Example, calibrate_from, leave_out
from slackguide.matching.newton import fit_logistic
from slackguide.matching.scoring import AlertThresholds, MatcherCalibration, Weights, log_odds, shipped_weights

MESSAGES = Path(__file__).resolve().parents[1] / "tests/data"
WEIGHTS = Path(__file__).resolve().parents[1] / "src/slackguide/matching/data/weights.json"
SCOPED, UNSEEN = "in-scope", "unseen"
VAGUE = "underspecified"
NEAR, FAR = "out-of-scope-near", "out-of-scope-far"
HARMLESS, HARM = "self-harm-look-alikes", "self-harm"
KINDS = (UNSEEN, VAGUE, NEAR, FAR, HARMLESS, HARM)
"""Kinds of questions, by the prefix of the file name; any other name: questions in scope."""

CUTS = (3, 5, 8, 12, 20)
"""Phrasings an entry in the smaller knowledge bases, which stand for those of others."""

OUT_OF_SCOPE_WEIGHT = 0.3
"""Sample weight of a question out of scope when the scale and shift are fitted; questions in scope have weight 1."""

NOTICED = 0.94
"""Share of the serious messages of unseen writers above `weak_from`, the lowest threshold of the detector."""

FALSE_POSITIVE_RATES = {"likely_from": 0.10, "clear_from": 0.034}
"""Share of the look-alikes of unseen writers above the other thresholds."""


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
class Message:
    """A message for the detector of critical entries."""

    text: str
    is_serious: bool


Base = tuple[Corpus, Sequence[Question]]
"""A knowledge base and questions about it."""


def main() -> int:
    """Fit the weights, report on them and, with --write, store them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"))
    parser.add_argument("--other", type=Path, nargs="+", default=[], help="another knowledge base and its questions")
    parser.add_argument("--write", action="store_true", help="replace the weights in the package")
    options = parser.parse_args()
    corpus = read_knowledge(options.knowledge)
    questions = read_questions(options.knowledge / "questions")
    other = other_base(options.other[0], options.other[1:]) if options.other else None
    weights = fit(corpus, [*questions, *read_messages()], other)
    print_calibration(weights.calibration, sys.stdout)
    report(corpus.matcher(weights).with_calibration(corpus.calibrate(weights.calibration)), questions, sys.stdout)
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


def read_messages() -> list[Question]:
    """Return the development half of the messages with one concern."""
    return [
        Question(one.text, frozenset(one.ids), path.stem, SCOPED, True)
        for path in sorted(MESSAGES.glob("messages_*.jsonl"))
        if not path.stem.startswith("messages_two")
        for one in labelled(path)[0]
        if split_of(one.text) == "development"
    ]


def read_writers(folder: Path) -> list[list[Message]]:
    """Return the development half of each writer's serious messages and look-alikes, without those of later tickets."""
    writers = []
    for path in sorted(folder.glob("self_harm_*.jsonl")):
        stored = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        writers.append(
            [
                Message(one["text"], one["label"] == "serious")
                for one in stored
                if one["label"] in ("serious", "look-alike") and split_of(one["text"]) == "development"
            ]
        )
    return writers


# ---- fitting -------------------------------------------------------------------------------------------------------


def fit(corpus: Corpus, questions: Sequence[Question], other: Base | None = None) -> Weights:
    """Fit the prior calibration, then the odds of questions on top of it, and the thresholds of the detector."""
    developing = [question for question in questions if question.development]
    bases: list[Base] = [(corpus, developing), *((cut(corpus, phrasings), developing) for phrasings in CUTS)]
    if other is not None:
        bases += [other, (cut(other[0], CUTS[1]), other[1])]
    examples = [leave_out(base.documents, base.vocabulary, base.out_of_scope) for base, _ in bases]
    prior = mean([calibrate_from(part, shipped_weights().calibration) for part in examples])
    asked = [
        one
        for (base, its_questions), left_out in zip(bases, examples, strict=True)
        for one in ask(base, calibrate_from(left_out, prior), its_questions)
    ]
    return Weights(calibration=fit_odds(asked, prior), alarm=fit_alarm(corpus, read_writers(MESSAGES)))


def other_base(folder: Path, files: Iterable[Path]) -> Base:
    """Return another knowledge base and the development half of its questions."""
    texts = [one for path in files for one in labelled(path)[0] if split_of(one.text) == "development"]
    questions = [Question(one.text, frozenset(one.ids), "", SCOPED if one.ids else NEAR, True) for one in texts]
    return read_knowledge(folder), questions


def mean(calibrations: Sequence[MatcherCalibration]) -> MatcherCalibration:
    """Return the calibration with the mean of each weight."""
    values = [asdict(one) for one in calibrations]
    models: dict[str, Any] = {
        model: {key: round(float(np.mean([one[model][key] for one in values])), 4) for key in values[0][model]}
        for model in ("blend", "confidence", "scope")
    }
    return replace(
        calibrations[0], **models, scope_from=round(float(np.mean([one.scope_from for one in calibrations])), 4)
    )


def cut(corpus: Corpus, phrasings: int) -> Corpus:
    """Return the knowledge base with so many phrasings an entry, without tickets and out-of-scope messages."""
    sampler = random.Random(phrasings)
    documents = tuple(
        replace(one, tickets=(), phrasings=tuple(sampler.sample(one.phrasings, min(phrasings, len(one.phrasings)))))
        for one in corpus.documents
    )
    return replace(corpus, documents=documents, out_of_scope=())


def ask(
    corpus: Corpus, calibration: MatcherCalibration, questions: Iterable[Question]
) -> list[tuple[Example, MatcherCalibration, float]]:
    """Return each question with the calibration of its knowledge base and its sample weight; the weights sum to 1."""
    matcher = Matcher(corpus.documents, corpus.vocabulary, out_of_scope=corpus.out_of_scope)
    weights = {SCOPED: 1.0, NEAR: OUT_OF_SCOPE_WEIGHT, FAR: OUT_OF_SCOPE_WEIGHT}
    asked = [one for one in questions if one.kind in weights]
    total = sum(weights[one.kind] for one in asked)
    return [
        (Example(matcher, matcher.read(one.text).scores, one.ids), calibration, weights[one.kind] / total)
        for one in asked
    ]


def fit_alarm(corpus: Corpus, writers: Sequence[Sequence[Message]]) -> AlertThresholds:
    """Return the thresholds of the detector of critical entries, each writer scored without their messages."""
    scores: dict[bool, list[float]] = {True: [], False: []}
    for messages in writers:
        texts = {message.text for message in messages}
        patterns = tuple(without(one, texts) for one in corpus.critical_patterns)
        detector = replace(corpus, critical_patterns=patterns).matcher()
        for message in messages:
            scores[message.is_serious] += [detector.critical_score(id, message.text) for id in detector.detected]
    thresholds = {name: np.quantile(scores[False], 1.0 - share) for name, share in FALSE_POSITIVE_RATES.items()}
    thresholds["weak_from"] = np.quantile(scores[True], 1.0 - NOTICED)
    return AlertThresholds(**{name: round(float(value), 3) for name, value in thresholds.items()})


def without(patterns: CriticalPatterns, texts: Container[str]) -> CriticalPatterns:
    """Return the patterns without some of the messages that they learn from."""
    serious, harmless = (
        tuple(text for text in kept if text not in texts) for kept in (patterns.serious, patterns.harmless)
    )
    return replace(patterns, serious=serious, harmless=harmless)


def fit_odds(
    asked: Sequence[tuple[Example, MatcherCalibration, float]], prior: MatcherCalibration
) -> MatcherCalibration:
    """Return the prior with the scale and shift of the confidence under which the labels are most probable."""
    rows, right, weights = [], [], []
    for example, calibration, weight in asked:
        signals, is_right = example.signals(calibration)
        rows.append([log_odds(calibration.confidence, signals)])
        right.append(float(is_right))
        weights.append(weight)
    start = np.array([prior.question_scale, prior.question_shift])
    scale, shift = fit_logistic(np.array(rows), np.array(right), np.array(weights), start, 0.0)
    return replace(prior, question_scale=round(float(scale), 4), question_shift=round(float(shift), 4))


# ---- reporting -----------------------------------------------------------------------------------------------------


def print_calibration(calibration: MatcherCalibration, out: Any) -> None:
    """Print the prior."""
    for name, value in asdict(calibration).items():
        print(f"{name:16s}{value}", file=out)


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
