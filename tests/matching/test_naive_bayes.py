"""Naive Bayes separates two kinds of messages by their features and ignores unseen features."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.matching.naive_bayes import FeatureCounts, NaiveBayes, features

SERIOUS = [text.split() for text in ("tell my wife goodbye", "i will not wake up tomorrow", "nobody needs me anymore")]
HARMLESS = [text.split() for text in ("tell my client goodbye", "i will not be in tomorrow", "nobody needs me on chat")]

WORDS = st.lists(
    st.sampled_from(
        ["tell", "my", "wife", "client", "goodbye", "i", "will", "not", "wake", "up", "tomorrow", "nobody", "zzz"]
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def bayes() -> NaiveBayes:
    return NaiveBayes(FeatureCounts(SERIOUS), FeatureCounts(HARMLESS))


def test_what_one_kind_says_speaks_for_it(bayes: NaiveBayes) -> None:
    assert bayes.log_odds(["my", "wife", "will", "wake", "up"]) > 0.0
    assert bayes.log_odds(["my", "client", "on", "chat"]) < 0.0


def test_more_evidence_says_more(bayes: NaiveBayes) -> None:
    assert bayes.log_odds(["wife"]) < bayes.log_odds(["wife", "wake"]) < bayes.log_odds(["wife", "wake", "anymore"])


def test_unknown_words_say_nothing_and_thin_out_the_rest(bayes: NaiveBayes) -> None:
    assert bayes.log_odds(["quux"]) == pytest.approx(0.0, abs=0.02)
    assert 0.0 < bayes.log_odds(["wife", *("quux", "quuz", "corge") * 5]) < bayes.log_odds(["wife"])


def test_inflections_share_what_they_say(bayes: NaiveBayes) -> None:
    assert bayes.log_odds(["wakes"]) > 0.0


@given(words=WORDS)
def test_the_other_kind_sees_it_the_other_way_round(bayes: NaiveBayes, words: list[str]) -> None:
    reverse = NaiveBayes(FeatureCounts(HARMLESS), FeatureCounts(SERIOUS))
    assert reverse.log_odds(words) == pytest.approx(-bayes.log_odds(words))


@given(words=WORDS)
def test_each_feature_counts_once_a_message(words: list[str]) -> None:
    counts = FeatureCounts([words])
    assert set(counts.of.values()) == {1}
    assert list(counts.of) == list(features(words))
