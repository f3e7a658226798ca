"""The resolution of an escalation: one of five codes and a note."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slackguide.escalation.form_validation import InvalidForm
from slackguide.text import clean

RESOLUTION_NOTE_LIMIT = 3000
"""Characters; the most that Slack's plain text input takes."""


class ResolutionCode(StrEnum):
    """Whether the escalation was in the right place, and if not, what was wrong."""

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
"""Each in words, as Slack shows it."""


@dataclass(frozen=True)
class Resolution:
    """The ending, the words of the decision (None once erased), and which queue or reference `target` speaks of."""

    code: ResolutionCode
    note: str | None
    target: str | None = None


def check_resolution(code: str | None, note: str | None, target: str | None) -> Resolution | InvalidForm:
    """The resolution, or words under `code`, `note` or `target` about what is missing.

    A wrong queue needs the id of the right destination, a duplicate the reference of the other escalation.
    """
    messages: dict[str, str] = {}
    text = clean(note or "")
    target_text = clean(target or "") or None
    if not text:
        messages["decided"] = "Say what was decided: the requester reads it."
    elif len(text) > RESOLUTION_NOTE_LIMIT:
        messages["decided"] = f"Shorten this to {RESOLUTION_NOTE_LIMIT:,} characters."
    if code not in set(ResolutionCode):
        messages["ending"] = "Choose how it ended."
    elif target_text is None and code == ResolutionCode.WRONG_QUEUE:
        messages["which"] = "Choose the queue it belongs in."
    elif target_text is None and code == ResolutionCode.DUPLICATE:
        messages["which"] = "Give the reference of the other escalation, such as D-1042."
    if messages:
        return InvalidForm(messages)
    resolution_code = ResolutionCode(str(code))
    return Resolution(
        resolution_code,
        text,
        target_text if resolution_code in (ResolutionCode.WRONG_QUEUE, ResolutionCode.DUPLICATE) else None,
    )
