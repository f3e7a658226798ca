from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.errors import UnusableInput
from slackguide.evaluation.gates import Bound, Gate, GateSet, check_gates, read_gates
from tests.support.factories import observed
from tests.support.small_knowledge import SHIPPED

OBSERVATIONS = [
    observed("a/a", "answer", "a/a", confidence=0.9, file="q/one.jsonl", line=1),
    observed("a/a", "answer", "b/b", confidence=0.6, file="q/one.jsonl", line=2),
    observed("b/b", "choices", "a/a b/b", confidence=0.7, file="q/one.jsonl", line=3),
    observed("", "answer", "a/a", confidence=0.8, file="q/two.jsonl", line=1),
    observed("", "none", "", confidence=0.0, file="q/two.jsonl", line=2),
]


def gate_file(folder: Path, text: str) -> Path:
    path = folder / "gates.toml"
    path.write_text(text, encoding="utf-8")
    return path


def gate_set(gate: Gate, *patterns: str) -> GateSet:
    return GateSet("some", patterns, (gate,))


def test_gates_are_read_in_order(tmp_path: Path) -> None:
    path = gate_file(
        tmp_path,
        """
        [[sets]]
        name = "all questions"
        at_least = {top1 = 0.95, top3 = 1}
        at_most = {ece = 0.05}
        [[sets]]
        name = "new ones"
        files = ["new-*", "newest"]
        at_most = {answered = 0.2}
        """,
    )
    assert read_gates(path) == (
        GateSet(
            "all questions",
            (),
            (Gate("top1", "at least", 0.95), Gate("top3", "at least", 1.0), Gate("ece", "at most", 0.05)),
        ),
        GateSet("new ones", ("new-*", "newest"), (Gate("answered", "at most", 0.2),)),
    )


def test_the_shipped_gates_name_files_that_are_there() -> None:
    files = list((SHIPPED / "questions").glob("*.jsonl"))
    for one in read_gates(SHIPPED / "gates.toml"):
        for pattern in one.patterns:
            alone = GateSet(one.name, (pattern,), one.gates)
            assert any(alone.covers(str(file)) for file in files), f"{one.name}: {pattern}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sets = 3 3", "is not TOML"),
        ("", "sets: Field required"),
        ('[[sets]]\nname = "a"\nat_leest = {top1 = 0.9}', "sets.0.at_leest: Extra inputs are not permitted"),
        (
            '[[sets]]\nname = "a"\nat_least = {top1 = 95}',
            "sets.0.at_least.top1: Input should be less than or equal to 1",
        ),
        ('[[sets]]\nname = "a"\nat_least = {top1 = nan}', "sets.0.at_least.top1: "),
        ('[[sets]]\nname = "a"\nat_least = {top1 = "often"}', "sets.0.at_least.top1: Input should be a valid number"),
        ('[[sets]]\nname = "a"', "the set `a` has no gate"),
        ('[[sets]]\nname = "a"\nat_least = {top2 = 0.9}', "`a`: unknown measure `top2`: did you mean `top1`?"),
        ('[[sets]]\nname = "a"\nat_least = {zzzzzz = 0.9}', "unknown measure `zzzzzz`: there are top1, top3"),
        ('[[sets]]\nname = "a"\nat_least = {ece = 0.05}', "of `ece` less is better: put it under at_most."),
        ('[[sets]]\nname = "a"\nat_most = {top1 = 0.95}', "of `top1` more is better: put it under at_least."),
    ],
)
def test_a_faulty_file_is_rejected_with_a_message(tmp_path: Path, text: str, words: str) -> None:
    path = gate_file(tmp_path, text)
    with pytest.raises(UnusableInput) as refused:
        read_gates(path)
    assert str(refused.value).startswith(str(path))
    assert words in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"none\.toml cannot be read: No such file"):
        read_gates(tmp_path / "none.toml")


@pytest.mark.parametrize("bound", ["at_least", "at_most"])
def test_how_often_it_answers_may_be_bounded_from_both_sides(tmp_path: Path, bound: str) -> None:
    (found,) = read_gates(gate_file(tmp_path, f'[[sets]]\nname = "a"\n{bound} = {{answered = 0.65}}'))
    assert found.gates[0].metric == "answered"


@pytest.mark.parametrize(
    ("measure", "bound", "value", "met"),
    [
        ("top1", "at least", 1 / 3, True),
        ("top1", "at least", 0.34, False),
        ("answered_out_of_scope", "at most", 0.5, True),
        ("answered_out_of_scope", "at most", 0.49, False),
        ("critical_first", "at least", 0.0, False),  # nothing to take it of
    ],
)
def test_a_bound_that_is_just_met_passes(measure: str, bound: Bound, value: float, met: bool) -> None:
    (found,) = check_gates([gate_set(Gate(measure, bound, value))], OBSERVATIONS, critical=frozenset())
    assert found.met is met


def test_a_set_measures_the_files_that_it_names_alone() -> None:
    top1 = Gate("top1", "at least", 0.9)
    inside, outside, unasked = check_gates(
        [gate_set(top1, "on*"), gate_set(top1, "two"), gate_set(top1, "three")], OBSERVATIONS, critical=frozenset()
    )
    assert inside.measured == pytest.approx(1 / 3)
    assert (outside.measured, unasked.measured) == (None, None)
    assert str(inside) == "top1 of some is 0.3333, wanted at least 0.9: 0.5667 short"
    assert str(unasked).startswith("top1 of some cannot be measured")


@pytest.mark.parametrize(
    ("gate", "lines"),
    [
        (Gate("top1", "at least", 1.0), ["one:3", "one:2"]),
        (Gate("answer_precision_all", "at least", 1.0), ["two:1", "one:2"]),
        (Gate("answered", "at most", 0.0), ["one:1", "one:2"]),
        (Gate("answered", "at least", 1.0), ["one:3"]),
        (Gate("answered_out_of_scope", "at most", 0.0), ["two:1"]),
        (Gate("ece", "at most", 0.0), []),
    ],
)
def test_the_questions_against_a_gate_come_surest_first(gate: Gate, lines: list[str]) -> None:
    (found,) = check_gates([gate_set(gate)], OBSERVATIONS, critical=frozenset())
    assert [f"{Path(one.case.file).stem}:{one.case.line}" for one in found.misses] == lines
