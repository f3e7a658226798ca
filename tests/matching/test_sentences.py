"""Messages are split into sentences of bounded length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slackguide.matching.sentences import MAX_SENTENCE, judged_sentences, split_sentences
from slackguide.matching.tokenizer import MAX_CHARACTERS


def test_sentences_end_at_punctuation_and_lines() -> None:
    assert split_sentences("He left. “Why?” she asked\nAgent: hello") == [
        "He left.",
        "“Why?",
        "she asked",
        "Agent: hello",
    ]
    assert split_sentences(" \n ") == []


def test_only_the_characters_that_are_read_are_split() -> None:
    assert sum(map(len, split_sentences("word " * MAX_CHARACTERS))) <= MAX_CHARACTERS


def test_short_neighbours_are_joined() -> None:
    assert judged_sentences([["sorry"], ["i", "cannot", "come"]]) == [["sorry", "i", "cannot", "come"]]
    assert judged_sentences([["a", "b", "c"], [], ["d", "e", "f"]]) == [["a", "b", "c"], ["d", "e", "f"]]
    assert judged_sentences([]) == [[]]


@given(st.lists(st.integers(min_value=0, max_value=130), max_size=8))
def test_every_word_is_judged_in_a_sentence_of_bounded_length(lengths: list[int]) -> None:
    sentences = [[f"w{at}x{word}" for word in range(length)] for at, length in enumerate(lengths)]
    parts = judged_sentences(sentences)
    assert all(len(part) <= MAX_SENTENCE for part in parts)
    assert {word for part in parts for word in part} == {word for words in sentences for word in words}
