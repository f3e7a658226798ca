"""Texts are tokenized in one way, whatever their spelling."""

from __future__ import annotations

import pytest

from slackguide.matching.tokenizer import MAX_CHARACTERS, MAX_WORD, tokenize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CL can't withdraw", ["cl", "can", "not", "withdraw"]),
        ("cl cant withdraw", ["cl", "can", "not", "withdraw"]),
        ("CL can’t withdraw", ["cl", "can", "not", "withdraw"]),
        ("the client's dispute", ["the", "client", "dispute"]),
        ("I'm sure they're late", ["i", "am", "sure", "they", "are", "late"]),
        ("Mediation_Tier_1_CX420", ["mediation", "tier", "1", "cx420"]),
        ("fixed-price", ["fixed", "price"]),
        ("paid 30days ago", ["paid", "30", "days", "ago"]),
        ("café RÉSUMÉ", ["cafe", "resume"]),
        ("ticket 12345678 please", ["ticket", "please"]),
        ("see https://support.example.com/requests/1?x=y now", ["see", "now"]),
        ("write to jo.doe@example.com today", ["write", "to", "today"]),
        ("ask <@U012ABC> in <#C9>", ["ask", "in"]),
        ("ﬁxed", ["fixed"]),
        ("", []),
        ("\ud800 \x00 \u202e", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert tokenize(text) == expected


def test_reads_no_further_than_it_says() -> None:
    assert tokenize("a " * MAX_CHARACTERS) == ["a"] * (MAX_CHARACTERS // 2)
    assert tokenize("x" * 10_000) == ["x" * MAX_WORD]


def test_words_inside_words_do_not_count() -> None:
    assert "and" not in tokenize("my headset band snapped")
