"""Read labelled questions and run a guide on all of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from slackguide.errors import UnusableInput
from slackguide.evaluation.prediction import prediction_of
from slackguide.evaluation.results import LabelledCase, Observation
from slackguide.evaluation.split import SplitName, split_of
from slackguide.guide import Asker, Concern, Guide
from slackguide.knowledge import Diagnostic, did_you_mean
from slackguide.knowledge.labelled_questions import LabelledQuestion, read_questions

Progress = Callable[[Sequence[Any], str], Iterable[Any]]
"""A function that returns the items of a long loop, given them and a description of it."""

WARM_UP_QUESTIONS = 20
"""Questions asked before timing starts."""

MAX_ERRORS_SHOWN = 20
"""Maximum number of faults listed: a file of another format has one per line."""


def read_cases(
    paths: Sequence[Path], *, known: Iterable[str], split: SplitName | None = None
) -> tuple[LabelledCase, ...]:
    """Read the questions of these files, or one half of them. `known` are the valid entry ids.

    Raises `UnusableInput` if a file cannot be read or is given twice, if a line is not a question or has an unknown
    id (with `file:line` of each), and if there is no question.
    """
    ids = frozenset(known)
    seen: set[Path] = set()
    cases: list[LabelledCase] = []
    faults: list[Diagnostic] = []
    for path in paths:
        if path.resolve() in seen:
            raise UnusableInput(f"{path} is given twice: its questions would count twice.")
        seen.add(path.resolve())
        questions, broken = read_questions(path)
        faults += [*broken, *_check_labels(path, questions, ids)]
        cases += [LabelledCase(str(path), question.line, question.text, question.ids) for question in questions]
    if faults:
        raise UnusableInput(_error_summary(sorted(faults)))
    kept = tuple(case for case in cases if split is None or split_of(case.text) == split)
    if not kept:
        of_half = f" of the {split} half" if split else ""
        raise UnusableInput(f"No question{of_half} in {', '.join(map(str, paths)) or 'no file'}: nothing to measure.")
    return kept


def without_hidden(cases: Iterable[LabelledCase], hidden: Container[str]) -> Iterator[LabelledCase]:
    """Yield the cases of a role that cannot see `hidden`: a question that only those answer is out of scope."""
    for case in cases:
        yield LabelledCase(case.file, case.line, case.text, tuple(id for id in case.ids if id not in hidden))


def run_questions(
    guide: Guide,
    cases: Iterable[LabelledCase],
    asker: Asker,
    *,
    today: date,
    clock: Callable[[], float],
    progress: Progress = lambda items, _: items,
) -> tuple[Observation, ...]:
    """Ask the guide each question in the asker's role. `clock` returns monotonic seconds.

    The first few are asked once before timing starts, because a running bot is warm.
    """
    guide.triage.precompute()
    seen = tuple(without_hidden(cases, guide.knowledge.hidden_from(*asker.roles)))
    for case in seen[:WARM_UP_QUESTIONS]:
        guide.answer(Concern(case.text), asker, today=today)
    observations: list[Observation] = []
    for case in progress(seen, "Asking"):
        start = clock()
        outcome = guide.answer(Concern(case.text), asker, today=today)
        seconds = clock() - start
        observations.append(Observation(case, prediction_of(outcome), seconds))
    return tuple(observations)


def _check_labels(path: Path, questions: Iterable[LabelledQuestion], known: frozenset[str]) -> Iterator[Diagnostic]:
    for question in questions:
        if not _is_unicode(question.text):
            yield Diagnostic(str(path), question.line, 1, "the text contains a lone surrogate (\\uD800 to \\uDFFF)")
        for id in question.ids:
            if id not in known:
                yield Diagnostic(str(path), question.line, 1, f"unknown entry `{id}`{did_you_mean(id, known)}")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _error_summary(faults: Sequence[Diagnostic]) -> str:
    count = len(faults)
    more = [f"… and {count - MAX_ERRORS_SHOWN} more"] if count > MAX_ERRORS_SHOWN else []
    summary = f"{count} {'fault' if count == 1 else 'faults'} in the questions, so nothing was measured:"
    return "\n".join([summary, *(str(fault) for fault in faults[:MAX_ERRORS_SHOWN]), *more])
