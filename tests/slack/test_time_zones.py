"""Dates in a question are those of the person who asks: one moment, and two days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from slackguide.guide import Guide
from slackguide.sandbox import Message
from slackguide.slack.asker_clock import AskerClock
from slackguide.slack.ids import ASK_TEXT, Action
from slackguide.storage.directory import DirectoryUser, UserDirectory
from slackguide.time_zones import find_zone
from tests.support.app_harness import STAFF, WEDNESDAY, AppHarness
from tests.support.clock import ManualClock
from tests.support.databases import Store, sqlite_url
from tests.support.rendered import words

OPEN_QUESTION = "how do I send a case to Mediation? hourly, last paid {}"
QUESTION = f"{OPEN_QUESTION}, client is mid-market, payment for work"
DAYS = "· {} days"


@pytest.fixture
def harness(make_harness: Callable[..., AppHarness]) -> AppHarness:
    """Return a workspace where it is 5 March for Ana in Manila, and 4 March for Ben in Los Angeles."""
    return living_in(make_harness(), ana="Asia/Manila", ben="America/Los_Angeles")


def living_in(harness: AppHarness, **zones: str) -> AppHarness:
    """Give people a time zone, and wait until the directory has it."""
    for name, zone in zones.items():
        harness.workspace.change_person(name, tz=zone)
    harness.end()
    harness.begin()
    assert harness.clock.at.date() == WEDNESDAY.date()
    return harness


def by_command(harness: AppHarness, who: str, text: str) -> str:
    return words(harness.route(text, who))


def by_direct_message(harness: AppHarness, who: str, text: str) -> str:
    return words(harness.ask(text, who))


def by_mention(harness: AppHarness, who: str, text: str) -> str:
    return words(mention(harness, who, text))


def by_modal(harness: AppHarness, who: str, text: str) -> str:
    assert harness.command("", who).ok
    assert harness.submit({ASK_TEXT: text}, who).ok
    return words(harness.modal(who))


def mention(harness: AppHarness, who: str, text: str) -> Message:
    harness.sandbox.mention(who, STAFF, text)
    harness.settle()
    return [message for message in harness.workspace.all_messages(STAFF) if message.by_bot][-1]


@pytest.mark.parametrize("ask", [by_command, by_direct_message, by_mention, by_modal])
def test_the_same_date_is_another_day_ago(harness: AppHarness, ask: Callable[[AppHarness, str, str], str]) -> None:
    """31 days are too many for Mediation, 30 are not."""
    text = QUESTION.format("2 February 2026")

    ana, ben = ask(harness, "ana", text), ask(harness, "ben", text)

    assert DAYS.format(31) in ana
    assert DAYS.format(30) in ben
    assert "HV Mediation Tier 1" in ben
    assert "HV Mediation Tier 1" not in ana


def test_a_payment_of_today_is_in_the_future_elsewhere(harness: AppHarness) -> None:
    text = QUESTION.format("5 March 2026")

    assert DAYS.format(0) in by_command(harness, "ana", text)
    assert "· 0 days" not in by_command(harness, "ben", text)
    assert DAYS.format(0) in by_command(harness, "ben", QUESTION.format("4 March 2026"))


def test_midnight_of_the_asker_begins_a_day(harness: AppHarness) -> None:
    text = QUESTION.format("3 February 2026")
    assert DAYS.format(29) in by_command(harness, "ben", text)

    harness.pass_time(timedelta(hours=16).total_seconds() - 5)
    assert DAYS.format(29) in by_command(harness, "ben", text)

    harness.pass_time(5)
    assert DAYS.format(30) in by_command(harness, "ben", text)


def test_facts_of_a_thread_have_the_askers_dates(harness: AppHarness) -> None:
    first = harness.ask("send a case to Mediation hourly contract")

    second = harness.ask("the last payment was on 2 February 2026", thread_ts=first.thread_ts)

    assert DAYS.format(31) in words(second)


def test_whoever_clicks_the_dates_are_those_of_the_question(harness: AppHarness) -> None:
    answer = mention(harness, "ben", OPEN_QUESTION.format("2 February 2026"))

    copy = harness.notified(answer, f"{Action.SET_FACT}:0", "ana")

    assert DAYS.format(30) in words(copy)


def test_somebody_who_is_looked_up_has_their_zone_at_once(make_harness: Callable[..., AppHarness]) -> None:
    harness = make_harness(known=False)
    harness.workspace.change_person("ana", tz="Asia/Manila")

    assert DAYS.format(31) in by_direct_message(harness, "ana", QUESTION.format("2 February 2026"))


@pytest.mark.parametrize("zone", [None, "Mars/Olympus_Mons"])
def test_without_a_zone_of_their_own_people_have_the_configured_one(
    make_harness: Callable[..., AppHarness], zone: str | None
) -> None:
    harness = make_harness(environment={"SLACKGUIDE_TIMEZONE": "Asia/Manila"})
    forget_zone(harness, zone)

    assert DAYS.format(31) in by_command(harness, "ana", QUESTION.format("2 February 2026"))


def test_without_a_configured_zone_it_is_that_of_the_working_hours(harness: AppHarness, guide: Guide) -> None:
    """Nine in the evening in Chicago: Thursday in UTC."""
    assert guide.knowledge.time_zone == find_zone("America/Chicago")
    harness.pass_time(timedelta(hours=11).total_seconds())
    assert harness.clock.at.day == 5
    forget_zone(harness, None)

    assert DAYS.format(30) in by_command(harness, "ana", QUESTION.format("2 February 2026"))


def forget_zone(harness: AppHarness, zone: str | None) -> None:
    """Store Ana as a previous release does, or with a zone that this system does not know."""
    ana = harness.workspace.person("ana")
    harness.repositories.directory.put(DirectoryUser(ana.id, harness.workspace.team.id, ana.name, tz=zone))


# -- the clock alone --------------------------------------------------------------------------------------------------

NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
DAYS_AT_NEW_YEAR = {
    "Asia/Manila": date(2027, 1, 1),
    "Etc/GMT-14": date(2027, 1, 1),
    "America/Los_Angeles": date(2026, 12, 31),
    "Etc/UTC": date(2026, 12, 31),
}
UNKNOWN = (None, "", "Mars/Olympus_Mons", "../../etc/passwd", "/etc/passwd", "America", "x" * 300, "Asia/Manila ")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(sqlite_url(tmp_path), ManualClock())
    yield store
    store.database.close()


def clock_of(store: Store) -> AskerClock:
    people = UserDirectory(database=store.database, monotonic=lambda: 0.0)
    for zone in (*DAYS_AT_NEW_YEAR, *UNKNOWN):
        people.put(DirectoryUser(f"U{zone}", "T1", "Ann", tz=zone))
    return AskerClock(clock=lambda: NEW_YEAR, directory=people, default_zone=lambda: find_zone("Asia/Tokyo"))


def test_the_day_is_that_of_the_persons_zone(store: Store) -> None:
    clock = clock_of(store)

    assert {zone: clock.today(f"U{zone}") for zone in DAYS_AT_NEW_YEAR} == DAYS_AT_NEW_YEAR


def test_an_unknown_zone_is_the_default_one(store: Store) -> None:
    clock = clock_of(store)

    assert {clock.today(f"U{zone}") for zone in UNKNOWN} == {date(2027, 1, 1)}
    assert clock.today("UNOBODY") == date(2027, 1, 1)


def test_while_the_database_is_away_it_is_the_default_zone(tmp_path: Path, store: Store) -> None:
    fresh = UserDirectory(database=store.database, monotonic=lambda: 0.0)
    clock = AskerClock(clock=lambda: NEW_YEAR, directory=fresh, default_zone=lambda: UTC)
    store.database.path.rename(tmp_path / "away")

    assert clock.today("UETC/UTC") == date(2026, 12, 31)


@pytest.mark.parametrize("name", [*filter(None, UNKNOWN), "\x00", "\ud800"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        find_zone(name)
