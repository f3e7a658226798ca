"""What a person wrote is erased in the database and in slackguide's own messages on Slack, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from slackguide.sandbox import FaultKind, InjectedFault, Message
from slackguide.slack.ids import Action
from slackguide.slack.sender import ERASED
from slackguide.storage.erasure import ErasureService
from slackguide.storage.retention import RetentionService
from tests.slack.test_privacy import everything
from tests.support.app_harness import AppHarness
from tests.support.cli_runner import Shell, shell
from tests.support.escalations import kept, posted, sent
from tests.support.questions import MEDIATION

__all__ = ["shell"]

from datetime import timedelta

DAY = timedelta(days=1)
WORD = "quetzalcoatlus"
TABLES = ("escalations", "events", "outbox", "cases", "feedback", "drafts", "turns", "choices", "labels")


def erasure(harness: AppHarness) -> ErasureService:
    repositories = harness.repositories
    return ErasureService(database=repositories.database, notifier=repositories.notifier)


def stored(harness: AppHarness) -> str:
    """Return every row of every table with people's text."""
    with harness.repositories.database.read() as connection:
        return str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in TABLES])


def own_messages(harness: AppHarness) -> list[Message]:
    """Return slackguide's messages that are still on Slack, in channels and direct messages."""
    workspace = harness.workspace
    found = [m for conversation in workspace.conversations for m in workspace.all_messages(conversation.id)]
    return [message for message in found if message.by_bot and message.reader is None]


def shown(harness: AppHarness) -> str:
    return json.dumps([[message.text, message.blocks] for message in own_messages(harness)])


def busy(harness: AppHarness) -> None:
    """Let an escalation be claimed, asked about, answered and resolved, all with the word."""
    post = posted(harness, sent(harness, summary=f"Both disagree. {WORD}"))
    harness.click(post, Action.CLAIM, "marek")
    harness.settle()
    harness.click(harness.workspace.message(post.ts), Action.ASK_MORE, "marek")
    harness.submit({"words": f"which {WORD}?"}, "marek")
    harness.settle()
    harness.click(own_notices(harness)[-1], Action.ADD_DETAILS)
    harness.submit({"words": f"this {WORD}"})
    harness.settle()
    harness.click(harness.workspace.message(post.ts), Action.RESOLVE, "marek")
    harness.submit({"ending": "right_place", "decided": f"decided {WORD}"}, "marek")
    harness.settle()


def own_notices(harness: AppHarness, who: str = "ana") -> list[Message]:
    return [message for message in harness.workspace.direct_messages(who) if message.by_bot]


def test_an_escalation_is_erased_here_and_on_slack(harness: AppHarness) -> None:
    busy(harness)
    assert WORD in stored(harness)
    assert WORD in shown(harness)
    before = len(own_messages(harness))
    planned = erasure(harness).erase_escalation("d-1001", dry_run=True)
    harness.settle()
    assert planned is not None
    assert (planned.references, planned.open_references, planned.pending, planned.sending) == (("D-1001",), (), 0, 0)
    assert WORD in shown(harness)

    assert erasure(harness).erase_escalation("d-1001", dry_run=False) == planned
    harness.settle()

    assert WORD not in stored(harness)
    assert WORD not in shown(harness)
    assert len(own_messages(harness)) == before
    assert [m.text for m in own_messages(harness)].count(ERASED) + 1 == planned.messages
    again = erasure(harness).erase_escalation("D-1001", dry_run=True)
    assert again is not None
    assert (again.references, again.comments, again.messages) == ((), 0, 1)


def test_an_open_escalation_that_is_erased_can_still_be_resolved(harness: AppHarness) -> None:
    post = posted(harness, sent(harness, summary=WORD * 3))
    planned = erasure(harness).erase_escalation("D-1001", dry_run=False)
    assert planned is not None
    assert planned.open_references == ("D-1001",)
    harness.settle()
    assert WORD not in shown(harness)
    harness.click(harness.workspace.message(post.ts), Action.CLAIM, "marek")
    harness.settle()
    assert WORD not in shown(harness) + stored(harness)


def test_a_person_is_erased_and_their_colleagues_are_not(harness: AppHarness) -> None:
    everything(harness)
    harness.sandbox.message("ben", f"{MEDIATION} of mine")
    harness.settle()
    ana, marek = (harness.workspace.person(name).id for name in ("ana", "marek"))
    planned = erasure(harness).erase_person(ana, dry_run=True)
    assert planned.references == ("D-1001",)
    assert min(planned.comments, planned.questions, planned.messages) > 0

    erasure(harness).erase_person(ana, dry_run=False)
    harness.settle()
    erasure(harness).erase_person(marek, dry_run=False)
    harness.settle()

    assert "quetzalcoatl" not in stored(harness)
    assert "quetzalcoatl" not in shown(harness)
    assert "of mine" in stored(harness)
    assert "Mediation" in str(own_notices(harness, "ben"))
    empty = erasure(harness).erase_person(ana, dry_run=True)
    assert (empty.references, empty.comments, empty.questions, empty.pending) == ((), 0, 0, 0)


def test_a_specialists_words_in_the_escalation_of_another(harness: AppHarness) -> None:
    busy(harness)
    erasure(harness).erase_person(harness.workspace.person("marek").id, dry_run=False)
    harness.settle()
    for written in (f"which {WORD}?", f"decided {WORD}"):
        assert written not in stored(harness)
        assert written not in shown(harness)
    assert f"this {WORD}" in stored(harness)
    assert f"Both disagree. {WORD}" in shown(harness)


def test_retention_erases_on_slack_too(harness: AppHarness) -> None:
    busy(harness)
    harness.ask(f"{MEDIATION} {WORD}")
    harness.settle()
    retention = RetentionService(database=harness.repositories.database, days=30)
    harness.clock.advance(31 * 86_400)
    assert retention.erase_before(harness.clock() - 30 * DAY) == 1
    harness.settle()
    assert WORD not in stored(harness)
    assert [m for m in own_messages(harness) if WORD in json.dumps([m.text, m.blocks])] == []


def test_a_message_that_was_on_its_way_is_erased_when_it_arrives(harness: AppHarness) -> None:
    posted(harness, sent(harness))
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method="chat.postMessage", seconds=60, times=1))
    post = harness.workspace.messages("ask-disputes")[0]
    harness.click(post, Action.CLAIM, "marek")
    harness.settle()
    harness.click(harness.workspace.message(post.ts), Action.ASK_MORE, "marek")
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method="chat.postMessage", seconds=60))
    harness.submit({"words": f"which {WORD}?"}, "marek")
    harness.until(lambda: any(job.state == "sending" and job.kind != "update_card" for job in harness.pending()))
    found = erasure(harness).erase_escalation("D-1001", dry_run=False)
    assert found is not None
    assert found.sending >= 1
    harness.sandbox.faults.clear()
    harness.settle()
    assert WORD not in stored(harness)
    assert WORD not in shown(harness)


def test_a_message_that_is_gone_from_slack_is_no_obstacle(harness: AppHarness) -> None:
    busy(harness)
    for message in own_notices(harness):
        harness.workspace.remove(message)
    erasure(harness).erase_escalation("D-1001", dry_run=False)
    harness.settle()
    assert WORD not in shown(harness)
    assert [job for job in harness.pending() if job.state == "parked"] == []


def test_what_is_erased_again_by_hand_is_a_dry_run_first(
    make_harness: Callable[..., AppHarness], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = make_harness()
    busy(harness)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{harness.database}")
    ran = shell("erase", "--escalation", "D-1001")
    assert ran.status == 0
    assert ran.out.splitlines()[0] == "escalations: D-1001"
    assert "Nothing was erased. Pass --yes" in ran.err
    assert kept(harness, harness.repositories.escalations.by_reference("D-1001")).values  # type: ignore[arg-type]
    ana = harness.workspace.person("ana").id
    document = shell("erase", "--person", ana, "--json").document
    assert document["erased"] is False
    assert document["references"] == ["D-1001"]
    assert WORD not in ran.out + ran.err + str(document)
    assert shell("erase", "--person", ana, "--yes").err.startswith("Erased.")
    assert f"this {WORD}" not in stored(harness)
    assert {job.kind for job in harness.pending()} == {"update_card", "erase_message", "refresh_home"}
    assert shell("erase", "--escalation", "D-9").status == 2
    for wrong in (["erase"], ["erase", "--person", ana, "--escalation", "D-1001"], ["erase", "--person", "ana"]):
        assert shell(*wrong, "--yes").status == 2


def test_only_the_owner_can_read_the_files(harness: AppHarness, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(harness)
    for suffix in ("", "-wal", "-shm"):
        file = Path(f"{harness.database}{suffix}")
        assert file.stat().st_mode & 0o777 == 0o600, file
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{harness.database}")
    export = harness.database.with_name("all.csv")
    assert shell("escalations", "export", export, "--csv").status == 0
    assert export.stat().st_mode & 0o777 == 0o600
