"""The sentences and clauses of a message that can be concerns of their own."""

from __future__ import annotations

from slackguide.matching.concern_split import MAX_UNIT_WORDS, MAX_UNITS, split_units


def test_sentences_and_clauses_after_a_conjunction_are_units() -> None:
    text = "The hire button is grey for this user, and she wants a link to her ticket. Which queue takes it today?"
    assert split_units(text) == [
        "The hire button is grey for this user",
        "and she wants a link to her ticket.",
        "Which queue takes it today?",
    ]


def test_a_few_words_are_joined_with_their_neighbour() -> None:
    assert split_units("Hello. Please. The account was suspended last week") == [
        "Hello. Please. The account was suspended last week"
    ]


def test_a_long_text_keeps_its_beginning_and_end_within_the_limits() -> None:
    units = split_units(" ".join(f"This is sentence number {number} of it." for number in range(500)))
    assert units[0].startswith("This is sentence number 0")
    assert units[-1].startswith("This is sentence number 499")
    assert len(units) <= MAX_UNITS
    assert sum(len(unit.split()) for unit in units) <= MAX_UNIT_WORDS


def test_the_second_item_of_a_list_begins_a_unit() -> None:
    text = "He asks (a) to get his earnings out (b) to have the account deleted + which words to use with him"
    assert split_units(text) == [
        "He asks (a) to get his earnings out",
        "(b) to have the account deleted",
        "which words to use with him",
    ]
