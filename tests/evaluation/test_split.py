from __future__ import annotations

import pytest

from slackguide.evaluation.split import split_of


@pytest.mark.parametrize(
    ("text", "half"),
    [("abc", "development"), ("", "report"), ("\ud800", "report")],
    # SHA-256 of "abc" starts ba (FIPS 180-2, example B.1), of nothing e3, of the bytes ED A0 80 it starts 91
)
def test_the_first_byte_of_the_digest_decides(text: str, half: str) -> None:
    assert split_of(text) == half


def test_each_half_gets_about_half() -> None:
    development = sum(split_of(f"question number {number}") == "development" for number in range(2000))
    assert 900 < development < 1100
