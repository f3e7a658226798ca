from __future__ import annotations

from datetime import date

import pytest

from slackguide.evaluation.prediction import Prediction, prediction_of
from slackguide.guide import Asker, Concern, Guide, NoAnswer
from slackguide.guide.outcomes import Choices, RankedEntry
from slackguide.knowledge import load
from slackguide.matching import Alert
from tests.support.small_knowledge import write_knowledge

MATCHES = (RankedEntry("a/a", "A", 0.6), RankedEntry("b/b", "B", 0.3), RankedEntry("c/c", "C", 0.1))
RANKING = ("a/a", "b/b", "c/c")


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    return Guide(load(write_knowledge(tmp_path_factory.mktemp("knowledge"))))


@pytest.mark.parametrize(
    ("facts", "target", "missing"),
    [
        ({"floor": 1, "colour": "red"}, "vault", set()),
        ({"floor": 9}, "desk", set()),
        ({"floor": 1}, None, {"colour"}),
        ({}, None, {"floor", "colour"}),
    ],
)
def test_an_answer_tells_its_destination_or_what_it_hangs_on(
    guide: Guide, facts: dict[str, str | int], target: str | None, missing: set[str]
) -> None:
    outcome = guide.answer(Concern(facts=facts, entry="help/badge"), Asker(), today=date(2026, 11, 21))
    found = prediction_of(outcome)
    assert (found.outcome, found.shown, found.confidence) == ("answer", ("help/badge",), 1.0)
    assert (found.destination, set(found.missing)) == (target, missing)


def test_choices_show_only_what_is_offered() -> None:
    found = prediction_of(Choices(0.6, MATCHES, (Alert("x/fire", "look"),), offered=2))
    assert found == Prediction("choices", RANKING, 2, 0.6, ("x/fire",))
    assert (found.shown, found.first) == (("a/a", "b/b"), "a/a")


def test_near_misses_are_ranked_but_not_shown() -> None:
    found = prediction_of(NoAnswer(0.6, MATCHES, ()))
    assert (found.ranking, found.shown, found.first) == (RANKING, (), "a/a")
    assert prediction_of(NoAnswer(0.0, (), ())).first is None
