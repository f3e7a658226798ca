"""The rows of a decision table and its flowchart are equal to the table."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from slackguide.guide import Guide
from slackguide.knowledge import KnowledgeBase
from slackguide.triage.mermaid import flowchart
from slackguide.triage.regions import split_into_regions
from slackguide.triage.table_rows import table_rows
from tests.support.strategies import DECIDING, deciding_rule, known_facts

ARROW = re.compile(r'^    (\w+) -->\|"(.*)"\| (\w+)$')
BOX = re.compile(r'^    (\w+)(?:\{"(.*)"\}|\["(.*)"\])$')


@settings(deadline=None)
@given(region=arrays.arrays(np.bool_, arrays.array_shapes(min_dims=0, max_dims=4, max_side=4)))
def test_boxes_divide_a_region(region: np.ndarray) -> None:
    covered = np.zeros(region.shape, dtype=int)
    for box in split_into_regions(region):
        covered[np.ix_(*box) if box else ()] += 1
    assert (covered == region).all()


@pytest.mark.parametrize("told_facts", [{}, {"contract_type": "hourly"}, {"days_since_last_payment": "20..70"}])
def test_each_case_stands_in_one_row(told_facts: dict[str, str], guide: Guide, knowledge: KnowledgeBase) -> None:
    for id, entry in knowledge.entries.items():
        table = guide.triage.table(id)
        stored = table.restrict(table.possible_cells(told_facts))
        usual = stored.possible_cells(told_facts, entry)
        covered = np.zeros(stored.rule_index.shape, dtype=int)
        for row in table_rows(table, entry, told_facts, knowledge.facts):
            choices = []
            for axis, name in enumerate(stored.facts):
                meant = usual[axis] if row.expected else range(len(stored.cells[axis]))
                cells = row.when.get(name, stored.cells[axis])
                choices.append([number for number in meant if stored.cells[axis][number] in cells])
            at = np.ix_(*choices) if choices else ()
            covered[at] += 1
            assert {stored.rules[number].location for number in np.unique(stored.rule_index[at])} == {row.rule.location}
        assert (covered == 1).all(), id


def test_expected_rows_come_first_and_are_those_of_the_concern(guide: Guide, knowledge: KnowledgeBase) -> None:
    entry = knowledge.entries["disputes/client-retention"]
    found = table_rows(guide.triage.table(entry.id), entry, {}, knowledge.facts)
    expected = [row.expected for row in found]
    assert expected == sorted(expected, reverse=True)
    assert {False, True} == set(expected)
    assert not [row for row in found if row.expected and "concern_is_uir" in row.when]


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_following_the_arrows_of_a_flowchart_leads_where_the_rules_do(
    data: st.DataObject, guide: Guide, knowledge: KnowledgeBase
) -> None:
    entry = knowledge.entries[data.draw(st.sampled_from([DECIDING, "disputes/fixed-price-freelancer"]))]
    case = data.draw(known_facts(entry, knowledge, whole=True))
    fixed = {"contract_type": "fixed_price", "reporter": "freelancer"} if entry.fixes else {}
    case |= {"payment_kind": "work", **fixed}  # what the entries fix or take for granted
    lines = flowchart(guide.triage.table(entry.id), entry, {}, knowledge.facts).split("\n")
    asked = {fact.ask: name for name, fact in knowledge.facts.items()}
    texts = {found[1]: found[2] or found[3] for line in lines if (found := BOX.match(line))}
    at = lines[2].rsplit(" ", 1)[1]
    while at.startswith("q"):
        name = asked[texts[at]]
        answers = {found[3]: found[2] for line in lines if (found := ARROW.match(line)) and found[1] == at}
        (at,) = [to for to, label in answers.items() if _answers(name, case[name], label, knowledge)]
    assert texts[at].split("<br>")[0] == deciding_rule(entry, case).target.name


def _answers(name: str, value: str | int, label: str, knowledge: KnowledgeBase) -> bool:
    """Whether an arrow's label is the answer, read as a person would."""
    fact = knowledge.facts[name]
    if isinstance(value, int):
        spans = [(int(a), int(b)) for a, b in re.findall(r"(\d+) to (\d+)", label)]
        spans += [(int(a), 10**9) for a in re.findall(r"(\d+) days or more", label)]
        return any(low <= value <= high for low, high in spans) or "any number" in label
    if value == "never":
        return str(fact.never) in label
    shown = fact.values[value].say or fact.values[value].label if fact.kind == "yes_no" else fact.value_label(value)
    if " other than " in label:
        return shown not in re.split(", | or ", label.split(" other than ")[1])
    return shown in re.split(", | or ", label)


def test_a_flowchart_is_small_enough_to_follow(guide: Guide, knowledge: KnowledgeBase) -> None:
    for id, entry in knowledge.entries.items():
        chart = flowchart(guide.triage.table(id), entry, {}, knowledge.facts)
        boxes = [box for line in chart.split("\n") if (box := BOX.match(line))]
        assert 1 <= len(boxes) <= 40, id
        assert all(box[2] or box[3] for box in boxes), id
