import pytest

from slackguide.errors import UnusableInput
from slackguide.evaluation.gates import GATED, Bound, Gate, check, gates


def test_gates_are_read_in_order() -> None:
    assert gates("top1=0.95, top3=1", "at least") == (Gate("top1", "at least", 0.95), Gate("top3", "at least", 1.0))
    assert gates("ece=.05", "at most") == (Gate("ece", "at most", 0.05),)


@pytest.mark.parametrize("bound", ["at least", "at most"])
def test_how_often_it_answers_may_be_bounded_from_both_sides(bound: Bound) -> None:
    assert gates("answered=0.65", bound) == (Gate("answered", bound, 0.65),)


@pytest.mark.parametrize(
    ("text", "bound", "words"),
    [
        ("top1", "at least", "`top1` is no gate: --at-least takes NAME=NUMBER, like top1=0.95."),
        ("", "at least", "`` is no gate"),
        ("top1=0.9,", "at least", "`` is no gate"),
        ("top1=", "at least", "`top1=` is no gate"),
        ("ece<=0.05", "at most", "`ece<=0.05` is no gate: --at-most takes NAME=NUMBER, like ece=0.05."),
        ("top2=0.9", "at least", "unknown measure `top2`: did you mean `top1`?"),
        ("zzzzzz=0.9", "at least", "unknown measure `zzzzzz`: there are top1, top3"),
        ("top1=95", "at least", "`95` is no share: top1 takes a number from 0 to 1"),
        ("top1=nan", "at least", "`nan` is no share"),
        ("top1=often", "at least", "`often` is no share"),
        ("top1=0.9,top1=0.8", "at least", "`top1` is given twice"),
        ("ece=0.05", "at least", "of `ece` less is better: write --at-most ece=0.05."),
        ("top1=0.95", "at most", "of `top1` more is better: write --at-least top1=0.95."),
    ],
)
def test_what_is_no_gate_is_refused_in_words(text: str, bound: Bound, words: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        gates(text, bound)
    assert words in str(refused.value)


def test_a_bound_that_is_just_kept_is_kept() -> None:
    measured: dict[str, float | None] = dict.fromkeys(GATED)
    measured |= {"top1": 19 / 20, "ece": 0.05}
    wanted = [Gate("top1", "at least", 0.95), Gate("ece", "at most", 0.05)]
    assert [one.met for one in check(wanted, measured)] == [True, True]


def test_a_missed_gate_tells_by_how_much() -> None:
    measured: dict[str, float | None] = dict.fromkeys(GATED)
    measured |= {"top1": 0.9, "ece": 0.0712}
    wanted = [Gate("top1", "at least", 0.95), Gate("ece", "at most", 0.05), Gate("top3", "at least", 0.1)]
    found = check(wanted, measured)
    assert [one.met for one in found] == [False, False, False]
    assert str(found[0]) == "top1 is 0.9000, wanted at least 0.95: 0.0500 short"
    assert str(found[1]) == "ece is 0.0712, wanted at most 0.05: 0.0212 over"
    assert str(found[2]).startswith("top3 cannot be measured")
