"""Regular expressions of forms are rejected if Python does not compile them or a text can make them slow."""

from __future__ import annotations

import time
import warnings

import pytest

from slackguide.knowledge.pattern_checks import pattern_error
from slackguide.knowledge.pattern_timing import Use
from slackguide.slack.answer_service import TEXT_LIMIT
from slackguide.slack.views.escalation_form import READ_LIMIT, FormPrefill, initial_values
from slackguide.triage import load_verified
from tests.knowledge.conftest import Copy
from tests.support.app_harness import KNOWLEDGE

SHARED = "shared.yaml"
FIELD = "{label: Summary, kind: long_text, required: true}"
BEFORE_MENDING = r"(?i)\bcontract(?: id| number| no\.?)?\s*[:#]?\s*#?([0-9]{4,20})\b"
"""What the shipped form had: half a second on 8,000 characters, eleven seconds on 39,000."""


def with_pattern(copy: Copy, name: str, pattern: str) -> None:
    """Give a field of the form this pattern."""
    quoted = pattern.replace("'", "''")
    copy.edit(SHARED, FIELD, FIELD.replace("}", f", {name}: '{quoted}'}}"))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("pattern", "(a+)+$"), ("read", r"((?:\s*a?)*x)"), ("read", BEFORE_MENDING)],
)
def test_a_slow_pattern_is_a_fault_at_its_place_with_words_for_its_author(copy: Copy, name: str, pattern: str) -> None:
    with_pattern(copy, name, pattern)
    (fault,) = copy.faults()
    assert fault.startswith(f"{copy.at(SHARED, chr(39) + pattern)}: slow on long texts like `")
    assert "many times" in fault
    assert r"for example `\s{0,3}` instead of `\s*`" in fault


@pytest.mark.parametrize("name", ["pattern", "read"])
@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("a{99999999999}", "a number in { } is too large: use one below 1,000"),
        ("(" * 500 + "a" + ")" * 500, "too many nested brackets"),
        ("(a", "not a regular expression: missing ), unterminated subpattern"),
        ("(?L)a", "not a regular expression: bad inline flags"),
        ("[z-a]", "not a regular expression: bad character range"),
    ],
)
def test_a_pattern_that_python_does_not_take_is_a_fault_at_its_place(
    copy: Copy, name: str, pattern: str, said: str
) -> None:
    with_pattern(copy, name, pattern)
    (fault,) = copy.faults()
    assert fault.startswith(f"{copy.at(SHARED, chr(39) + pattern[:9])}: {said}")


@pytest.mark.parametrize(
    ("use", "pattern"),
    [
        # what repeats inside something that repeats
        ("fullmatch", "(a+)+$"),
        ("search", "(a|aa)+$"),
        ("fullmatch", "(a|a)*b"),
        ("fullmatch", r"(\s*a?)*x"),
        ("fullmatch", r"(.*,)*x"),
        ("search", r"^(\w+\s?)*$"),
        ("fullmatch", "([^!]+)+$"),
        ("fullmatch", "(ab|a|b)*c"),
        ("search", "(?=(a+)+b)a"),
        # with bounds, and still more ways than anybody can wait for
        ("fullmatch", "(a{1,20}){1,20}$"),
        ("fullmatch", "(a?){30}a{30}"),
        # neighbours that match the same
        ("fullmatch", r"\d+\d+x"),
        ("fullmatch", "(?i)[a-z]+[A-Z0-9]+!"),
        ("fullmatch", "(?:é|è|[à-ü])+é+x"),
        ("fullmatch", r"(a+)\1+b"),
        ("search", BEFORE_MENDING),
        # what a search begins anew at every place
        ("search", r"\s*x"),
        ("search", r"(https?://[^\s<>|\"]+/tickets/[0-9]+)"),
        ("search", r"foo[^0-9]*\d"),
    ],
)
def test_patterns_whose_time_grows_faster_than_the_text(use: Use, pattern: str) -> None:
    assert pattern_error(pattern, use) is not None


@pytest.mark.parametrize(
    ("use", "pattern"),
    [
        ("search", r"https://[a-z0-9-]+\.zendesk\.com/agent/tickets/(\d+)"),
        ("search", r"(https?://[^\s<>|\"]{1,100}/tickets/[0-9]{1,20})"),
        ("fullmatch", r"https?://\S+"),
        ("fullmatch", r"\d{4}-\d{2}-\d{2}"),
        ("search", r"(\d{1,2}/\d{1,2}/\d{2,4})"),
        ("fullmatch", "#?[0-9]{4,20}"),
        ("search", r"#(\d+)"),
        ("search", r"(?i)ticket\s*#?(\d+)"),
        ("search", r"(?i)uid[: ]*([0-9]+)"),
        ("search", r"\b(\d{6,9})\b"),
        ("fullmatch", "[A-Z]{2}-?[0-9]{6,10}"),
        ("fullmatch", r"[\w.+-]+@[\w-]+\.[\w.-]+"),
        ("fullmatch", r"\$\s?\d{1,3}(?:,\d{3})*(?:\.\d\d)?"),
        ("fullmatch", "[a-z]+(?:-[a-z]+)*"),
        ("fullmatch", ".*"),
        ("fullmatch", "(?:a++)+b"),
        ("search", "\ud800(a)"),
        ("search", "(((((((((((a)))))))))))(?#comment)"),
    ],
)
def test_usual_patterns_are_sound(use: Use, pattern: str) -> None:
    assert pattern_error(pattern, use) is None


def test_what_python_only_warns_of_is_a_fault_or_not_but_never_a_trace() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "nested set" in str(pattern_error("[[a]", "search"))


@pytest.mark.parametrize("gap", [" ", "\n", "\u00a0"])
@pytest.mark.parametrize("start", ["contract", "contract number", "https://", "https://x.zendesk.com/"])
def test_no_text_makes_filling_in_a_shipped_form_slow(start: str, gap: str) -> None:
    forms = load_verified(KNOWLEDGE).forms.values()
    for words in (f"{start}{gap * 39_000}x", (start + gap) * 4_000, start * 4_000):
        began = time.process_time()
        for form in forms:
            initial_values(form, FormPrefill(words))
        assert time.process_time() - began < 0.2


def test_what_is_read_out_of_the_words_is_looked_for_where_a_person_would() -> None:
    form = load_verified(KNOWLEDGE).forms["ask-disputes"]

    def contract(words: str) -> object:
        return initial_values(form, FormPrefill(words)).get("contract_id")

    assert contract("Contract   number\n:\t #34567890 is open") == "34567890"
    assert contract("x " * (READ_LIMIT // 2 - 20) + "contract 34567890") == "34567890"
    assert contract("x " * (READ_LIMIT // 2) + "contract 34567890") is None
    assert contract(" " * (TEXT_LIMIT - 20) + "contract 34567890") == "34567890"


def test_a_group_that_took_no_part_reads_nothing(copy: Copy) -> None:
    with_pattern(copy, "read", "none|([0-9]{4})")
    form = load_verified(copy.directory).forms["ask-parcels"]
    assert initial_values(form, FormPrefill("none of it")) == {}
    assert initial_values(form, FormPrefill("it is 1234")) == {"summary": "1234"}
