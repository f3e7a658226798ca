"""Stems, shorthand, synonyms, spelling and lengths of time."""

from __future__ import annotations

from collections import Counter

import pytest

from slackguide.matching import Vocabulary
from slackguide.matching.durations import durations
from slackguide.matching.glossary import GlossaryExpander
from slackguide.matching.spelling import Spelling
from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import tokenize
from slackguide.matching.wordlist import common_words


@pytest.mark.parametrize(
    "forms",
    [
        ("suspend", "suspended", "suspending", "suspends"),
        ("dispute", "disputes", "disputed", "disputing"),
        ("party", "parties"),
        ("pay", "paid", "pays", "paying"),
        ("freeze", "froze", "frozen", "freezing"),
        ("merge", "merged", "merging"),
        ("withdraw", "withdrawal", "withdrew"),
    ],
)
def test_inflected_forms_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("reply", "rep"), ("offer", "off"), ("need", "ned"), ("apply", "app")])
def test_other_words_do_not(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def glossary() -> GlossaryExpander:
    return GlossaryExpander(
        Vocabulary(
            {"cl": ("client",), "fp": ("fixed price",), "esc": ("escrow", "escalate"), "t&s": ("trust and safety",)},
            (("locked", "blocked", "shut off"), ("refund", "money back")),
        )
    )


def test_shorthand_is_written_out() -> None:
    assert glossary().expand(["cl", "fp"]) == [("client", 1.0), ("fixed", 1.0), ("price", 1.0)]


def test_alternatives_share_the_weight() -> None:
    assert glossary().expand(["esc"]) == [("escrow", 0.5), ("escalate", 0.5)]


def test_shorthand_may_hold_signs() -> None:
    assert [word for word, _ in glossary().expand(tokenize("ask T&S"))] == ["ask", "trust", "and", "safety"]


@pytest.mark.parametrize("text", ["blocked", "blocking", "was shut off", "they shut off my page", "lock"])
def test_synonyms_match_in_any_inflection(text: str) -> None:
    found = glossary().meanings([stem(word) for word in tokenize(text)])
    assert [group for _, _, group in found] == [0]


def test_a_phrase_is_matched_whole() -> None:
    assert glossary().meanings([stem(word) for word in tokenize("give the money, not back")]) == []


def spelling() -> Spelling:
    used = {"mediation": 9, "freelancer": 9, "account": 9, "suspended": 9, "suspender": 1, "refund": 5, "form": 3}
    return Spelling(Counter(used))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mediaton", ("mediation",)),
        ("mediatoin", ("mediation",)),
        ("acount", ("account",)),
        ("freelnacer", ("freelancer",)),
        ("supsended", ("suspended",)),
        ("refnud", ("refund",)),
        ("accountsuspended", ("account", "suspended")),
    ],
)
def test_misspelt_words_go_to_the_knowledge_bases_own(typed: str, meant: tuple[str, ...]) -> None:
    assert spelling().correct(typed) == meant


@pytest.mark.parametrize("word", ["from", "meditation", "amount", "refunds", "hte", "zzzzqqqq", "cx420", "müller"])
def test_real_and_hopeless_words_stay(word: str) -> None:
    assert spelling().correct(word) == (word,)


def test_of_equally_near_words_the_more_used_one_is_meant() -> None:
    assert spelling().correct("suspende") == ("suspended",)


def test_the_word_list_holds_what_it_is_for() -> None:
    assert len(common_words()) > 20_000
    assert {"refund", "from", "form", "colour", "color"} <= common_words()
    assert not {"acount", "recieve", "teh"} & common_words()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("paid 50 days ago", "~quarter"),
        ("seven weeks ago", "~quarter"),
        ("two months back", "~quarter"),
        ("3 business days", "~week"),
        ("a couple of days", "~day"),
        ("48 hours", "~day"),
        ("five months", "~longer"),
    ],
)
def test_lengths_of_time(text: str, kind: str) -> None:
    read = tokenize(text)
    assert list(durations(read, [stem(word) for word in read])) == [kind]


def test_no_length_of_time_without_a_number() -> None:
    read = tokenize("some day the money comes, last week maybe")
    assert list(durations(read, [stem(word) for word in read])) == []
