"""The resolution of an escalation: one of five codes and a note."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from slackguide.escalation.form_validation import InvalidForm
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


RESOLUTION_LABELS = {
    ResolutionCode.RIGHT_PLACE: "Right place",
    ResolutionCode.WRONG_QUEUE: "Wrong queue",
    ResolutionCode.DUPLICATE: "Duplicate",
    ResolutionCode.NOT_ELIGIBLE: "Not eligible",
    ResolutionCode.IN_GUIDE: "Was in the guide",
}
"""The labels that Slack shows."""


@dataclass(frozen=True)
class Resolution:
    """The resolution code, the note (None if there is none), and the queue or reference that `target` names."""

    code: ResolutionCode
    note: str | None
    target: str | None = None


def is_reference(text: str) -> bool:
    """Return whether the text has the form of an escalation's reference, in any case."""
    return re.fullmatch(r"[A-Z]{1,4}-[0-9]{1,9}", text.strip(), re.IGNORECASE | re.ASCII) is not None


def check_resolution(code: str | None, note: str | None, target: str | None) -> Resolution | InvalidForm:
    """Return the resolution, or the messages for the invalid fields.

    A wrong queue requires the id of the right destination as `target`, a duplicate the reference of the other
    escalation. The right place needs no note. The messages are keyed by the modal's block ids (`ending`, `decided`,
    `which`).
    """
    messages: dict[str, str] = {}
    text = clean(note or "")
    target_text = clean(target or "") or None
    if not text and code != ResolutionCode.RIGHT_PLACE:
        messages["decided"] = "Describe the decision. The requester reads it."
    elif len(text) > RESOLUTION_NOTE_LIMIT:
        messages["decided"] = f"Shorten this to {RESOLUTION_NOTE_LIMIT:,} characters."
    if code not in set(ResolutionCode):
        messages["ending"] = "Choose a resolution."
    elif target_text is None and code == ResolutionCode.WRONG_QUEUE:
        messages["which"] = "Choose the queue it belongs in."
    elif code == ResolutionCode.DUPLICATE and not is_reference(target_text or ""):
        messages["which"] = "Give the reference of the other escalation."
    if messages:
        return InvalidForm(messages)
    resolution_code = ResolutionCode(str(code))
    return Resolution(
        resolution_code,
        text or None,
        target_text if resolution_code in (ResolutionCode.WRONG_QUEUE, ResolutionCode.DUPLICATE) else None,
    )
