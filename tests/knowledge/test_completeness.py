"""The completeness check of decision tables, through `slackguide check`: gaps, masked rules, tables too large."""

from __future__ import annotations

import time

import pytest

from slackguide.knowledge import InvalidKnowledgeError, load
from slackguide.triage import load_verified
from tests.knowledge.conftest import Copy

TEAM, SHARED = "team.yaml", "shared.yaml"
ENTRY = "id: parcels/lost"
ROUTES = """\
    routes:
      - when: [{days: 0..14}, valued]
        to: insurance-desk
      - when: {days: 0..14}
        to: parcel-desk
        because: it is still on the road
      - use: late
"""


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ("- {when: {days: 0..14}, to: parcel-desk}", "no rule for 15 days or more or not sent yet"),
        ("- {when: {days: [0..14, never]}, to: parcel-desk}", "no rule for 15 days or more"),
        ("- {when: {days: [15.., never]}, to: parcel-desk}", "no rule for 0 to 14 days"),
        ("- {when: {days: 0..}, to: parcel-desk}", "no rule for not sent yet"),
        ("- {when: {days: [0..6, 8.., never]}, to: parcel-desk}", "no rule for 7 days"),
        ("- {when: {insured: no}, to: parcel-desk}", "no rule for Insured: Yes"),
        ("- {when: {worth: little}, to: parcel-desk}", "no rule for Much or Not known"),
        ("- {when: {all: [{worth: much}, {worth: little}]}, to: parcel-desk}", "no rule for any case"),
        ("- {when: {any: [{worth: [little, unknown]}, {insured: yes}, {days: 0..9}]}, to: parcel-desk}",
         "no rule for 10 days or more or not sent yet, Much, Insured: No: add a rule"),
        ("- {when: {worth: much, insured: yes}, to: parcel-desk}",
         "no rule for Little or Not known; nor for Much, Insured: No"),
        ("- {when: {not: {worth: much}}, to: parcel-desk}", "no rule for Much"),
    ],
)  # fmt: skip
def test_a_case_that_no_rule_decides_is_named_in_a_message(routes: str, said: str, copy: Copy) -> None:
    copy.edit(TEAM, ROUTES, f"    routes:\n      {routes}\n")
    (found,) = [fault for fault in copy.faults() if "no rule for" in fault]
    assert found.startswith(f"{copy.at(TEAM, ENTRY)}: {said}")


def test_at_most_three_groups_of_cases_are_named(copy: Copy) -> None:
    left = ["days: 0..9, worth: little", "days: 10..19, worth: much", "days: 20..29, worth: unknown",
            "days: 30.., worth: little, insured: yes", "days: never, worth: much, insured: no"]  # fmt: skip
    holes = ", ".join(f"{{{case}}}" for case in left)
    copy.edit(TEAM, ROUTES, f"    routes:\n      - {{when: {{not: {{any: [{holes}]}}}}, to: parcel-desk}}\n")
    (found,) = [fault for fault in copy.faults() if "no rule for" in fault]
    assert found.count("; nor for") == 2
    assert "; and 2 more: add a rule, or a last one without `when`" in found
    for said in ("10 to 19 days, Much", "20 to 29 days, Not known"):
        assert said in found


def test_what_an_entry_fixes_can_still_be_stated_otherwise(copy: Copy) -> None:
    copy.edit(TEAM, ROUTES, "    fixes: {worth: much}\n    routes:\n      - {when: {worth: much}, to: parcel-desk}\n")
    assert "no rule for Little or Not known" in "".join(copy.faults())


@pytest.mark.parametrize(
    ("routes", "mark", "said"),
    [
        ("- {to: parcel-desk}\n      - {when: {worth: much}, to: insurance-desk}", "{when: {worth: much}",
         "this rule never applies: the rule on line 28 before it decides all its cases"),
        ("- {when: {worth: much}, to: parcel-desk}\n      - {when: {not: {worth: much}}, to: parcel-desk}\n"
         "      - {when: {insured: yes}, to: insurance-desk}\n      - {to: parcel-desk}", "{when: {insured: yes}",
         "this rule never applies: the rule on line 28 and the rule on line 29 before it decide all its cases"),
        ("- {when: {days: 5..9}, to: parcel-desk}\n      - {when: {days: 6..7}, to: insurance-desk}\n"
         "      - {to: parcel-desk}",
         "{when: {days: 6..7}", "the rule on line 28 before it decides all its cases"),
        ("- {when: [{worth: much}, {worth: little}], to: parcel-desk}\n      - {to: parcel-desk}", "{when: [{worth",
         "this rule never applies: its condition can never hold"),
        ("- {use: late}\n      - {when: {insured: yes}, to: insurance-desk}", "{when: {insured: yes}",
         "decide all its cases"),
    ],
)  # fmt: skip
def test_a_rule_that_decides_nothing_is_named_with_those_before_it(
    routes: str, mark: str, said: str, copy: Copy
) -> None:
    copy.edit(TEAM, ROUTES, f"    routes:\n      {routes}\n")
    at = copy.at(TEAM, mark)
    assert [fault for fault in copy.faults() if fault.startswith(f"{at}: ") and said in fault], copy.faults()


def test_a_shared_rule_may_decide_nothing_in_one_entry_where_it_does_in_another(copy: Copy) -> None:
    copy.edit(TEAM, "      - when: {days: 0..14}\n        to: parcel-desk\n        because: it is still on the road\n",
              "      - when: {days: 0..}\n        to: parcel-desk\n")  # fmt: skip
    (alone,) = copy.faults()
    assert alone.startswith(f"{copy.at(SHARED, 'when: {days: 15..}')}: ")
    assert "this rule never applies in any entry that uses `late`: in `parcels/lost`" in alone
    assert f"the rule at {copy.directory / TEAM}:30 before it" in alone
    copy.edit(TEAM, "    to: parcel-desk\n    source: Damaged", "    routes: late\n    source: Damaged")
    assert copy.check().status == 0


def test_a_shared_table_that_no_entry_uses_is_proven_by_itself(copy: Copy) -> None:
    text = "tables:\n  idle:\n    - {to: parcel-desk}\n    - {when: {days: 1}, to: insurance-desk}\n"
    (copy.directory / "idle.yaml").write_text(text, "utf-8")
    (found,) = copy.faults()
    assert found.startswith(f"{copy.at('idle.yaml', '{when')}: this rule never applies: the rule on line 3 before it")


def test_a_table_may_leave_cases_to_the_rules_after_it(copy: Copy) -> None:
    (copy.directory / "part.yaml").write_text(
        "tables:\n  part:\n    - {when: {days: 1}, to: insurance-desk}\n", "utf-8"
    )
    assert copy.check().status == 0


@pytest.mark.parametrize("kind", ["cases", "facts"])
def test_a_table_too_large_to_prove_is_a_fault_and_no_hang(kind: str, copy: Copy) -> None:
    names = [f"f{number}" for number in range(13 if kind == "facts" else 8)]
    values = ", ".join(f"v{value}: V{value}" for value in range(2 if kind == "facts" else 7))
    facts = "\n".join(f"  {name}: {{label: L, ask: Which?, kind: choice, values: {{{values}}}}}" for name in names)
    (copy.directory / "more.yaml").write_text(f"facts:\n{facts}\n", "utf-8")
    rules = "\n".join(
        f"      - {{when: {{{name}: v{value}}}, to: parcel-desk}}"
        for name in names
        for value in range(6 if kind == "cases" else 1)
    )
    copy.edit(TEAM, ROUTES, f"    routes:\n{rules}\n      - {{to: insurance-desk}}\n")
    started = time.process_time()
    (found,) = [fault for fault in copy.faults() if "parcels/lost" in fault]
    assert time.process_time() - started < 2
    assert found.startswith(f"{copy.at(TEAM, ENTRY)}: `parcels/lost` has {len(names)} facts and ")
    assert "at most 12 facts and 1,000,000 cases can be checked" in found


def test_an_entry_with_another_fault_in_its_rules_is_not_called_incomplete(copy: Copy) -> None:
    copy.edit(TEAM, "      - use: late\n", "      - {when: {days: 15.., worth: much}, to: nowhere}\n")
    assert not [fault for fault in copy.faults() if "no rule for" in fault]


def test_faults_of_tables_are_named_beside_all_others(copy: Copy) -> None:
    copy.edit(TEAM, "      - use: late\n", "")
    copy.edit(TEAM, "    to: parcel-desk\n    source: Damaged", "    to: parcel-dsk\n    source: Damaged")
    said = "\n".join(copy.faults())
    assert "no rule for 15 days or more or not sent yet" in said
    assert "unknown destination `parcel-dsk`" in said


def test_what_is_not_proven_is_not_used(copy: Copy) -> None:
    copy.edit(TEAM, "      - use: late\n", "")
    assert load(copy.directory)
    with pytest.raises(InvalidKnowledgeError, match="no rule for 15 days or more"):
        load_verified(copy.directory)
    ran = copy.shell("route", "--entry", "parcels/lost", "--knowledge", copy.directory)
    assert (ran.status, ran.out) == (2, "")
    assert "was not loaded" in ran.err
