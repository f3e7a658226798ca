"""How an escalation ended: one of five ways, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slackguide.escalation.fields import Faults
from slackguide.text import clean

LONGEST_DECISION = 3000
"""Characters; the most that Slack's plain text input takes."""


class Ending(StrEnum):
    """Whether the escalation was in the right place, and if not, what was wrong."""

    RIGHT_PLACE = "right_place"
    WRONG_QUEUE = "wrong_queue"
    DUPLICATE = "duplicate"
    NOT_ELIGIBLE = "not_eligible"
    IN_GUIDE = "in_guide"


ENDINGS = {
    Ending.RIGHT_PLACE: "Right place",
    Ending.WRONG_QUEUE: "Wrong queue",
    Ending.DUPLICATE: "Duplicate",
    Ending.NOT_ELIGIBLE: "Not eligible",
    Ending.IN_GUIDE: "Was in the guide",
}
"""Each in words, as Slack shows it."""


@dataclass(frozen=True)
class Resolution:
    """The ending, the words of the decision (None once erased), and which queue or reference `which` speaks of."""

    ending: Ending
    decided: str | None
    which: str | None = None


def check_resolution(ending: str | None, decided: str | None, which: str | None) -> Resolution | Faults:
    """The resolution, or words under `ending`, `decided` or `which` about what is missing.

    A wrong queue needs the id of the right destination, a duplicate the reference of the other escalation.
    """
    faults: dict[str, str] = {}
    said = clean(decided or "")
    named = clean(which or "") or None
    if not said:
        faults["decided"] = "Say what was decided: the requester reads it."
    elif len(said) > LONGEST_DECISION:
        faults["decided"] = f"Shorten this to {LONGEST_DECISION:,} characters."
    if ending not in set(Ending):
        faults["ending"] = "Choose how it ended."
    elif named is None and ending == Ending.WRONG_QUEUE:
        faults["which"] = "Choose the queue it belongs in."
    elif named is None and ending == Ending.DUPLICATE:
        faults["which"] = "Give the reference of the other escalation, such as D-1042."
    if faults:
        return Faults(faults)
    known = Ending(str(ending))
    return Resolution(known, said, named if known in (Ending.WRONG_QUEUE, Ending.DUPLICATE) else None)
