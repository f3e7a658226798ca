"""Questions for the shipped knowledge, taken from it so that they stay valid when it is edited."""

from __future__ import annotations

from functools import cache

from slackguide.guide import Answer, Asker, Choices, Concern, Guide
from tests.support.app_harness import WEDNESDAY

TODAY = WEDNESDAY.date()

MEDIATION = "send a case to Mediation hourly contract last paid 12 days ago"
"""Answered by `disputes/send-to-mediation`; the destination depends on the client segment and the freelancer tier."""

UNKNOWN = "my goldfish sings opera at midnight"


@cache
def question_for(guide: Guide, entry_id: str) -> str:
    """Return a question that an agent gets this entry for."""
    for text in guide.knowledge.entries[entry_id].concerns:
        outcome = guide.answer(Concern(text), Asker(), today=TODAY)
        if isinstance(outcome, Answer) and outcome.entry.id == entry_id:
            return text
    raise AssertionError(f"{entry_id} answers none of its own phrasings")


@cache
def unclear_question(guide: Guide) -> str:
    """Return a question that is answered with choices."""
    for text in ("refund", "client was charged twice", "account", "client wants to close the contract"):
        if isinstance(guide.answer(Concern(text), Asker(), today=TODAY), Choices):
            return text
    raise AssertionError("no question is unclear")


@cache
def team_lead_entry(guide: Guide) -> str:
    """Return the id of an entry that agents do not see."""
    return sorted(guide.knowledge.hidden_from("agent"))[0]
