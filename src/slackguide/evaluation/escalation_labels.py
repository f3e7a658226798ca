"""Label questions from resolved escalations: `slackguide evaluate --from-escalations`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from slackguide.escalation.models import Escalation
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.evaluation.results import LabelledCase
from slackguide.knowledge import Entry, KnowledgeBase
from slackguide.labels import Label, LabelSource
from slackguide.text import replace_surrogates

CHAIN = 20
"""Maximum length of a chain of duplicates of duplicates."""

LABELLING = (ResolutionCode.WRONG_QUEUE, ResolutionCode.NOT_ELIGIBLE, ResolutionCode.IN_GUIDE, ResolutionCode.DUPLICATE)


class SkipReason(StrEnum):
    """The reason why an escalation yields no labelled question."""

    NO_WORDS = "without a question: erased, or the form was opened without one"
    NO_ENTRY = "without an entry, or whose entry was removed"
    NO_QUEUE = "of a queue that is not the destination of any entry"
    NOT_SAID = "without an entry that can answer “not eligible”"
    NO_FIRST = "that duplicate one without a label, or one that is still open"


@dataclass(frozen=True, slots=True)
class LabelledEscalation:
    """A question, the entries that answer it, and the escalation that it comes from."""

    text: str
    ids: tuple[str, ...]
    reference: str
    resolution_code: ResolutionCode
    previous: str | None
    """The entry that led to the form."""
    label: Label

    @property
    def line(self) -> str:
        """The question as one line of a file of labelled questions."""
        known = {
            "text": self.text,
            "ids": list(self.ids),
            "from": self.reference,
            "ending": self.resolution_code.value,
            "was": self.previous,
        }
        return json.dumps(known, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class LabellingResult:
    """The labelled questions, and the number of skipped escalations by reason."""

    questions: tuple[LabelledEscalation, ...]
    skipped: Counter[SkipReason]


def cases_of(questions: Iterable[LabelledEscalation]) -> tuple[LabelledCase, ...]:
    """Return the questions as cases: one file per resolution code, with the line numbers of `--write`."""
    return tuple(
        LabelledCase(f"escalations: {one.resolution_code.replace('_', ' ')}", number, one.text, one.ids)
        for number, one in enumerate(questions, 1)
    )


def label_escalations(
    escalations: Iterable[Escalation], knowledge: KnowledgeBase, first: Callable[[str], Escalation | None]
) -> LabellingResult:
    """Derive labelled questions from resolved escalations. `first` finds a duplicate's original by its reference.

    The same text with the same label counts once.
    """
    questions: dict[tuple[str, tuple[str, ...]], LabelledEscalation] = {}
    skipped: Counter[SkipReason] = Counter()
    for escalation in escalations:
        resolution = escalation.resolution
        if resolution is None or resolution.code not in LABELLING:
            continue
        text = replace_surrogates(escalation.question or "").strip()
        ids = _ids(escalation, resolution, knowledge, first) if text else SkipReason.NO_WORDS
        if isinstance(ids, SkipReason):
            skipped[ids] += 1
            continue
        people = frozenset(filter(None, (escalation.requester.user_id, escalation.claimed_by)))
        at = escalation.closed_at or escalation.changed_at
        label = Label(text, ids, LabelSource.ESCALATION, at, people=people)
        one = LabelledEscalation(text, ids, escalation.reference, resolution.code, escalation.entry_id, label)
        questions.setdefault((text, ids), one)
    return LabellingResult(tuple(questions.values()), skipped)


def _ids(
    escalation: Escalation,
    resolution: Resolution,
    knowledge: KnowledgeBase,
    first: Callable[[str], Escalation | None],
) -> tuple[str, ...] | SkipReason:
    seen = {escalation.reference}
    while resolution.code is ResolutionCode.DUPLICATE:
        found = first(resolution.target or "")
        if found is None or found.resolution is None or found.reference in seen or len(seen) > CHAIN:
            return SkipReason.NO_FIRST
        seen.add(found.reference)
        escalation, resolution = found, found.resolution
    match resolution.code:
        case ResolutionCode.WRONG_QUEUE:
            return (
                _matching_entries(knowledge, lambda entry: _leads_to(entry, resolution.target)) or SkipReason.NO_QUEUE
            )
        case ResolutionCode.NOT_ELIGIBLE:
            return _matching_entries(knowledge, _can_refuse) or SkipReason.NOT_SAID
        case ResolutionCode.IN_GUIDE:
            was = escalation.entry_id
            return (was,) if was is not None and was in knowledge.entries else SkipReason.NO_ENTRY
        case ResolutionCode.RIGHT_PLACE:
            return SkipReason.NO_FIRST


def _matching_entries(knowledge: KnowledgeBase, fits: Callable[[Entry], bool]) -> tuple[str, ...]:
    return tuple(id for id, entry in knowledge.entries.items() if fits(entry))


def _leads_to(entry: Entry, destination: str | None) -> bool:
    return any(rule.target.id == destination for rule in entry.rules)


def _can_refuse(entry: Entry) -> bool:
    return any(rule.not_eligible is not None or rule.target.kind == "not_eligible" for rule in entry.rules)
