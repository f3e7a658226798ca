from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from slackguide.evaluation.table_diff import TableChange, TableDiff, diff_tables
from slackguide.knowledge import load
from tests.support.small_knowledge import SHIPPED, write_knowledge

BADGE = ("help/badge",)

Compare = Callable[[str, str], TableDiff]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    def compared(old: str, new: str) -> TableDiff:
        return diff_tables(
            load(write_knowledge(tmp_path / "old", rules=old)), load(write_knowledge(tmp_path / "new", rules=new))
        )

    return compared


def _routes(*rules: str) -> str:
    return "\n".join(["    routes:", *(f"      - {rule}" for rule in rules)])


def test_the_same_rules_change_nothing(compare: Compare) -> None:
    rules = _routes("{when: {floor: 0..2, colour: red}, to: vault}", "{to: desk}")
    assert compare(rules, rules) == TableDiff((), {})


def test_rules_written_otherwise_that_decide_alike_change_nothing(compare: Compare) -> None:
    one = _routes("{when: {floor: 0..2}, to: vault}", "{to: desk}")
    other = _routes("{when: {floor: 3.., colour: red}, to: desk}", "{when: {floor: 3..}, to: desk}", "{to: vault}")
    assert compare(one, other).changes == ()


def test_a_moved_limit_names_just_the_numbers_between(compare: Compare) -> None:
    found = compare(
        _routes("{when: {floor: 0..2, colour: red}, to: vault}", "{to: desk}"),
        _routes("{when: {floor: 0..5, colour: red}, to: vault}", "{to: desk}"),
    )
    assert found.changes == (TableChange(BADGE, "desk", "vault", 1, ("Floor: 3 to 5 floors; Colour: Red",)),)


def test_neighbouring_cells_are_read_out_as_one(compare: Compare) -> None:
    found = compare(
        _routes("{when: {floor: 0..2}, to: vault}", "{when: {floor: 3..9}, to: fire}", "{to: desk}"),
        _routes("{when: {floor: 0..2}, to: desk}", "{to: desk}"),
    )
    assert found.changes == (
        TableChange(BADGE, "fire", "desk", 1, ("Floor: 3 to 9 floors",)),
        TableChange(BADGE, "vault", "desk", 1, ("Floor: 0 to 2 floors",)),
    )
    both = compare(
        _routes("{when: {floor: 0..2}, to: vault}", "{when: {floor: 3..9, colour: red}, to: desk}", "{to: vault}"),
        _routes("{to: desk}"),
    )
    cases = ("Floor: 0 to 2 floors or more than 9 floors", "Colour: Green or Blue")
    assert both.changes == (TableChange(BADGE, "vault", "desk", 5, cases),)


def test_a_fact_that_only_the_new_rules_ask_for_is_reported(compare: Compare) -> None:
    found = compare("    to: desk", _routes("{when: {colour: [red, blue]}, to: vault}", "{to: desk}"))
    assert found.changes == (TableChange(BADGE, "desk", "vault", 1, ("Colour: Red or Blue",)),)


def test_another_single_destination_moves_every_case(compare: Compare) -> None:
    assert compare("    to: desk", "    to: vault").changes == (TableChange(BADGE, "desk", "vault", 1, ("",)),)


def test_cases_that_the_concern_rules_out_are_left_out(compare: Compare) -> None:
    fixed = "    fixes: {colour: red}\n"
    found = compare(
        fixed + _routes("{when: {colour: red}, to: vault}", "{to: desk}"),
        fixed + _routes("{when: {colour: red}, to: vault}", "{to: fire}"),
    )
    assert found.changes == ()
    free = compare(
        _routes("{when: {colour: red}, to: vault}", "{to: desk}"),
        _routes("{when: {colour: red}, to: vault}", "{to: fire}"),
    )
    assert [change.cases for change in free.changes] == [("Colour: Green or Blue",)]


def test_a_value_that_only_one_of_them_knows_is_no_case(tmp_path: Path) -> None:
    rules = _routes("{when: {colour: red}, to: vault}", "{to: desk}")
    old = write_knowledge(tmp_path / "old", rules=rules)
    new = write_knowledge(tmp_path / "new", rules=_routes("{when: {colour: [red, white]}, to: fire}", "{to: desk}"))
    page = new / "help.yaml"
    text = page.read_text(encoding="utf-8").replace("blue: Blue", "blue: Blue, white: White")
    page.write_text(text, encoding="utf-8")
    found = diff_tables(load(old), load(new))
    assert found.changes == (TableChange(BADGE, "vault", "fire", 1, ("Colour: Red",)),)


def test_a_fact_of_another_kind_cannot_be_compared(tmp_path: Path) -> None:
    rules = _routes("{when: {colour: red}, to: vault}", "{to: desk}")
    old = write_knowledge(tmp_path / "old", rules=rules)
    new = write_knowledge(tmp_path / "new", rules=_routes("{when: {colour: 0..5}, to: vault}", "{to: desk}"))
    page = new / "help.yaml"
    choice = "    kind: choice\n    values: {red: Red, green: Green, blue: Blue}"
    page.write_text(page.read_text(encoding="utf-8").replace(choice, "    kind: number"), encoding="utf-8")
    found = diff_tables(load(old), load(new))
    assert found == TableDiff((), {"help/badge": "the fact `colour` was choice and is number"})


def test_the_shipped_rules_against_themselves() -> None:
    knowledge = load(SHIPPED)
    assert diff_tables(knowledge, knowledge) == TableDiff((), {})
