"""The classifier separates sentences by their features and ignores unseen features."""

from __future__ import annotations

import numpy as np
import pytest

from slackguide.matching.sentence_classifier import SentenceClassifier

SERIOUS = [text.split() for text in ("tell my wife goodbye", "i will not wake up tomorrow", "nobody needs me anymore")]
HARMLESS = [text.split() for text in ("tell my client goodbye", "i will not be in tomorrow", "nobody needs me on chat")]


def train(positive: list[list[str]], negative: list[list[str]]) -> SentenceClassifier:
    """Train on messages of one sentence each."""
    return SentenceClassifier([[sentence] for sentence in positive], negative)


@pytest.fixture(scope="module")
def classifier() -> SentenceClassifier:
    return train(SERIOUS, HARMLESS)


def log_odds(classifier: SentenceClassifier, text: str) -> float:
    return float(classifier.log_odds([text.split()])[0])


def test_both_classes_are_learnt(classifier: SentenceClassifier) -> None:
    assert (classifier.log_odds(SERIOUS) > 1.0).all()
    assert (classifier.log_odds(HARMLESS) < -1.0).all()


def test_more_evidence_counts_more(classifier: SentenceClassifier) -> None:
    assert log_odds(classifier, "wife") < log_odds(classifier, "wife wake") < log_odds(classifier, "wife wake anymore")


def test_unknown_words_are_no_evidence(classifier: SentenceClassifier) -> None:
    assert log_odds(classifier, "quux corge grault") == pytest.approx(log_odds(classifier, ""), abs=1e-6)
    assert log_odds(classifier, "quux wife corge quuz") < log_odds(classifier, "wife")


def test_inflections_share_their_weight(classifier: SentenceClassifier) -> None:
    assert log_odds(classifier, "wakes") > log_odds(classifier, "quux")


def test_order_counts() -> None:
    ordered = train([["dead", "man"], ["dead", "man"]], [["man", "dead"], ["man", "dead"]])
    assert log_odds(ordered, "dead man") > 1.0 > -1.0 > log_odds(ordered, "man dead")


def test_sentences_do_not_touch_each_other(classifier: SentenceClassifier) -> None:
    together = classifier.log_odds([*SERIOUS, [], *HARMLESS])
    alone = [log_odds(classifier, " ".join(words)) for words in [*SERIOUS, [], *HARMLESS]]
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-6)


def test_the_result_is_the_same_every_time() -> None:
    np.testing.assert_array_equal(
        train(SERIOUS, HARMLESS).log_odds(SERIOUS), train(SERIOUS, HARMLESS).log_odds(SERIOUS)
    )


def test_the_weights_of_words_can_be_stated(classifier: SentenceClassifier) -> None:
    weights = classifier.word_weights(["my", "wife", "client", "quux"])
    assert weights["wife"] > 0.0 > weights["client"]
    assert weights["quux"] == 0.0


def test_one_example_is_enough_and_none_is_harmless() -> None:
    assert log_odds(train([["goodbye", "world"]], []), "goodbye world") > log_odds(
        train([["goodbye", "world"]], []), "hello"
    )
    assert (train([], []).log_odds(SERIOUS) == 0.0).all()


def test_the_sentences_of_a_serious_message_that_are_like_harmless_ones_are_not_learnt_from() -> None:
    business = ["the", "invoice", "of", "last", "week", "is", "attached"]
    messages = [[sentence, business] for sentence in SERIOUS]
    assert log_odds(SentenceClassifier(messages, [*HARMLESS, business]), "invoice attached") < 0.0
    assert log_odds(train([*SERIOUS, *[business] * 3], [*HARMLESS, business]), "invoice attached") > 0.0
