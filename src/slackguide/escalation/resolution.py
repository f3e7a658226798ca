"""The resolution of an escalation: a code, which the knowledge base can name otherwise or add to, and a note."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from slackguide.escalation.form_validation import InvalidForm
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.types import ID_PATTERN
from slackguide.text import clean

RESOLUTION_NOTE_LIMIT = 3000
"""Maximum length in characters: the limit of Slack's plain text input."""


class ResolutionCode(StrEnum):
    """Whether the escalation was routed correctly and, if not, the reason."""

    RIGHT_PLACE = "right_place"
    WRONG_QUEUE = "wrong_queue"
    DUPLICATE = "duplicate"
    NOT_ELIGIBLE = "not_eligible"
    IN_GUIDE = "in_guide"


_TARGETED = (ResolutionCode.WRONG_QUEUE, ResolutionCode.DUPLICATE)
"""The codes that name a queue or another escalation."""

RESOLUTION_LABELS = {
    ResolutionCode.RIGHT_PLACE: "Right place",
    ResolutionCode.WRONG_QUEUE: "Wrong queue",
    ResolutionCode.DUPLICATE: "Duplicate",
    ResolutionCode.NOT_ELIGIBLE: "Not eligible",
    ResolutionCode.IN_GUIDE: "Was in the guide",
}
"""The labels that Slack shows, unless the knowledge base has its own."""

_OWN = ":"
"""Separates a built-in code from the knowledge base's own code that counts as it: `right_place:vendor`."""


def built_in_code(choice: str | None) -> ResolutionCode | None:
    """Return the built-in code of a choice: `wrong_queue`, `right_place:vendor`. None if it is no choice."""
    code = (choice or "").partition(_OWN)[0]
    return ResolutionCode(code) if code in set(ResolutionCode) else None


def resolution_choices(knowledge: KnowledgeBase) -> dict[str, str]:
    """Return the label of each choice: the built-in codes, then those of the knowledge base."""
    own = knowledge.resolutions
    labels = {code.value: own[code].label if code in own else label for code, label in RESOLUTION_LABELS.items()}
    added = {
        f"{spec.like or ResolutionCode.RIGHT_PLACE.value}{_OWN}{name}": spec.label
        for name, spec in own.items()
        if name not in labels
    }
    return {**labels, **added}


@dataclass(frozen=True)
class Resolution:
    """The resolution code, the note (None if there is none), and what `target` names.

    That is the right queue, the other escalation, or for the remaining codes the knowledge base's own code.
    """

    code: ResolutionCode
    note: str | None
    target: str | None = None

    @property
    def names_own_code(self) -> bool:
        """Whether `target` is the knowledge base's own code."""
        return self.target is not None and self.code not in _TARGETED

    def label(self, knowledge: KnowledgeBase) -> str:
        """Return the label of its code."""
        labels = resolution_choices(knowledge)
        return labels.get(f"{self.code}{_OWN}{self.target}" if self.names_own_code else self.code, labels[self.code])


def is_reference(text: str) -> bool:
    """Return whether the text has the form of an escalation's reference, in any case."""
    return re.fullmatch(r"[A-Z]{1,4}-[0-9]{1,9}", text.strip(), re.IGNORECASE | re.ASCII) is not None


def check_resolution(code: str | None, note: str | None, target: str | None) -> Resolution | InvalidForm:
    """Return the resolution, or the messages for the invalid fields. `code` is one of `resolution_choices`.

    A wrong queue requires the id of the right destination as `target`, a duplicate the reference of the other
    escalation. The right place needs no note. The messages are keyed by the modal's block ids (`ending`, `decided`,
    `which`).
    """
    messages: dict[str, str] = {}
    resolution_code = built_in_code(code)
    own = (code or "").partition(_OWN)[2]
    text = clean(note or "")
    target_text = clean(target or "") or None
    if not text and resolution_code is not ResolutionCode.RIGHT_PLACE:
        messages["decided"] = "Describe the decision. The requester reads it."
    elif len(text) > RESOLUTION_NOTE_LIMIT:
        messages["decided"] = f"Shorten this to {RESOLUTION_NOTE_LIMIT:,} characters."
    if resolution_code is None or (own and not re.fullmatch(ID_PATTERN, own)):
        messages["ending"] = "Choose a resolution."
    elif target_text is None and resolution_code is ResolutionCode.WRONG_QUEUE:
        messages["which"] = "Choose the queue it belongs in."
    elif resolution_code is ResolutionCode.DUPLICATE and not is_reference(target_text or ""):
        messages["which"] = "Give the reference of the other escalation."
    if messages or resolution_code is None:
        return InvalidForm(messages)
    return Resolution(resolution_code, text or None, target_text if resolution_code in _TARGETED else own or None)
