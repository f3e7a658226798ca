"""Notices pass the access policy when they are sent: what became of the reader since they were queued counts."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from slackguide.escalation.state_machine import Ask, Claim, Follow
from slackguide.sandbox import FaultKind, InjectedFault, PersonRole
from slackguide.storage.schema import directory, outbox, people
from tests.slack.asking import MEDIATION
from tests.slack.escalating import notices, posted, sent
from tests.slack.reading import words
from tests.trial import Workplace

QUESTION = "INTERNAL: is the client the one under investigation?"

CHANGES: dict[str, dict[str, Any]] = {
    "guest": {"guest": True},
    "account_closed": {"deleted": True},
    "other_workspace": {"team_id": "TELSEWHERE"},
}


def became(work: Workplace, who: str, **changes: object) -> None:
    """The directory has heard what a person is now."""
    found = work.stores.directory.find(work.workspace.person(who).id)
    assert found is not None
    work.stores.directory.put(replace(found, **changes))  # type: ignore[arg-type]


def cleared(work: Workplace) -> None:
    """Slack is well again, once what people are to read has begun anew: what was prepared before is not sent."""

    def attempts() -> dict[int, int]:
        return {job.id: job.attempts for job in work.owed() if job.kind in ("tell_person", "answer_message")}

    before = attempts()
    work.until(lambda: all(count > before[id] for id, count in attempts().items()))
    work.sandbox.faults.clear()


def forgotten(work: Workplace, who: str) -> None:
    """The directory does not have the person any more."""
    found = work.stores.directory.find(work.workspace.person("lena").id)
    assert found is not None
    with work.stores.database.write() as connection:
        connection.execute(delete(people).where(people.c.user_id == work.workspace.person(who).id))
        connection.execute(update(directory).values(version=directory.c.version + 1))
    work.stores.directory.put(found)  # a write of this process makes it look again at once
    assert work.stores.directory.find(work.workspace.person(who).id) is None


def asked_while_slack_is_down(work: Workplace) -> None:
    """Marek asks about Ana's escalation, which Ben follows; nobody has been told yet."""
    escalation = sent(work)
    posted(work, escalation)
    marek = work.workspace.person("marek").id
    for command in (Follow(work.workspace.person("ben").id), Claim(marek)):
        work.stores.escalations.apply(escalation.id, command)
    work.settle()
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING))
    work.stores.escalations.apply(escalation.id, Ask(marek, QUESTION))
    work.until(lambda: any(job.kind == "tell_person" and job.attempts for job in work.owed()))


def dropped(work: Workplace) -> list[str]:
    """Why notices were dropped."""
    found = select(outbox.c.why).where(outbox.c.state == "dropped", outbox.c.kind == "tell_person")
    with work.stores.database.read() as connection:
        return list(connection.execute(found).scalars())


def read_by(work: Workplace, who: str) -> str:
    return "\n".join(f"{message.text}\n{words(message)}" for message in notices(work, who))


@pytest.mark.parametrize("who", ["ana", "ben"], ids=["requester", "follower"])
@pytest.mark.parametrize("code", CHANGES)
def test_who_may_no_longer_read_it_is_not_told_and_nothing_is_owed(
    work: Workplace, who: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked_while_slack_is_down(work)
    became(work, who, **CHANGES[code])
    caplog.set_level(logging.INFO, logger="slackguide")
    cleared(work)
    work.settle()

    assert "INTERNAL" not in read_by(work, who)
    assert "INTERNAL" in read_by(work, {"ana": "ben", "ben": "ana"}[who])
    assert dropped(work) == [code]
    assert work.owed() == ()
    assert [record.levelno for record in caplog.records if code in record.getMessage()] == [logging.INFO]
    assert "INTERNAL" not in caplog.text


def test_an_account_whose_end_only_slack_knows_of_is_not_told_either(work: Workplace) -> None:
    asked_while_slack_is_down(work)
    work.workspace.change_person("ben", deleted=True)
    cleared(work)
    work.settle()

    assert dropped(work) == ["user_disabled"]
    assert work.owed() == ()


@pytest.mark.parametrize("kind", [FaultKind.FAILING, FaultKind.RESET, FaultKind.RATE_LIMITED])
def test_a_reader_who_is_not_in_the_directory_is_looked_up_first_however_long_that_takes(
    work: Workplace, kind: FaultKind
) -> None:
    asked_while_slack_is_down(work)
    forgotten(work, "ben")
    work.workspace.change_person("ben", role=PersonRole.GUEST)
    forgotten(work, "ana")
    cleared(work)
    work.sandbox.inject_fault(InjectedFault(kind=kind, method="users.info"))
    work.until(lambda: sum(job.attempts for job in work.owed() if job.kind == "tell_person") > 6)
    assert {job.state for job in work.owed()} <= {"due", "sending"}
    assert "INTERNAL" not in read_by(work, "ana")

    work.sandbox.faults.clear()
    work.settle()
    assert "INTERNAL" in read_by(work, "ana")
    assert "INTERNAL" not in read_by(work, "ben")
    assert dropped(work) == ["guest"]
    assert work.owed() == ()


def test_a_reader_whom_slack_does_not_know_is_not_told(work: Workplace) -> None:
    asked_while_slack_is_down(work)
    forgotten(work, "ben")
    cleared(work)
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.REFUSING, method="users.info", code="user_not_found"))
    work.settle()

    assert dropped(work) == ["not_visible"]
    assert work.owed() == ()


@pytest.mark.parametrize("code", CHANGES)
def test_a_question_is_not_answered_to_whom_the_policy_denies_meanwhile(work: Workplace, code: str) -> None:
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING))
    assert work.sandbox.message("ana", MEDIATION).ok
    work.until(lambda: any(job.attempts for job in work.owed()))
    became(work, "ana", **CHANGES[code])
    cleared(work)
    work.settle()

    assert "Mediation" not in read_by(work, "ana")
    assert len(notices(work)) == 1


def test_a_stranger_s_question_waits_until_they_can_be_looked_up(work: Workplace) -> None:
    forgotten(work, "ana")
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING, method="users.info"))
    assert work.sandbox.message("ana", MEDIATION).ok
    work.until(lambda: any(job.attempts > 2 for job in work.owed()))
    assert notices(work) == []

    work.sandbox.faults.clear()
    work.settle()
    assert "Send a case to Mediation" in read_by(work, "ana")
