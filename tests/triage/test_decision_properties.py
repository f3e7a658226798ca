"""Properties of every entry of the shipped knowledge base, for any known facts in any order."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackguide.guide import Guide
from slackguide.knowledge import Entry, KnowledgeBase
from slackguide.knowledge.conditions import FactValue, OneOf, facts_of
from slackguide.knowledge.conditions import tests_of as single_tests
from slackguide.triage import Triage
from slackguide.triage.engine import BRANCH_LIMIT
from tests.support.strategies import deciding_rule, holds, known_facts, relevant_facts, values

calmly = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def triage(guide: Guide) -> Triage:
    return guide.triage


@pytest.fixture(scope="module")
def deciding(knowledge: KnowledgeBase) -> list[Entry]:
    """Return the entries that decide by facts."""
    return [entry for entry in knowledge.entries.values() if relevant_facts(entry)]


def _given(entry: Entry) -> set[str]:
    return {test.fact for test in (*entry.fixes, *entry.assumes)}


@calmly
@given(data=st.data())
def test_with_every_fact_known_the_first_rule_that_holds_decides(
    data: st.DataObject, triage: Triage, knowledge: KnowledgeBase, deciding: list[Entry]
) -> None:
    entry = data.draw(st.sampled_from(deciding))
    case = data.draw(known_facts(entry, knowledge, whole=True))
    decision = triage.decide(entry.id, case)
    assert decision.destination == deciding_rule(entry, case).target
    assert decision.missing == ()
    assert decision.because


@calmly
@given(data=st.data())
def test_the_order_of_telling_changes_nothing(
    data: st.DataObject, triage: Triage, knowledge: KnowledgeBase, deciding: list[Entry]
) -> None:
    entry = data.draw(st.sampled_from(deciding))
    case = data.draw(known_facts(entry, knowledge))
    turned = dict(data.draw(st.permutations(list(case.items()))))
    assert triage.decide(entry.id, turned) == triage.decide(entry.id, case)


@calmly
@given(data=st.data())
def test_whichever_open_question_is_answered_next_the_case_ends_in_the_same_place(
    data: st.DataObject, triage: Triage, knowledge: KnowledgeBase, deciding: list[Entry]
) -> None:
    entry = data.draw(st.sampled_from([entry for entry in deciding if not entry.urgent]))
    case = {**data.draw(known_facts(entry, knowledge, whole=True)), **_as_given(data, entry, knowledge)}
    case |= _implied(case, knowledge)
    ends = []
    for best_first in (True, False):
        answered: dict[str, FactValue] = {}
        while missing := triage.decide(entry.id, answered).missing:
            name = missing[0] if best_first else data.draw(st.sampled_from(missing))
            assert name not in answered
            answered[name] = case[name]
        ends.append(triage.decide(entry.id, answered).destination)
    assert ends == [deciding_rule(entry, case).target] * 2


@calmly
@given(data=st.data())
def test_a_person_who_does_not_know_some_facts_is_never_asked_for_them_and_never_misled(
    data: st.DataObject, triage: Triage, knowledge: KnowledgeBase, deciding: list[Entry]
) -> None:
    entry = data.draw(st.sampled_from([entry for entry in deciding if not entry.urgent]))
    case = {**data.draw(known_facts(entry, knowledge, whole=True)), **_as_given(data, entry, knowledge)}
    case |= _implied(case, knowledge)
    unknown = frozenset(data.draw(st.sets(st.sampled_from(relevant_facts(entry)))))
    answered: dict[str, FactValue] = {}
    while name := (decision := triage.decide(entry.id, answered, unknown)).question:
        assert name not in unknown | answered.keys()
        answered[name] = case[name]
    true = deciding_rule(entry, case).target
    if decision.destination is not None:
        assert decision.destination == true
    else:
        assert set(decision.missing) <= unknown
        assert decision.missing
        places = {branch.destination for branch in triage.branches(entry.id, answered)}
        assert len(places) > 1
        assert true in places or len(triage.branches(entry.id, answered)) == BRANCH_LIMIT


@calmly
@given(data=st.data())
def test_once_nothing_is_missing_no_fact_left_unknown_could_have_changed_it(
    data: st.DataObject, triage: Triage, knowledge: KnowledgeBase, deciding: list[Entry]
) -> None:
    entry = data.draw(st.sampled_from([entry for entry in deciding if not entry.urgent]))
    some = data.draw(known_facts(entry, knowledge))
    decision = triage.decide(entry.id, some)
    if decision.missing:
        return
    rest = {**data.draw(known_facts(entry, knowledge, whole=True)), **_as_given(data, entry, knowledge), **some}
    implied = {name: value for name, value in _implied(rest, knowledge).items() if name not in some}
    assert deciding_rule(entry, {**rest, **implied}).target == decision.destination


@calmly
@given(data=st.data())
def test_what_is_missing_is_what_can_still_change_the_destination(
    data: st.DataObject, triage: Triage, knowledge: KnowledgeBase, deciding: list[Entry]
) -> None:
    entry = data.draw(st.sampled_from([entry for entry in deciding if not entry.urgent]))
    some = data.draw(known_facts(entry, knowledge))
    missing = triage.decide(entry.id, some).missing
    assert not set(missing) & some.keys()
    some = {**_implied({**_single_given(entry), **some}, knowledge), **some}
    untold = [name for name in relevant_facts(entry) if name not in some]
    options = {name: _possible(name, entry, knowledge) for name in untold}
    for name in untold:
        assert (name in missing) == _can_change(name, some, options, entry), name


@calmly
@given(data=st.data())
def test_a_range_of_days_decides_where_all_of_it_leads_to_one_place(
    data: st.DataObject, triage: Triage, knowledge: KnowledgeBase, deciding: list[Entry]
) -> None:
    name = "days_since_last_payment"
    entry = data.draw(st.sampled_from([entry for entry in deciding if name in relevant_facts(entry)]))
    case = {**data.draw(known_facts(entry, knowledge, whole=True))}
    low, high = sorted(data.draw(st.lists(st.integers(0, 120), min_size=2, max_size=2)))
    decision = triage.decide(entry.id, {**case, name: f"{low}..{high}"})
    places = {deciding_rule(entry, {**case, name: days}).target.id for days in range(low, high + 1)}
    assert (decision.destination.id if decision.destination else None) == (places.pop() if len(places) == 1 else None)
    assert decision.missing == (() if decision.destination else (name,))


def test_a_critical_entry_withholds_nothing(triage: Triage, knowledge: KnowledgeBase) -> None:
    urgent = [entry for entry in knowledge.entries.values() if entry.urgent]
    assert urgent
    for entry in urgent:
        decision = triage.decide(entry.id, {})
        assert decision.destination is not None
        assert decision.missing == ()
        assert decision.warnings[0] == entry.warnings[0].text


def _as_given(data: st.DataObject, entry: Entry, knowledge: KnowledgeBase) -> dict[str, FactValue]:
    """Values of the facts that the entry fixes or assumes, as it does."""
    return {
        name: data.draw(st.sampled_from(_possible(name, entry, knowledge)))
        for name in relevant_facts(entry)
        if name in _given(entry)
    }


def _single_given(entry: Entry) -> dict[str, FactValue]:
    """Return the facts for which the entry fixes or assumes one value."""
    given = [test for test in (*entry.fixes, *entry.assumes) if isinstance(test, OneOf) and len(test.values) == 1]
    return {test.fact: next(iter(test.values)) for test in given}


def _implied(case: Mapping[str, FactValue], knowledge: KnowledgeBase) -> dict[str, FactValue]:
    """Return the facts that others imply, as far as those are known."""
    return {
        implied.fact: implied.value
        for implied in knowledge.implied_facts
        if set(facts_of(implied.when)) <= case.keys() and holds(implied.when, case)
    }


def _possible(name: str, entry: Entry, knowledge: KnowledgeBase) -> list[FactValue]:
    tests = [test for test in (*entry.fixes, *entry.assumes) if test.fact == name]
    return [value for value in values(name, entry, knowledge) if all(holds(test, {name: value}) for test in tests)]


def _can_change(name: str, some: Mapping[str, FactValue], options: Mapping[str, list[FactValue]], entry: Entry) -> bool:
    """Return whether two cases with the same known facts that differ only in one fact have different destinations."""
    others = [other for other in options if other != name]
    cases: list[dict[str, FactValue]] = [dict(some)]
    for other in others:
        cases = [{**case, other: value} for case in cases for value in _told_apart(other, options[other], entry)]
    return any(
        len({deciding_rule(entry, {**case, name: value}).target.id for value in options[name]}) > 1 for case in cases
    )


def _told_apart(name: str, options: list[FactValue], entry: Entry) -> list[FactValue]:
    """One value for each way in which the rules' tests of a fact can turn out: fewer cases to go through."""
    tests = [test for rule in entry.rules for test in single_tests(rule.when) if test.fact == name]
    kinds: dict[tuple[bool, ...], FactValue] = {}
    for value in options:
        kinds.setdefault(tuple(holds(test, {name: value}) for test in tests), value)
    return list(kinds.values())
