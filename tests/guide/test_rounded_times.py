"""A time in whole weeks or months is asked where one day more or less leads elsewhere."""

from __future__ import annotations

from datetime import date

import pytest

from slackguide.guide import Answer, Asker, Concern, Guide
from slackguide.knowledge.conditions import FactValue

DAYS = "days_since_last_payment"
TODAY = date(2026, 11, 21)


def _answer(guide: Guide, text: str, entry: str = "disputes/send-to-mediation", **facts: FactValue) -> Answer:
    outcome = guide.answer(Concern(text, facts=facts, entry=entry), Asker(), today=TODAY)
    assert isinstance(outcome, Answer)
    return outcome


@pytest.mark.parametrize(
    "text",
    [
        "hourly, VSB+, paid a month ago",
        "hourly, VSB+, last payment 1 month ago",
        "hourly, VSB, regular freelancer, paid 2 months ago",
        "hourly, VSB+, paid three months ago",
    ],
)
def test_months_at_a_limit_are_asked(text: str, guide: Guide) -> None:
    answer = _answer(guide, text)
    assert answer.decision.destination is None
    assert answer.decision.missing == (DAYS,)
    assert "either side of a limit" in answer.unclear[DAYS]
    assert DAYS not in answer.decision.known_facts


def test_a_week_is_asked_where_the_limit_is_a_week(guide: Guide) -> None:
    asked = _answer(guide, "released the escrow a week ago", "disputes/direct-contract")
    assert asked.decision.missing[0] == DAYS
    taken = _answer(guide, "hourly, VSB+, paid a week ago")
    assert taken.decision.destination is not None
    assert taken.decision.known_facts[DAYS] == 7


@pytest.mark.parametrize(
    ("text", "days"),
    [("paid 30 days ago", 30), ("paid 2 weeks ago", 14), ("last payment 1 month and 5 days ago", 35)],
)
def test_exact_times_and_times_away_from_a_limit_are_taken(text: str, days: int, guide: Guide) -> None:
    answer = _answer(guide, f"hourly, VSB+, {text}")
    assert answer.decision.destination is not None
    assert answer.decision.known_facts[DAYS] == days
    assert not answer.unclear


def test_what_the_agent_states_is_not_questioned(guide: Guide) -> None:
    answer = _answer(guide, "hourly, paid a month ago", days_since_last_payment=30, client_segment="vsb_plus")
    assert DAYS not in answer.unclear


@pytest.mark.parametrize("text", ["sent to CE 2 days ago, not urgent", "not urgent, with CE since two days"])
def test_days_at_a_limit_of_hours_are_asked(text: str, guide: Guide) -> None:
    answer = _answer(guide, text, "ce/follow-up-sla")
    assert answer.decision.missing == ("hours_since_sent_to_ce",)
    assert "either side of a limit" in answer.unclear["hours_since_sent_to_ce"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [("sent to CE 48h ago", 48), ("sent to CE 48 hours ago", 48), ("sent to CE yesterday", 24), ("with CE 4 days", 96)],
)
def test_hours_and_days_away_from_a_limit_are_taken(text: str, hours: int, guide: Guide) -> None:
    answer = _answer(guide, f"{text}, not urgent", "ce/follow-up-sla")
    assert answer.decision.destination is not None
    assert answer.decision.known_facts["hours_since_sent_to_ce"] == hours
