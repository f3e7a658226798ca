"""What is asked of a person who does not know a fact, and which answers are offered."""

from __future__ import annotations

from datetime import date

import pytest

from slackguide.guide import Answer, Asker, Concern, Guide
from slackguide.knowledge.conditions import FactValue

MEDIATION = "disputes/send-to-mediation"
CLIENT_HOURLY: dict[str, FactValue] = {"reporter": "client", "contract_type": "hourly"}


def test_the_next_question_is_about_something_else(guide: Guide) -> None:
    decision = guide.triage.decide(MEDIATION, CLIENT_HOURLY, frozenset({"days_since_last_payment"}))
    assert decision.question == "client_segment"
    assert decision.missing[-1] == "days_since_last_payment"
    assert decision.destination is None


def test_a_fact_that_is_to_be_known_first_does_not_block_the_others(guide: Guide) -> None:
    decision = guide.triage.decide(MEDIATION, {"reporter": "client"}, frozenset({"contract_type"}))
    assert decision.question in {"days_since_last_payment", "funds_in_escrow", "client_segment"}
    assert decision.missing[-1] == "contract_type"


def test_the_decision_stays_open_when_nothing_else_can_be_asked(guide: Guide) -> None:
    known: dict[str, FactValue] = {**CLIENT_HOURLY, "days_since_last_payment": 12}
    unknown = frozenset({"client_segment", "freelancer_tier"})
    decision = guide.triage.decide(MEDIATION, known, unknown)
    assert (decision.destination, decision.question) == (None, None)
    assert set(decision.missing) == unknown
    places = {branch.destination.id for branch in guide.triage.branches(MEDIATION, known)}
    assert places == {"mediation-enterprise", "hv-mediation", "mediation-tier-1"}


def test_what_cannot_narrow_the_destinations_is_not_asked(guide: Guide) -> None:
    """Without the segment, an Enterprise client stays possible: the tier is worth a question, the escrow is not."""
    known: dict[str, FactValue] = {**CLIENT_HOURLY, "days_since_last_payment": 12}
    decision = guide.triage.decide(MEDIATION, known, frozenset({"client_segment"}))
    assert decision.missing == ("freelancer_tier", "client_segment")
    assert (
        guide.triage.decide(MEDIATION, {**known, "freelancer_tier": "regular"}, frozenset({"client_segment"})).question
        is None
    )


def test_a_fact_that_is_not_known_changes_nothing_where_it_does_not_matter(guide: Guide) -> None:
    known: dict[str, FactValue] = {**CLIENT_HOURLY, "days_since_last_payment": 45}
    decision = guide.triage.decide(MEDIATION, known, frozenset({"client_segment", "funds_in_escrow"}))
    assert decision == guide.triage.decide(MEDIATION, known)
    assert decision.destination is not None


def test_what_the_words_state_is_known_all_the_same(guide: Guide) -> None:
    concern = Concern(
        "hourly, last paid 12 days ago", entry=MEDIATION, unknown=frozenset({"contract_type", "client_segment"})
    )
    answer = guide.answer(concern, Asker(), today=date(2026, 11, 20))
    assert isinstance(answer, Answer)
    assert answer.decision.known_facts["contract_type"] == "hourly"
    assert answer.decision.question == "freelancer_tier"


@pytest.mark.parametrize(
    ("known", "offered"),
    [
        ({"contract_type": "hourly"}, ["0..30", "31..60", "61..90", "91..", "never"]),
        ({"contract_type": "hourly", "client_segment": "mid_market"}, ["0..30", "31..90", "91..", "never"]),
        ({"contract_type": "direct_contract"}, ["0..7", "8..", "never"]),
    ],
)
def test_ranges_that_lead_to_the_same_destination_are_one_answer(
    known: dict[str, FactValue], offered: list[str], guide: Guide
) -> None:
    cells = guide.triage.cells(MEDIATION, "days_since_last_payment", known)
    assert [cell.sample_value for cell in cells] == offered
    for cell in cells:
        merged = guide.triage.decide(MEDIATION, {**known, "days_since_last_payment": cell.sample_value})
        assert "days_since_last_payment" not in merged.missing


def test_every_cell_is_offered_when_nothing_is_known(guide: Guide) -> None:
    cells = guide.triage.cells(MEDIATION, "days_since_last_payment")
    assert [cell.sample_value for cell in cells] == ["0..7", "8..30", "31..60", "61..90", "91..", "never"]
