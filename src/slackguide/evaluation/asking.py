"""Reads labelled questions and asks a guide all of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from slackguide.errors import UnusableInput
from slackguide.evaluation.halves import Half, half_of
from slackguide.evaluation.observation import Case, Observation
from slackguide.evaluation.said import said
from slackguide.guide import Asker, Concern, Guide
from slackguide.knowledge import Diagnostic, did_you_mean
from slackguide.knowledge.labelled_questions import LabelledQuestion, read_questions

WARMING_UP = 20
"""Questions asked before time is taken."""

FAULTS_TOLD = 20
"""Most faults spelt out at once: a file of another format has one a line."""


def read_cases(paths: Sequence[Path], *, known: Iterable[str], half: Half | None = None) -> tuple[Case, ...]:
    """The questions of some files, or one half of them; `known` are the ids that an entry may have.

    Raises `UnusableInput` where a file cannot be read or is given twice, where a line holds no question or an unknown
    id (telling `file:line` of each), and where there is nothing to ask.
    """
    ids = frozenset(known)
    seen: set[Path] = set()
    cases: list[Case] = []
    faults: list[Diagnostic] = []
    for path in paths:
        if path.resolve() in seen:
            raise UnusableInput(f"{path} is given twice: its questions would count twice.")
        seen.add(path.resolve())
        questions, broken = read_questions(path)
        faults += [*broken, *_faults(path, questions, ids)]
        cases += [Case(str(path), question.line, question.text, question.ids) for question in questions]
    if faults:
        raise UnusableInput(_told(sorted(faults)))
    kept = tuple(case for case in cases if half is None or half_of(case.text) == half)
    if not kept:
        of_half = f" of the {half} half" if half else ""
        raise UnusableInput(f"No question{of_half} in {', '.join(map(str, paths)) or 'no file'}: nothing to measure.")
    return kept


def as_seen(cases: Iterable[Case], hidden: Container[str]) -> Iterator[Case]:
    """The cases for someone to whom some entries do not exist: what only these answer is out of scope."""
    for case in cases:
        yield Case(case.file, case.line, case.text, tuple(id for id in case.ids if id not in hidden))


def ask(
    guide: Guide, cases: Iterable[Case], asker: Asker, *, today: date, clock: Callable[[], float]
) -> tuple[Observation, ...]:
    """What the guide says to each case, as the asker sees it; `clock` tells seconds and never runs backwards.

    The first few are asked once before the clock starts: a running bot is warm, and a cold one would look slow here.
    """
    guide.triage.warm()
    seen = tuple(as_seen(cases, guide.knowledge.hidden_from(asker.role)))
    for case in seen[:WARMING_UP]:
        guide.answer(Concern(case.text), asker, today=today)
    observations: list[Observation] = []
    for case in seen:
        start = clock()
        outcome = guide.answer(Concern(case.text), asker, today=today)
        seconds = clock() - start
        observations.append(Observation(case, said(outcome), seconds))
    return tuple(observations)


def _faults(path: Path, questions: Iterable[LabelledQuestion], known: frozenset[str]) -> Iterator[Diagnostic]:
    for question in questions:
        if not _is_unicode(question.text):
            yield Diagnostic(str(path), question.line, 1, "the text holds half a character (a lone \\uD800 to \\uDFFF)")
        for id in question.ids:
            if id not in known:
                yield Diagnostic(str(path), question.line, 1, f"unknown entry `{id}`{did_you_mean(id, known)}")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _told(faults: Sequence[Diagnostic]) -> str:
    count = len(faults)
    more = [f"… and {count - FAULTS_TOLD} more"] if count > FAULTS_TOLD else []
    summary = f"{count} {'fault' if count == 1 else 'faults'} in the questions, so nothing was measured:"
    return "\n".join([summary, *(str(fault) for fault in faults[:FAULTS_TOLD]), *more])
