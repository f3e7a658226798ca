"""Critical phrases are detected in any spelling, but not where the words mean something else."""

from __future__ import annotations

import pytest

from slackguide.matching import CriticalPatterns
from slackguide.matching.phrase_detector import MAX_MISSPELLED, PhraseDetector, phrase_words
from tests.matching.conftest import SIGNS


def strength(text: str, signs: CriticalPatterns = SIGNS) -> str | None:
    return PhraseDetector([signs]).find([phrase_words(text)])[0].get(signs.id)


@pytest.mark.parametrize(
    "text",
    [
        "he will kill himself",
        "she says she'll kill her self tonight",
        "they threaten to hurt themselves",
        "I will KILL MYSELF",
        "gonna kil myself",
        "i wil kill meself",
        "he is killing himself",
        "su1cide threat",
        "sui cide",
        "s u i c i d e",
        "suicied",
        "he wants to end his life",
        "ending her own life",
        "take care: user wrote i want to really die",
        "no reason left to live",
        "i hope i never ever wake up again",
    ],
)
def test_clear_signs(text: str) -> None:
    assert strength(text) == "clear"


@pytest.mark.parametrize("text", ["I can't go on", "he cannot go on any more", "nobody will miss me"])
def test_weak_signs(text: str) -> None:
    assert strength(text) == "weak"


@pytest.mark.parametrize(
    "text",
    [
        "kill the contract",
        "I watched Suicide Squad",
        "we nearly died laughing",
        "he will fix it himself",
        "end the contract",
        "the suite is decided",
        "life of the contract ends",
        "",
    ],
)
def test_harmless_words(text: str) -> None:
    assert strength(text) is None


def test_an_exclusion_hides_only_what_it_touches() -> None:
    assert strength("kill the contract or I will kill myself") == "clear"


def test_a_clear_sign_outranks_a_weak_one() -> None:
    assert strength("nobody will miss me, I want to die") == "clear"


def test_every_critical_entry_is_watched_for() -> None:
    other = CriticalPatterns(
        id="conduct/violence", message="Call a lead.", clear=("bomb",), weak=(), exclusions=("bath bomb",)
    )
    detector = PhraseDetector([SIGNS, other])
    [found] = detector.find([phrase_words("a bomb, and I want to die")])
    assert found == {"conduct/self-harm": "clear", "conduct/violence": "clear"}
    assert detector.find([phrase_words("she sells bath bombs")]) == [{}]


def test_each_sentence_is_searched_alone() -> None:
    sentences = [phrase_words(text) for text in ("I want to", "die hard is on", "he will hurt himself")]
    assert PhraseDetector([SIGNS]).find(sentences) == [{}, {}, {SIGNS.id: "clear"}]


def test_misspellings_are_compared_for_a_limited_number_of_words() -> None:
    filler = [
        f"xq{number:03d}zv".translate(str.maketrans("0123456789", "bcdfghjklm")) for number in range(MAX_MISSPELLED)
    ]
    assert PhraseDetector([SIGNS]).find([[*filler[:9], "suicied"]]) == [{SIGNS.id: "clear"}]
    assert PhraseDetector([SIGNS]).find([[*filler, "suicied"], ["suicide"]]) == [{}, {SIGNS.id: "clear"}]
