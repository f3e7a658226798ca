"""Messages are judged sentence by sentence: the strength of a critical match, and its effect on the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackguide.matching import Alert, CriticalPatterns, Matcher
from slackguide.matching.critical_detector import MAX_CORRECTIONS, CriticalDetector, CriticalMatch
from slackguide.matching.scoring import AlertThresholds, shipped_weights
from slackguide.matching.tokenizer import tokenize
from tests.matching.conftest import DOCUMENTS, ELSEWHERE, LEARNT, SIGNS, VOCABULARY

THRESHOLDS = AlertThresholds(weak_from=0.5, likely_from=2.0, clear_from=5.0)


def detector(signs: CriticalPatterns = LEARNT, thresholds: AlertThresholds = THRESHOLDS) -> CriticalDetector:
    phrasings = {one.id: [tokenize(phrasing) for phrasing in one.phrasings] for one in DOCUMENTS}
    return CriticalDetector([signs], lambda: phrasings, [tokenize(text) for text in ELSEWHERE], thresholds)


def strength(text: str, signs: CriticalPatterns = LEARNT, thresholds: AlertThresholds = THRESHOLDS) -> str | None:
    found = detector(signs, thresholds).find(text)
    return found[0].strength if found else None


def score(text: str) -> float:
    return detector().score(LEARNT.id, text)


def test_a_message_like_the_serious_ones_is_found_without_any_phrase() -> None:
    text = "she asked me to tell her daughter she is sorry for everything, and cries"
    assert strength(text, SIGNS) is None
    at = score(text)
    assert at > 2.0
    assert strength(text, thresholds=AlertThresholds(at - 2, at - 1, at)) == "clear"
    assert strength(text, thresholds=AlertThresholds(at - 2, at - 1, at + 1)) == "likely"
    assert strength(text, thresholds=AlertThresholds(at - 2, at + 1, at + 2)) == "weak"
    assert strength(text, thresholds=AlertThresholds(at + 1, at + 2, at + 3)) is None


def test_phrases_and_exclusions_are_examples_too() -> None:
    assert strength("the caller is on the roof and says he will end his life") == "clear"
    assert strength("he wants to die his hair green for the call") is None
    assert strength("we watched suicide squad") is None


def test_a_clear_phrase_adds_to_the_likeness() -> None:
    with_phrase, without = replace(LEARNT, clear=("on the roof",)), replace(LEARNT, clear=())
    text = "there he stands on the roof"
    assert detector(with_phrase).score(LEARNT.id, text) > detector(without).score(LEARNT.id, text) + 1.0


def test_every_sentence_is_judged_alone() -> None:
    serious, harmless = "Tell his daughter that he is sorry.", "How do I buy connects for a proposal?"
    assert score(f"{harmless} {serious}") > 2.0 > 0.0 > score(harmless)
    assert score(f"{harmless}\n{serious}\n{harmless}") == pytest.approx(score(f"{serious} {harmless} {harmless}"))


def test_weak_signs_in_a_long_text_do_not_add_up() -> None:
    line = "He says goodbye for today."
    assert score("\n".join([line] * 30)) < score(line)


def test_misspelled_words_are_corrected_to_those_of_the_messages() -> None:
    signs = replace(LEARNT, serious=(*LEARNT.serious, "she asks about her daughter all day"))
    learnt, text = detector(signs), "she is sorry for her {}"
    assert learnt.score(LEARNT.id, text.format("daugter")) == learnt.score(LEARNT.id, text.format("daughter"))
    others = " ".join(f"zq{chr(97 + at // 26)}{chr(97 + at % 26)}xv" for at in range(MAX_CORRECTIONS))
    assert learnt.score(LEARNT.id, f"{others}\ndaugter") < learnt.score(LEARNT.id, f"{others}\ndaughter")


@pytest.mark.parametrize("text", ["he cries on the r00f", "he c r i e s on the roof"])
def test_disguised_words_are_read(text: str) -> None:
    assert score(text) == score("he cries on the roof")


def test_words_of_other_languages_are_no_evidence() -> None:
    assert score("magandang umaga kumusta ang trabaho mo ngayon") == pytest.approx(score("xqzzy wvvq zzkj qqwx jjkx"))
    assert strength("magandang umaga kumusta ang trabaho mo ngayon") is None


def test_where_nothing_was_learnt_phrases_decide_alone() -> None:
    assert strength("he wants to die his hair green", SIGNS) == "clear"
    assert strength("we cannot go on like this", SIGNS) == "likely"
    assert strength("kill the contract", SIGNS) is None


def test_likeness_can_be_asked_for_by_entry() -> None:
    assert detector().trained_ids == (LEARNT.id,)
    assert detector(SIGNS).trained_ids == ()
    with pytest.raises(KeyError):
        detector().score("disputes/refund-timing", "tell his daughter he is sorry")


def test_the_evidence_is_in_the_strongest_sentence() -> None:
    text = "Which queue takes a refund? Tell his daughter he is sorry."
    (match,) = detector().find(text)
    assert "daughter" in detector().evidence(match, 3)
    assert "refund" not in detector().evidence(match, 9)
    assert detector(SIGNS).evidence(CriticalMatch(SIGNS.id, "", "clear"), 3) == ()


def test_a_likely_sign_heads_the_choices_but_never_displaces_an_answer() -> None:
    likely = replace(shipped_weights(), alarm=replace(THRESHOLDS, clear_from=99.0))
    matcher = Matcher(DOCUMENTS, VOCABULARY, signs=[LEARNT], weights=likely)
    text = "she asked me to tell her daughter she is sorry for everything, and cries on the roof"
    unsure = matcher.match(text)
    assert unsure.matches[0].id == LEARNT.id
    assert not unsure.urgent
    assert {"daughter", "cries"} <= set(matcher.explain(text, LEARNT.id))
    question = "which queue takes a case for the mediators"
    certain = matcher.match(question)
    assert certain.outcome == "answer"
    worrying = matcher.match(f"{question}? He says goodbye to everybody and gives away all that he owns.")
    assert worrying.alerts == (Alert(LEARNT.id, LEARNT.message),) or worrying.matches[0].id == LEARNT.id


def test_messages_out_of_scope_teach_to_find_nothing() -> None:
    question = "how are connects for a job on the account returned"
    guessing = Matcher(DOCUMENTS, VOCABULARY)
    taught = Matcher(DOCUMENTS, VOCABULARY, out_of_scope=ELSEWHERE)
    assert taught.out_of_scope_score(taught.score(question)) > 0.0
    assert guessing.out_of_scope_score(guessing.score(question)) == 0.0
    assert taught.match(question).outcome == "none"
    for phrasing in DOCUMENTS[0].phrasings:
        assert taught.out_of_scope_score(taught.score(phrasing)) < 0.0
        assert taught.match(phrasing).matches[0].id == DOCUMENTS[0].id
