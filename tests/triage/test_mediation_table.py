"""Every entry that uses the shared rules for Mediation decides a case alike, whichever entry was matched."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackguide.guide import Guide
from slackguide.knowledge import Entry, KnowledgeBase
from slackguide.knowledge.conditions import FactValue
from tests.support.strategies import holds

Case = dict[str, FactValue]

VALUES: dict[str, tuple[FactValue, ...]] = {
    "payment_kind": ("work", "bonus"),
    "contract_type": ("hourly", "fixed_price", "direct_contract", "project_catalog"),
    "reporter": ("client", "freelancer"),
    "contract_status": ("active", "ended"),
    "funds_in_escrow": ("yes", "no"),
    "milestone": ("refused", "partial", "other"),
    "days_since_last_payment": (7, 8, 30, 31, 60, 61, 90, 91, "never"),
    "client_segment": ("vsb", "vsb_plus", "enterprise"),
    "freelancer_tier": ("regular", "top_rated"),
}
"""Values on both sides of every limit in the guide."""

OTHER: Case = {"only_problem": "no", "concern_is_uir": "no"}
"""What entries ask beside the shared rules, answered so that the shared rules decide."""

FREE = ("disputes/send-to-mediation", "disputes/high-value", "disputes/not-eligible")
"""Entries that fix nothing: they have to agree whatever is known."""


@pytest.fixture(scope="module")
def using(knowledge: KnowledgeBase) -> list[Entry]:
    return [e for e in knowledge.entries.values() if any(rule.table == "mediation" for rule in e.rules)]


def _cases() -> Iterator[Case]:
    for values in product(*VALUES.values()):
        yield dict(zip(VALUES, values, strict=True))


def test_every_entry_that_can_send_to_mediation_uses_the_shared_rules(
    knowledge: KnowledgeBase, using: list[Entry]
) -> None:
    assert {e.id for e in using} == {
        *FREE, "disputes/fixed-price-client", "disputes/fixed-price-freelancer", "disputes/direct-contract",
        "disputes/project-catalog", "disputes/enterprise", "disputes/client-retention", "disputes/bonus-payments",
        "disputes/abusive-communication",
    }  # fmt: skip
    queues = {"mediation-tier-1", "hv-mediation", "catalog-mediation", "mediation-enterprise"}
    sending = {e.id for e in knowledge.entries.values() if queues & {rule.target.id for rule in e.rules}}
    queue_alone = {"disputes/mediation-update", "disputes/change-terms"}
    named_by_the_guide = {"disputes/ae-still-suspended"}
    assert sending == {e.id for e in using} | queue_alone | named_by_the_guide


def test_the_same_facts_lead_to_the_same_place(guide: Guide, knowledge: KnowledgeBase, using: list[Entry]) -> None:
    shared = knowledge.tables["mediation"]
    for case in _cases():
        expected = next(rule for rule in shared if holds(rule.when, case)).target.id
        for entry in using:
            table = guide.triage.table(entry.id)
            full = {**OTHER, **case}
            at = tuple(
                next(number for number, cell in enumerate(cells) if cell.holds(full[name]))
                for name, cells in zip(table.facts, table.cells, strict=True)
            )
            assert table.rules[table.rule_index[at]].target.id == expected, (entry.id, case)


@settings(deadline=None, max_examples=150)
@given(case=st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}))
def test_what_is_known_of_a_case_is_decided_or_asked_alike(case: Case, guide: Guide, using: list[Entry]) -> None:
    decisions = {id: guide.triage.decide(id, case) for id in FREE}
    first = decisions[FREE[0]]
    for decision in decisions.values():
        assert decision.destination == first.destination
        assert decision.missing == first.missing
    for entry in using:
        decision = guide.triage.decide(entry.id, {**OTHER, **case})
        if first.destination is not None and not {test.fact for test in entry.fixes} - {*case, *OTHER}:
            assert decision.destination == first.destination, entry.id


@settings(deadline=None, max_examples=60)
@given(case=st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}))
def test_a_case_that_is_not_eligible_names_no_queue_and_says_what_else_to_do(
    case: Case, guide: Guide, using: list[Entry]
) -> None:
    for entry in using:
        decision = guide.triage.decide(entry.id, {**OTHER, **case})
        assert decision.destination is not None
        if decision.destination.kind == "not_eligible":
            text = " ".join((*decision.warnings, *decision.path))
            assert "_CX420" not in text
            assert "Client Contract Issues Best Practices" in text
            assert "Request to Contact a Freelancer/Client" in text
            assert decision.note is None


def test_cautions_on_the_hand_over_stand_only_where_a_case_is_handed_to_mediation(guide: Guide) -> None:
    case: Case = {"contract_type": "hourly", "client_segment": "vsb", "freelancer_tier": "regular"}
    mediated = guide.triage.decide("disputes/send-to-mediation", {**case, "days_since_last_payment": 12})
    retained = guide.triage.decide("disputes/send-to-mediation", {**case, "days_since_last_payment": 45})
    assert [text for text in mediated.cautions if "save as OPEN" in text]
    assert retained.cautions == ()


def test_an_active_contract_is_closed_first_unless_the_milestone_is_an_exception(guide: Guide) -> None:
    case: Case = {"client_segment": "vsb_plus", "contract_status": "active"}
    hourly = {**case, "contract_type": "hourly", "days_since_last_payment": 10}
    exception = {**case, "contract_type": "fixed_price", "reporter": "freelancer", "milestone": "refused"}
    for id in FREE:
        assert [step for step in guide.triage.decide(id, hourly).path if "close it first" in step]
        assert not [step for step in guide.triage.decide(id, exception).path if "close it first" in step]


def test_only_a_payment_for_work_is_assumed(using: list[Entry]) -> None:
    for entry in using:
        assert {test.fact for test in entry.assumes} <= {"payment_kind"}, entry.id


@settings(deadline=None, max_examples=60)
@given(case=st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}))
def test_an_hourly_contract_is_not_asked_about_escrow(case: Case, guide: Guide, using: list[Entry]) -> None:
    case = {**case, "contract_type": "hourly"}
    case.pop("funds_in_escrow", None)
    for entry in using:
        assert "funds_in_escrow" not in guide.triage.decide(entry.id, case).missing, entry.id


@pytest.mark.parametrize("id", ["disputes/mediation-update", "disputes/change-terms"])
def test_a_solved_ticket_goes_to_the_queue_of_the_case_without_limits_of_time(id: str, guide: Guide) -> None:
    for contract, segment, tier in product(
        ("hourly", "fixed_price"), *(VALUES[n] for n in ("client_segment", "freelancer_tier"))
    ):
        case: Case = {"contract_type": contract, "client_segment": segment, "freelancer_tier": tier}
        recent = {**case, "days_since_last_payment": 12, "funds_in_escrow": "no"}
        expected = guide.triage.decide("disputes/send-to-mediation", recent).destination
        solved = guide.triage.decide(id, {**case, "mediation_ticket": "solved", "days_since_last_payment": 200})
        if (id, contract) != ("disputes/change-terms", "hourly"):
            assert solved.destination == expected
