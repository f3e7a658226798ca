"""The calibration that a knowledge base yields of itself, and the decisions on top of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackguide.matching import EntryDocument, Matcher, Vocabulary
from slackguide.matching.calibration import calibrate, learn_shift, leave_out
from slackguide.matching.matcher import ANSWER_FROM, CERTAIN_FROM, FEW_WORDS_FROM
from slackguide.matching.scoring import shipped_weights
from tests.matching.conftest import DOCUMENTS, VOCABULARY

LAPTOP = EntryDocument(
    id="it/laptop",
    title="Laptop does not start",
    phrasings=("laptop does not start", "notebook will not boot", "computer stays dark when I press the button"),
    body="Hold the power button for ten seconds, then ask the service desk.",
)
MEDIATION = "both sides disagree about the paid milestone"


def shifted(matcher: Matcher, text: str, confidence: float) -> Matcher:
    """Return the matcher with the confidence for this text shifted to about `confidence`."""
    for tenths in range(-150, 150):
        shift = tenths / 10.0
        moved = matcher.with_calibration(replace(matcher.calibration, question_shift=shift))
        if moved.match(text).confidence >= confidence:
            return moved
    raise AssertionError("no shift reaches this confidence")


def test_the_same_base_yields_the_same_calibration() -> None:
    assert calibrate(DOCUMENTS, VOCABULARY) == calibrate(DOCUMENTS, VOCABULARY)


def test_examples_are_matched_against_an_index_that_lacks_them() -> None:
    examples = leave_out(DOCUMENTS, VOCABULARY)
    assert {bool(one.ids) for one in examples} == {True, False}
    for one in examples:
        assert one.ids <= set(one.matcher.ids)
        assert all(one.matcher.nearest(one.scored, at).max() < 0.99 for at in range(len(one.matcher.ids)))


@pytest.mark.parametrize("phrasings", [1, 3])
def test_a_base_of_one_entry_answers_a_paraphrase_and_nothing_else(phrasings: int) -> None:
    documents = (replace(LAPTOP, phrasings=LAPTOP.phrasings[:phrasings]),)
    matcher = Matcher(documents, Vocabulary()).with_calibration(calibrate(documents, Vocabulary()))
    assert matcher.match("my laptop won't start").outcome == "answer"
    for text in ("what is the weather today", "the printer is out of paper", "how do I book a room"):
        assert matcher.match(text).outcome == "none"


def test_a_base_without_phrasings_keeps_the_shipped_calibration() -> None:
    documents = (replace(LAPTOP, phrasings=()),)
    assert calibrate(documents, Vocabulary()) == shipped_weights().calibration


@pytest.mark.parametrize("odds", [-3.0, 0.0, 2.0])
def test_the_shift_follows_the_labels_as_far_as_there_are_many(odds: float) -> None:
    assert learn_shift([]) == 0.0
    few, many = (learn_shift([(odds, True)] * count + [(odds, False)] * count) for count in (2, 200))
    assert abs(many + odds) < 0.1, "half of them are right"
    assert abs(few) <= abs(many)
    assert learn_shift([(odds, True)] * 20) > 0.0 > learn_shift([(odds, False)] * 20)


def test_labels_say_how_far_off_the_odds_are(calibrated: Matcher) -> None:
    first, odds = calibrated.first(MEDIATION)
    assert first == calibrated.match(MEDIATION).matches[0].id
    moved = replace(calibrated.calibration, question_shift=calibrated.calibration.question_shift - 1.5)
    again, lower = calibrated.with_calibration(moved).first(MEDIATION)
    assert again == first
    assert lower == pytest.approx(odds - 1.5)


def test_a_likely_answer_has_a_runner_up_and_a_certain_one_has_none(calibrated: Matcher) -> None:
    likely = shifted(calibrated, MEDIATION, ANSWER_FROM).match(MEDIATION)
    assert ANSWER_FROM <= likely.confidence < CERTAIN_FROM
    assert likely.outcome == "answer"
    assert likely.runner_up == likely.matches[1]
    certain = shifted(calibrated, MEDIATION, CERTAIN_FROM).match(MEDIATION)
    assert certain.outcome == "answer"
    assert certain.runner_up is None


def test_below_the_confidence_of_an_answer_there_are_choices(calibrated: Matcher) -> None:
    matching = shifted(calibrated, MEDIATION, ANSWER_FROM - 0.2).match(MEDIATION)
    assert matching.confidence < ANSWER_FROM
    assert matching.outcome == "choices"


def test_two_words_are_answered_only_if_the_lead_is_clear(calibrated: Matcher) -> None:
    likely = shifted(calibrated, "refund", ANSWER_FROM).match("refund")
    assert ANSWER_FROM <= likely.confidence < FEW_WORDS_FROM
    assert likely.outcome == "choices"
    assert shifted(calibrated, "refund", FEW_WORDS_FROM).match("refund").outcome == "answer"


def test_no_confidence_exceeds_that_of_the_scope(calibrated: Matcher) -> None:
    calibration = calibrated.calibration
    outside = calibrated.with_calibration(
        replace(calibration, scope={**calibration.scope, "bias": -30.0}, scope_from=-100.0, question_shift=30.0)
    )
    assert outside.match(MEDIATION).confidence < 0.01
    assert outside.match(MEDIATION).outcome == "choices"
