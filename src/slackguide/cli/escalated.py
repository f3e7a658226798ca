"""What specialists said of escalations, as labelled questions: `slackguide evaluate --from-escalations`.

A label holds every entry that the ending leaves possible, and none that it speaks against:

- wrong queue: whoever resolved it named the right destination, so every entry that can lead there is acceptable;
- not eligible: every entry that can say so is;
- was in the guide: the entry that the agent had open is, since nobody spoke against it;
- duplicate: whatever the first escalation about the same case was found to be.

“Right place” labels nothing: it confirms the desk, which many entries lead to, and an answer of the guide's own would
become its measure.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from slackguide.cli.output import whole
from slackguide.escalation.models import Escalation
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.evaluation.observation import Case
from slackguide.knowledge import Entry, KnowledgeBase

CHAIN = 20
"""Duplicates of duplicates are followed so far."""

LABELLING = (ResolutionCode.WRONG_QUEUE, ResolutionCode.NOT_ELIGIBLE, ResolutionCode.IN_GUIDE, ResolutionCode.DUPLICATE)


class Silent(StrEnum):
    """Why an escalation makes no question."""

    NO_WORDS = "whose question was erased, or who opened the form without one"
    NO_ENTRY = "that no entry of the guide led to, or one that is gone"
    NO_QUEUE = "of a queue that no entry leads to"
    NOT_SAID = "of which no entry says “not eligible”"
    NO_FIRST = "that repeat one which says nothing of the guide, or is still open"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question with the entries that answer it, and where that is known from."""

    text: str
    ids: tuple[str, ...]
    reference: str
    ending: ResolutionCode
    was: str | None
    """The entry that led to the form."""

    @property
    def line(self) -> str:
        """As one line of a file of labelled questions."""
        known = {
            "text": self.text,
            "ids": list(self.ids),
            "from": self.reference,
            "ending": self.ending.value,
            "was": self.was,
        }
        return json.dumps(known, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Told:
    """The questions, and how many escalations make none, by the reason."""

    questions: tuple[Labelled, ...]
    silent: Counter[Silent]


def cases_of(questions: Iterable[Labelled]) -> tuple[Case, ...]:
    """To be asked: one file an ending, and the line is the one that `--write` gives the question."""
    return tuple(
        Case(f"escalations: {one.ending.replace('_', ' ')}", number, one.text, one.ids)
        for number, one in enumerate(questions, 1)
    )


def told(
    escalations: Iterable[Escalation], knowledge: KnowledgeBase, first: Callable[[str], Escalation | None]
) -> Told:
    """What resolved escalations tell of the guide; `first` finds the one that a duplicate repeats by its reference.

    The same words with the same label count once.
    """
    questions: dict[tuple[str, tuple[str, ...]], Labelled] = {}
    silent: Counter[Silent] = Counter()
    for escalation in escalations:
        resolution = escalation.resolution
        if resolution is None or resolution.code not in LABELLING:
            continue
        text = whole(escalation.question or "").strip()
        ids = _ids(escalation, resolution, knowledge, first) if text else Silent.NO_WORDS
        if isinstance(ids, Silent):
            silent[ids] += 1
            continue
        one = Labelled(text, ids, escalation.reference, resolution.code, escalation.entry_id)
        questions.setdefault((text, ids), one)
    return Told(tuple(questions.values()), silent)


def _ids(
    escalation: Escalation,
    resolution: Resolution,
    knowledge: KnowledgeBase,
    first: Callable[[str], Escalation | None],
) -> tuple[str, ...] | Silent:
    seen = {escalation.reference}
    while resolution.code is ResolutionCode.DUPLICATE:
        found = first(resolution.target or "")
        if found is None or found.resolution is None or found.reference in seen or len(seen) > CHAIN:
            return Silent.NO_FIRST
        seen.add(found.reference)
        escalation, resolution = found, found.resolution
    match resolution.code:
        case ResolutionCode.WRONG_QUEUE:
            return _those(knowledge, lambda entry: _leads_to(entry, resolution.target)) or Silent.NO_QUEUE
        case ResolutionCode.NOT_ELIGIBLE:
            return _those(knowledge, _can_refuse) or Silent.NOT_SAID
        case ResolutionCode.IN_GUIDE:
            was = escalation.entry_id
            return (was,) if was is not None and was in knowledge.entries else Silent.NO_ENTRY
        case ResolutionCode.RIGHT_PLACE:
            return Silent.NO_FIRST


def _those(knowledge: KnowledgeBase, fits: Callable[[Entry], bool]) -> tuple[str, ...]:
    return tuple(id for id, entry in knowledge.entries.items() if fits(entry))


def _leads_to(entry: Entry, destination: str | None) -> bool:
    return any(rule.target.id == destination for rule in entry.rules)


def _can_refuse(entry: Entry) -> bool:
    return any(rule.not_eligible is not None or rule.target.kind == "not_eligible" for rule in entry.rules)
