"""Who may claim an escalation, as its queue's form declares."""

from __future__ import annotations

from collections.abc import Collection

from slackguide.escalation.models import Escalation
from slackguide.escalation.state_machine import Rejected
from slackguide.knowledge.forms import Form

NAMES = 5
"""Most specialists that a refusal names."""


def reject_claim(
    escalation: Escalation, user_id: str, form: Form | None, specialists: Collection[str]
) -> Rejected | None:
    """Return why this person may not have the escalation, or None if they may.

    `form` is that of the assigned queue. Where Slack names no specialists, for example on a plan without user groups,
    everybody may.
    """
    if form is None or form.others_may_claim or not specialists or user_id in specialists:
        return None
    people = tuple(sorted(specialists))[:NAMES]
    text = f"{escalation.reference} is for the specialists of #{escalation.channel}: {{people}}."
    return Rejected(escalation, text, people=people)
