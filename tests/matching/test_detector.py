"""Phrases and likeness to whole messages together: how strong a sign comes to be, and what the answer makes of it."""

from dataclasses import replace

import pytest

from slackguide.matching import Alert, Matcher, Signs
from slackguide.matching.bayes import Counts
from slackguide.matching.blending import Alarm
from slackguide.matching.detector import Detector
from slackguide.matching.words import words
from tests.matching.conftest import DOCUMENTS, ELSEWHERE, LEARNT, SIGNS, VOCABULARY

ALARM = Alarm(doubted_below=-1.0, weak_from=1.0, likely_from=2.0)


def strength(text: str, signs: Signs = LEARNT, alarm: Alarm = ALARM) -> str | None:
    spoken = {one.id: [words(phrasing) for phrasing in one.phrasings] for one in DOCUMENTS}
    found = Detector(
        [signs], spoken, Counts(read for every in spoken.values() for read in every), Counts(()), alarm
    ).find(text, words(text))
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
    assert strength(text, alarm=Alarm(doubted_below=99.0, weak_from=99.0, likely_from=99.0)) is None


def test_where_nothing_was_learnt_phrases_decide_alone() -> None:
    assert strength("he wants to die his hair green", SIGNS) == "clear"
    assert strength("we cannot go on like this", SIGNS) == "likely"


def test_likeness_can_be_asked_for_by_entry() -> None:
    detector = Detector([LEARNT], {}, Counts(()), Counts(()), ALARM)
    assert detector.learnt == (LEARNT.id,)
    assert detector.likeness(LEARNT.id, words("tell his daughter he is sorry")) > 0.0
    with pytest.raises(KeyError):
        detector.likeness("disputes/refund-timing", [])


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
    assert taught.score(question).foreign > 0.0 == guessing.score(question).foreign
    assert taught.match(question).outcome == "none"
    for phrasing in DOCUMENTS[0].phrasings:
        assert taught.score(phrasing).foreign < 0.0
        assert taught.match(phrasing).matches[0].id == DOCUMENTS[0].id
