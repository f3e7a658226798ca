"""Notices pass the access policy when they are sent: what became of the reader since they were queued counts."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import AddDetails, Ask, Claim, Command, Follow, HandOver, Release, Resolve
from slackguide.sandbox import FaultKind, InjectedFault, PersonRole
from slackguide.storage.tables import directory, outbox, people
from tests.support.app_harness import AppHarness
from tests.support.escalations import notices, posted, sent
from tests.support.questions import MEDIATION
from tests.support.rendered import words

QUESTION = "INTERNAL: is the client the one under investigation?"

CHANGES: dict[str, dict[str, Any]] = {
    "guest": {"guest": True},
    "account_closed": {"deleted": True},
    "other_workspace": {"team_id": "TELSEWHERE"},
}


def became(harness: AppHarness, who: str, **changes: object) -> None:
    """Update a person in the directory."""
    found = harness.repositories.directory.find(harness.workspace.person(who).id)
    assert found is not None
    harness.repositories.directory.put(replace(found, **changes))  # type: ignore[arg-type]


def cleared(harness: AppHarness) -> None:
    """Slack is well again, once what people are to read has begun anew: what was prepared before is not sent."""

    def attempts() -> dict[int, int]:
        return {job.id: job.attempts for job in harness.pending() if job.kind in ("tell_person", "answer_message")}

    before = attempts()
    harness.until(lambda: all(count > before[id] for id, count in attempts().items()))
    harness.sandbox.faults.clear()


def forgotten(harness: AppHarness, who: str) -> None:
    """Remove a person from the directory."""
    found = harness.repositories.directory.find(harness.workspace.person("lena").id)
    assert found is not None
    with harness.repositories.database.write() as connection:
        connection.execute(delete(people).where(people.c.user_id == harness.workspace.person(who).id))
        connection.execute(update(directory).values(version=directory.c.version + 1))
    harness.repositories.directory.put(found)  # a write of this process makes it look again at once
    assert harness.repositories.directory.find(harness.workspace.person(who).id) is None


def asked_while_slack_is_down(harness: AppHarness) -> None:
    """Marek asks about Ana's escalation, which Ben has had and follows; nobody has been notified yet."""
    escalation = sent(harness)
    posted(harness, escalation)
    ben, marek = (harness.workspace.person(name).id for name in ("ben", "marek"))
    for command in (Claim(ben), Release(ben), Follow(ben), Claim(marek)):
        harness.repositories.escalations.apply(escalation.id, command)
    harness.settle()
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR))
    harness.repositories.escalations.apply(escalation.id, Ask(marek, QUESTION))
    harness.until(lambda: any(job.kind == "tell_person" and job.attempts for job in harness.pending()))


def dropped(harness: AppHarness) -> list[str]:
    """Why notices were dropped."""
    found = select(outbox.c.why).where(outbox.c.state == "dropped", outbox.c.kind == "tell_person")
    with harness.repositories.database.read() as connection:
        return list(connection.execute(found).scalars())


def attempts(harness: AppHarness) -> list[int]:
    """Return the attempts of all unfinished jobs."""
    return [job.attempts for job in harness.pending()]


def tried_again(harness: AppHarness) -> None:
    """Wait until a job that Slack refused is tried once more."""
    before = attempts(harness)
    harness.pass_time(3600)
    harness.until(lambda: attempts(harness) != before)


def read_by(harness: AppHarness, who: str) -> str:
    return "\n".join(f"{message.text}\n{words(message)}" for message in notices(harness, who))


@pytest.mark.parametrize("who", ["ana", "ben"], ids=["requester", "follower"])
@pytest.mark.parametrize("code", CHANGES)
def test_who_may_no_longer_read_it_is_not_shown_and_nothing_is_owed(
    harness: AppHarness, who: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked_while_slack_is_down(harness)
    became(harness, who, **CHANGES[code])
    caplog.set_level(logging.INFO, logger="slackguide")
    cleared(harness)
    harness.settle()

    assert "INTERNAL" not in read_by(harness, who)
    assert "INTERNAL" in read_by(harness, {"ana": "ben", "ben": "ana"}[who])
    assert dropped(harness) == [code]
    assert harness.pending() == ()
    assert [record.levelno for record in caplog.records if code in record.getMessage()] == [logging.INFO]
    assert "INTERNAL" not in caplog.text


def test_who_only_follows_a_case_reads_what_happens_and_nothing_that_people_wrote(harness: AppHarness) -> None:
    escalation = sent(harness, summary="SECRET of the client.")
    posted(harness, escalation)
    ana, ben, marek = (harness.workspace.person(name).id for name in ("ana", "ben", "marek"))
    commands: list[Command] = [
        Follow(ben),
        Claim(marek),
        Ask(marek, "SECRET question?"),
        AddDetails(ana, "SECRET answer"),
        HandOver(marek, "ask-ce", "ask-ce", "SECRET reason"),
        Claim(marek),
        Resolve(marek, Resolution(ResolutionCode.RIGHT_PLACE, "SECRET note")),
    ]
    for command in commands:
        harness.repositories.escalations.apply(escalation.id, command)
        harness.settle()

    read = read_by(harness, "ben")
    assert "SECRET" not in read
    for text in ("claimed it", "asks about it.", "added to it.", "over to #ask-ce", "resolved it: right place."):
        assert text in read, text
    assert "SECRET question?" in read_by(harness, "ana")


def test_an_account_whose_end_only_slack_knows_of_is_not_shown_either(harness: AppHarness) -> None:
    asked_while_slack_is_down(harness)
    harness.workspace.change_person("ben", deleted=True)
    cleared(harness)
    harness.settle()

    assert [(job.refused, job.state) for job in harness.pending()] == [("user_disabled", "due")]
    assert "INTERNAL" not in read_by(harness, "ben")

    harness.pass_time(61)
    harness.until(lambda: not harness.pending())
    assert dropped(harness) == ["account_closed"], "the account was looked up again"


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET, FaultKind.RATE_LIMITED])
def test_a_reader_who_is_not_in_the_directory_is_looked_up_first_however_long_that_takes(
    harness: AppHarness, kind: FaultKind
) -> None:
    asked_while_slack_is_down(harness)
    forgotten(harness, "ben")
    harness.workspace.change_person("ben", role=PersonRole.GUEST)
    forgotten(harness, "ana")
    cleared(harness)
    harness.sandbox.inject_fault(InjectedFault(kind=kind, method="users.info"))
    harness.until(lambda: sum(job.attempts for job in harness.pending() if job.kind == "tell_person") > 6)
    assert {job.state for job in harness.pending()} <= {"due", "sending"}
    assert "INTERNAL" not in read_by(harness, "ana")

    harness.sandbox.faults.clear()
    harness.settle()
    assert "INTERNAL" in read_by(harness, "ana")
    assert "INTERNAL" not in read_by(harness, "ben")
    assert dropped(harness) == ["guest"]
    assert harness.pending() == ()


def test_a_reader_whom_slack_does_not_know_is_not_shown(harness: AppHarness) -> None:
    asked_while_slack_is_down(harness)
    forgotten(harness, "ben")
    cleared(harness)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method="users.info", code="user_not_found"))
    harness.settle()

    assert [job.refused for job in harness.pending()] == ["user_not_found"], "it is tried again"

    for _ in range(5):  # after 1, 2, 4, 8, 16 and 32 minutes
        tried_again(harness)
    harness.pass_time(3600)
    harness.until(lambda: not harness.pending())

    assert dropped(harness) == ["user_not_found"]
    assert "INTERNAL" not in read_by(harness, "ben")


@pytest.mark.parametrize("code", CHANGES)
def test_a_question_is_not_answered_to_whom_the_policy_denies_meanwhile(harness: AppHarness, code: str) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR))
    assert harness.sandbox.message("ana", MEDIATION).ok
    harness.until(lambda: any(job.attempts for job in harness.pending()))
    became(harness, "ana", **CHANGES[code])
    cleared(harness)
    harness.settle()

    assert "Mediation" not in read_by(harness, "ana")
    assert len(notices(harness)) == 1


def test_a_stranger_s_question_waits_until_they_can_be_looked_up(harness: AppHarness) -> None:
    forgotten(harness, "ana")
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="users.info"))
    assert harness.sandbox.message("ana", MEDIATION).ok
    harness.until(lambda: any(job.attempts > 2 for job in harness.pending()))
    assert notices(harness) == []

    harness.sandbox.faults.clear()
    harness.settle()
    assert "Send a case to Mediation" in read_by(harness, "ana")
