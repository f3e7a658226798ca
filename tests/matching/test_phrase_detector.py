"""Critical phrases are detected in any spelling, but not where the words mean something else."""

from __future__ import annotations

import pytest

from slackguide.matching import CriticalPatterns
from slackguide.matching.phrase_detector import PhraseDetector
from tests.matching.conftest import SIGNS


def strength(text: str, signs: CriticalPatterns = SIGNS) -> str | None:
    return PhraseDetector([signs]).find(text).get(signs.id)


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
    found = PhraseDetector([SIGNS, other]).find("a bomb, and I want to die")
    assert found == {"conduct/self-harm": "clear", "conduct/violence": "clear"}
    assert PhraseDetector([SIGNS, other]).find("she sells bath bombs") == {}
