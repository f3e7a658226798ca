"""A shared table included under a condition, and facts that others imply."""

from __future__ import annotations

import pytest

from slackguide.triage import Triage, load_verified
from tests.knowledge.conftest import Copy

TEAM, SHARED = "team.yaml", "shared.yaml"
ROUTE = "    to: parcel-desk\n    source: Damaged"
BOUGHT = "    implied: {when: {worth: little}, value: 'no', because: Nobody insures what is worth little}\n"


def test_a_table_included_under_a_condition_decides_only_those_cases(copy: Copy) -> None:
    copy.edit(
        TEAM,
        ROUTE,
        "    routes:\n      - {when: {insured: 'yes'}, use: late, because: it is insured, path: [Call them.]}\n"
        "      - to: parcel-desk\n    source: Damaged",
    )
    triage = Triage(load_verified(copy.directory))
    insured = triage.decide("parcels/damaged", {"insured": "yes", "days": 20, "worth": "much"})
    without = triage.decide("parcels/damaged", {"insured": "no", "days": 20, "worth": "much"})
    assert without.destination is not None
    assert without.destination.id == "parcel-desk"
    assert insured.destination == triage.decide("parcels/lost", {"days": 20, "worth": "much"}).destination
    assert "Call them." in insured.path
    assert "Call them." not in without.path


def test_an_implied_fact_is_not_asked_but_stated_in_the_reasons(copy: Copy) -> None:
    copy.edit(
        TEAM,
        ROUTE,
        "    routes:\n      - {when: {insured: 'yes', worth: [much, little]}, to: insurance-desk}\n"
        "      - to: parcel-desk\n    source: Damaged",
    )
    copy.edit(SHARED, "  insured:\n", "  insured:\n" + BOUGHT)
    triage = Triage(load_verified(copy.directory))
    implied = triage.decide("parcels/damaged", {"worth": "little"})
    assert implied.destination is not None
    assert implied.destination.id == "parcel-desk"
    assert implied.known_facts == {"worth": "little"}
    assert "Nobody insures what is worth little." in " ".join(implied.because)
    assert triage.decide("parcels/damaged", {"worth": "much"}).missing == ("insured",)
    stated = triage.decide("parcels/damaged", {"worth": "little", "insured": "yes"})
    assert stated.destination is not None
    assert stated.destination.id == "insurance-desk"
    assert [branch.destination.id for branch in triage.branches("parcels/damaged", {"worth": "little"})] == [
        "parcel-desk"
    ]


@pytest.mark.parametrize(
    ("implied", "said"),
    [
        ("{when: {worth: little}, value: maybe, because: x}", "`maybe` is not a value of `insured`"),
        ("{when: {worh: little}, value: 'no', because: x}", "unknown fact `worh`: did you mean `worth`?"),
        ("{when: {insured: 'no'}, value: 'no', because: x}", "`insured` cannot imply itself"),
        ("{value: 'no', because: x}", "`when` is missing"),
    ],
)
def test_a_faulty_implication_is_reported_where_it_stands(implied: str, said: str, copy: Copy) -> None:
    copy.edit(SHARED, "  insured:\n", f"  insured:\n    implied: {implied}\n")
    faults = copy.faults()
    assert [fault for fault in faults if said in fault], faults


def test_a_number_cannot_be_implied(copy: Copy) -> None:
    copy.edit(SHARED, "  days:\n", "  days:\n    implied: {when: {worth: little}, value: '3', because: x}\n")
    assert "only a choice or a yes_no fact can be implied" in "".join(copy.faults())


@pytest.mark.parametrize(
    ("worth", "insured", "said"),
    [
        ("[insurd]", "[]", "unknown fact `insurd`: did you mean `insured`?"),
        ("[insured]", "[worth]", "`insured` is asked after `worth`: remove one of the two"),
        ("[worth]", "[]", "`worth` is asked after `worth`: remove one of the two"),
    ],
)
def test_a_faulty_order_of_questions_is_reported(worth: str, insured: str, said: str, copy: Copy) -> None:
    copy.edit(SHARED, "    label: Worth\n    ask: What", f"    after: {worth}\n    label: Worth\n    ask: What")
    copy.edit(SHARED, "  insured:\n", f"  insured:\n    after: {insured}\n")
    faults = copy.faults()
    assert [fault for fault in faults if said in fault], faults
