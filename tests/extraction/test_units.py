"""Numbers with their unit: times, sizes, money, shares and counts, each converted to the unit of the fact."""

from __future__ import annotations

from datetime import date

import pytest

from slackguide.extraction.extractor import FactExtractor
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.units import UnitKind, is_mixed, unit_named
from slackguide.matching.wordlist import common_words

TODAY = date(2026, 11, 27)


def fact(label: str, unit: str | None = None, *read: str, **more: object) -> FactSpec:
    return FactSpec.model_validate({"label": label, "ask": "?", "kind": "number", "unit": unit, "read": read, **more})


FACTS = {
    "seats": fact("Seats", "seats", unit_words=["licences"]),
    "mailbox": fact("Mailbox size", "GB"),
    "cost": fact("Cost", "dollars", maximum=5_000_000),
    "age": fact("Age", "minutes", "ticket is {n} old", "opened {n} ago"),
    "device": fact("Device age", "months", "bought {n} ago"),
    "tenure": fact("Tenure", "years", "employed {n}"),
    "share": fact("Disk full", "percent"),
    "tries": fact("Tries", None, "tried {n} times", "attempt {n}"),
    "people": fact("People", "people"),
    "paid": fact("Paid", "days", "paid {n} days ago"),
    "notice": fact("Notice", "weeks", "notice of {n}"),
}
EXTRACTOR = FactExtractor(FACTS, FactVocabulary.of(), common_words())


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        # times, in the unit of the fact
        ("ticket is 20 minutes old", {"age": 20}),
        ("ticket is 2 hours old", {"age": 120}),
        ("opened 1 hour and 30 minutes ago", {"age": 90}),
        ("opened 2 days ago", {"age": 2880}),
        ("paid 9 days ago", {"paid": 9}),
        ("paid two weeks ago", {"paid": 14}),
        ("paid 90 minutes ago", {"paid": 0}),
        ("bought 2 years ago", {"device": 24}),
        ("bought 7 months ago", {"device": 7}),
        ("employed 24 months", {"tenure": 2}),
        ("employed 3 years", {"tenure": 3}),
        ("notice of 3 weeks", {"notice": 3}),
        # a count beside other facts
        ("12 people, paid two weeks ago", {"people": 12, "paid": 14}),
        ("40 seats for $99.90, attempt 4", {"seats": 40, "cost": "99.90", "tries": 4}),
        # counts
        ("the customer needs 40 seats", {"seats": 40}),
        ("we have forty licences", {"seats": 40}),
        ("100 seats, sorry, 120 seats", {"seats": 120}),
        ("Seats: 40", {"seats": 40}),
        ("12 people cannot print", {"people": 12}),
        ("1 person is affected", {"people": 1}),
        # sizes
        ("the mailbox is 2 TB", {"mailbox": 2000}),
        ("5GB mailbox", {"mailbox": 5}),
        # money
        ("it costs $1,200", {"cost": 1200}),
        ("costs 2k dollars", {"cost": 2000}),
        ("$1.5k in total", {"cost": 1500}),
        ("it is 300 usd", {"cost": 300}),
        ("$40.00", {"cost": 40}),
        ("a refund of $1,250.50", {"cost": "1250.50"}),
        ("usd 1,250.5", {"cost": "1250.50"}),
        ("1.250,50 dollars", {"cost": "1250.50"}),
        ("Cost: 99.99", {"cost": "99.99"}),
        # shares
        ("the disk is 95% full", {"share": 95}),
        ("95 percent full", {"share": 95}),
        # plain numbers
        ("tried 3 times", {"tries": 3}),
        ("attempt 4 failed", {"tries": 4}),
        # what says nothing about the case
        ("they want 10 more seats", {}),
        ("up to 40 seats", {}),
        ("$40 per seat", {}),
        ("is it 40 seats?", {}),
        ("if they have 40 seats", {}),
        ("not 40 seats", {}),
        ("€300", {}),
        ("the room has 40 windows", {}),
        ("tried 3 days ago", {}),
    ],
)
def test_numbers_are_read_in_the_unit_of_the_fact(text: str, facts: dict[str, str | int]) -> None:
    extracted = EXTRACTOR.extract(text, today=TODAY)
    assert (dict(extracted.facts), dict(extracted.unclear)) == (facts, {})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("about 40 seats", "seats"),
        ("40-50 seats", "seats"),
        ("more than 40 seats", "seats"),
        ("30 seats and 50 seats", "seats"),
        ("500 MB", "mailbox"),
        ("about $40", "cost"),
        ("$40-50", "cost"),
        ("<$40", "cost"),
        ("$40.505", "cost"),
        ("40.5 seats", "seats"),
        ("$7000000", "cost"),
        ("opened yesterday", "age"),
    ],
)
def test_what_is_not_one_number_is_asked(text: str, name: str) -> None:
    extracted = EXTRACTOR.extract(text, today=TODAY)
    assert (dict(extracted.facts), list(extracted.unclear)) == ({}, [name])


def test_a_unit_that_two_facts_share_needs_a_pattern() -> None:
    shared = {"old": fact("Old seats", "seats"), "new": fact("New seats", "seats", "wants {n} seats")}
    extractor = FactExtractor(shared, FactVocabulary.of(), common_words())
    assert extractor.extract("wants 40 seats", today=TODAY).facts == {"new": 40}
    assert extractor.extract("has 40 seats", today=TODAY).facts == {"old": 40}
    both = FactExtractor({"a": fact("A", "seats"), "b": fact("B", "seats")}, FactVocabulary.of(), common_words())
    assert both.extract("has 40 seats", today=TODAY).facts == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (None, UnitKind.NONE), ("Minutes", UnitKind.TIME), ("day", UnitKind.TIME), ("GB", UnitKind.SIZE),
        ("dollars", UnitKind.MONEY), ("USD", UnitKind.MONEY), ("%", UnitKind.SHARE), ("seats", UnitKind.COUNT),
        ("working days", UnitKind.COUNT),
    ],
)  # fmt: skip
def test_every_unit_is_of_a_kind(name: str | None, kind: UnitKind) -> None:
    assert unit_named(name).kind is kind


def test_a_time_beside_a_count_is_read_by_its_unit_alone() -> None:
    facts = {"laptops": fact("Laptops", "laptops", "needs {n}"), "ordered": fact("Ordered", "days", "{n} ago")}
    extractor = FactExtractor(facts, FactVocabulary.of(), common_words())
    assert extractor.extract("3 laptops, 2 weeks ago", today=TODAY).facts == {"laptops": 3, "ordered": 14}


def test_working_days_are_not_days() -> None:
    extractor = FactExtractor(
        {"start": fact("Start", "working days", "starts in {n}")}, FactVocabulary.of(), common_words()
    )
    assert is_mixed("working days")
    assert extractor.extract("starts in 5 days", today=TODAY).facts == {}
    assert extractor.extract("starts in 5 working days", today=TODAY).facts == {"start": 5}
