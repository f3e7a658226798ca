"""The directory answers from memory and notices changes by other processes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from slackguide.errors import StorageError
from slackguide.storage.directory import RECHECK_SECONDS, DirectoryUser, UserDirectory
from tests.support.clock import ManualClock
from tests.support.databases import Store, sqlite_url

ANN = DirectoryUser("UANN", "T1", "Ann", tz="Asia/Manila")
GUS = DirectoryUser("UGUS", "T1", "Gus", guest=True)
BOT = DirectoryUser("UBOT", "T1", "A bot", bot=True)


def directory(store: Store) -> tuple[UserDirectory, ManualClock]:
    clock = ManualClock()
    return UserDirectory(database=store.database, monotonic=lambda: clock.now), clock


def test_an_empty_directory_knows_nobody(store: Store) -> None:
    people, _ = directory(store)
    assert people.find("UANN") is None
    assert people.refreshed_at() is None
    assert people.members("leads") == ()


def test_a_replaced_directory_is_the_new_one_and_nothing_else(store: Store) -> None:
    people, _ = directory(store)
    people.replace([ANN, GUS], {"leads": ["UANN", "UANN"], "ce": ["UGUS", "UGONE"]})
    assert people.find("UANN") == DirectoryUser("UANN", "T1", "Ann", groups=frozenset({"leads"}), tz="Asia/Manila")
    assert people.find("UGUS") == DirectoryUser("UGUS", "T1", "Gus", guest=True, groups=frozenset({"ce"}))
    assert people.members("ce") == ("UGUS",)
    assert people.refreshed_at() == store.now()
    people.replace([BOT, DirectoryUser("UANN", "T1", "Ann B", deleted=True)], {"ce": ["UANN"]})
    assert people.find("UGUS") is None
    assert people.find("UBOT") == BOT
    assert people.find("UANN") == DirectoryUser("UANN", "T1", "Ann B", deleted=True, groups=frozenset({"ce"}))


def test_groups_that_slack_would_not_tell_stay(store: Store) -> None:
    people, _ = directory(store)
    people.replace([ANN], {"leads": ["UANN"]})
    people.replace([ANN, GUS], None)
    assert people.members("leads") == ("UANN",)


def test_a_person_looked_up_alone_is_there_at_once_and_keeps_their_groups(store: Store) -> None:
    people, _ = directory(store)
    people.replace([ANN], {"leads": ["UANN", "UNEW"]})
    assert people.find("UNEW") is None
    people.put(DirectoryUser("UNEW", "T2", "New"))
    assert people.find("UNEW") == DirectoryUser("UNEW", "T2", "New", groups=frozenset({"leads"}))
    people.put(DirectoryUser("UNEW", "T2", "Newer"))
    found = people.find("UNEW")
    assert found is not None
    assert found.name == "Newer"


def test_a_person_whose_zone_slack_no_longer_gives_has_none(store: Store) -> None:
    people, _ = directory(store)
    people.replace([ANN], {})
    people.put(DirectoryUser("UANN", "T1", "Ann", deleted=True))
    found = people.find("UANN")
    assert found is not None
    assert found.tz is None


def test_what_another_process_changes_is_seen_a_little_later(store: Store) -> None:
    ours, clock = directory(store)
    ours.replace([ANN], {})
    assert ours.find("UANN") is not None
    other = Store(store.url, store.clock)
    theirs, _ = directory(other)
    theirs.replace([GUS], {})
    other.database.close()
    clock.advance(RECHECK_SECONDS / 2)
    assert ours.find("UANN") is not None
    clock.advance(RECHECK_SECONDS)
    assert ours.find("UANN") is None
    assert ours.find("UGUS") is not None


def test_the_last_snapshot_answers_while_the_database_is_gone(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path), ManualClock())
    people, clock = directory(store)
    people.replace([ANN], {})
    assert people.find("UANN") is not None
    path = store.database.path
    path.rename(path.with_suffix(".away"))
    clock.advance(100)
    assert people.find("UANN") is not None
    fresh, _ = directory(store)
    with pytest.raises(StorageError):
        fresh.find("UANN")
    path.with_suffix(".away").rename(path)
    assert fresh.find("UANN") is not None
    store.database.close()


def test_many_readers_and_writers_at_once(store: Store) -> None:
    people, clock = directory(store)
    start = threading.Barrier(10)

    def work(number: int) -> bool:
        start.wait()
        for turn in range(3):
            if number % 2:
                people.replace([ANN, DirectoryUser(f"U{number}", "T1", str(turn))], {"leads": ["UANN"]})
            else:
                people.put(DirectoryUser(f"U{number}", "T1", str(turn)))
            clock.advance(1)
            if people.find("UANN") is None and number % 2:
                return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert all(pool.map(work, range(10)))


def test_ten_thousand_people_are_replaced_and_read(store: Store) -> None:
    people, _ = directory(store)
    everyone = [DirectoryUser(f"U{number:05}", "T1", f"Person {number}") for number in range(10_000)]
    people.replace(everyone, {"ce": [person.user_id for person in everyone[:100]]})
    assert people.find("U09999") == everyone[9_999]
    assert len(people.members("ce")) == 100
