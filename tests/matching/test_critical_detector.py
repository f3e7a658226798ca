"""Phrases and similarity to whole messages combined: the strength of a critical match, and its effect on the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackguide.matching import Alert, CriticalPatterns, Matcher
from slackguide.matching.critical_detector import CriticalDetector
from slackguide.matching.naive_bayes import FeatureCounts
from slackguide.matching.scoring import AlertThresholds
from slackguide.matching.tokenizer import tokenize
from tests.matching.conftest import DOCUMENTS, ELSEWHERE, LEARNT, SIGNS, VOCABULARY

ALARM = AlertThresholds(doubted_below=-1.0, weak_from=1.0, likely_from=2.0)


def strength(text: str, signs: CriticalPatterns = LEARNT, alarm: AlertThresholds = ALARM) -> str | None:
    spoken = {one.id: [tokenize(phrasing) for phrasing in one.phrasings] for one in DOCUMENTS}
    found = CriticalDetector(
        [signs], spoken, FeatureCounts(read for every in spoken.values() for read in every), FeatureCounts(()), alarm
    ).find(text, tokenize(text))
    return found[0].strength if found else None


def test_a_message_like_the_serious_ones_is_found_without_any_phrase() -> None:
    text = "she asked me to tell her daughter she is sorry for everything, and cries"
    assert strength(text, SIGNS) is None
    assert strength(text) == "likely"
    assert strength(text, alarm=replace(ALARM, likely_from=99.0)) == "weak"
    assert strength(text, alarm=replace(ALARM, weak_from=99.0, likely_from=99.0)) is None


def test_a_clear_phrase_stays_clear_unless_the_message_speaks_against_it() -> None:
    assert strength("the caller is on the roof and says he will end his life") == "clear"
    assert strength("he wants to die his hair green") == "weak"


def test_a_weak_phrase_is_an_alert_unless_the_message_speaks_against_it() -> None:
    text = "he cannot go on and is sorry for everything"
    assert strength(text, alarm=replace(ALARM, likely_from=99.0)) == "weak"
    assert strength(text, alarm=AlertThresholds(doubted_below=99.0, weak_from=99.0, likely_from=99.0)) is None


def test_where_nothing_was_learnt_phrases_decide_alone() -> None:
    assert strength("he wants to die his hair green", SIGNS) == "clear"
    assert strength("we cannot go on like this", SIGNS) == "likely"


def test_likeness_can_be_asked_for_by_entry() -> None:
    detector = CriticalDetector([LEARNT], {}, FeatureCounts(()), FeatureCounts(()), ALARM)
    assert detector.trained_ids == (LEARNT.id,)
    assert detector.log_odds(LEARNT.id, tokenize("tell his daughter he is sorry")) > 0.0
    with pytest.raises(KeyError):
        detector.log_odds("disputes/refund-timing", [])


def test_a_likely_sign_heads_the_choices_but_never_displaces_an_answer() -> None:
    matcher = Matcher(DOCUMENTS, VOCABULARY, signs=[LEARNT])
    unsure = matcher.match("she asked me to tell her daughter she is sorry for everything, and cries on the roof")
    assert unsure.matches[0].id == LEARNT.id
    assert not unsure.urgent
    assert {"daughter", "cries"} <= set(unsure.why.words)
    question = "which queue takes a case for the mediators"
    certain = matcher.match(question)
    assert certain.outcome == "answer"
    worrying = matcher.match(f"{question}, he says goodbye to everybody and gives away all he owns")
    assert worrying.alerts == (Alert(LEARNT.id, LEARNT.message),) or worrying.matches[0].id == LEARNT.id


def test_messages_out_of_scope_teach_to_find_nothing() -> None:
    question = "how are connects for a job on the account returned"
    guessing = Matcher(DOCUMENTS, VOCABULARY)
    taught = Matcher(DOCUMENTS, VOCABULARY, out_of_scope=ELSEWHERE)
    assert taught.score(question).out_of_scope_score > 0.0 == guessing.score(question).out_of_scope_score
    assert taught.match(question).outcome == "none"
    for phrasing in DOCUMENTS[0].phrasings:
        assert taught.score(phrasing).out_of_scope_score < 0.0
        assert taught.match(phrasing).matches[0].id == DOCUMENTS[0].id
