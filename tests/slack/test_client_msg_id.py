"""Messages carry a `client_msg_id`, whether Slack deduplicates by it or not; the look-back does not rely on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from slackguide.delivery.jobs import Job
from slackguide.delivery.tasks import NoteDirectReply
from slackguide.sandbox import ApiCall, FaultKind, InjectedFault
from slackguide.slack.sender import client_msg_id
from tests.support.app_harness import AppHarness
from tests.support.escalations import kept, notices, posted, posts, sent
from tests.support.questions import MEDIATION

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
JOB = Job(
    id=7, task=NoteDirectReply("C1", "1.0"), escalation=None, attempts=1, maybe_sent=False, created_at=NOON, lease=1
)
MakeHarness = Callable[..., AppHarness]


def post_calls(harness: AppHarness) -> list[ApiCall]:
    return [call for call in harness.workspace.calls if call.method == "chat.postMessage"]


def test_the_id_is_a_uuid_of_the_job() -> None:
    """The same for every attempt, in every process and time zone, and another for every job and database."""
    assert uuid.UUID(client_msg_id(JOB)).version == 5
    assert client_msg_id(replace(JOB, attempts=9, lease=9, maybe_sent=True)) == client_msg_id(JOB)
    elsewhere = NOON.astimezone(datetime.now().astimezone().tzinfo)
    assert client_msg_id(replace(JOB, created_at=elsewhere)) == client_msg_id(JOB)
    assert client_msg_id(replace(JOB, id=8)) != client_msg_id(JOB)
    assert client_msg_id(replace(JOB, created_at=NOON + timedelta(microseconds=1))) != client_msg_id(JOB)


@pytest.mark.parametrize("honours", [False, True])
def test_every_message_has_an_id_of_its_own_and_every_attempt_the_same(
    make_harness: MakeHarness, honours: bool
) -> None:
    harness = make_harness(honours_client_msg_id=honours)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="chat.postMessage", times=2))
    posted(harness, sent(harness))
    harness.ask(MEDIATION)

    ids = [str(call.arguments["client_msg_id"]) for call in post_calls(harness)]
    assert len(ids) == 5, "three attempts to post, a notice and an answer"
    assert len(set(ids[:3])) == 1
    assert len(set(ids)) == 3


@pytest.mark.parametrize("honours", [False, True])
@pytest.mark.parametrize("kind", [FaultKind.LOST_RESPONSE, FaultKind.NO_RESPONSE, FaultKind.SERVER_ERROR])
def test_a_lost_answer_leaves_one_message(make_harness: MakeHarness, kind: FaultKind, honours: bool) -> None:
    harness = make_harness(honours_client_msg_id=honours)
    harness.sandbox.inject_fault(InjectedFault(kind=kind, method="chat.postMessage", times=1))
    escalation = sent(harness)
    posted(harness, escalation)

    assert len(posts(harness)) == 1
    assert kept(harness, escalation).card is not None
    assert len([notice for notice in notices(harness) if "is in #ask-disputes" in notice.text]) == 1
    assert "conversations.history" in {call.method for call in harness.workspace.calls}, "it was looked for, too"


@pytest.mark.parametrize(("honours", "cards"), [(False, 2), (True, 1)])
def test_a_post_that_appears_after_the_look_back_is_posted_once_only_if_slack_honours_the_id(
    make_harness: MakeHarness, honours: bool, cards: int
) -> None:
    """The window that docs/delivery-guarantee.md names, without a `client_msg_id` that Slack honours.

    Slack still works on the post: it has no metadata yet while it is looked for.
    """
    harness = make_harness(honours_client_msg_id=honours)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    escalation = sent(harness)
    harness.until(lambda: posts(harness))
    (late,) = posts(harness)
    metadata = late.metadata
    harness.workspace.change(late, metadata=None)
    harness.until(lambda: len(post_calls(harness)) == 2 or kept(harness, escalation).card is not None)
    harness.workspace.change(late, metadata=metadata)
    harness.settle()

    assert len(posts(harness)) == cards
    assert kept(harness, escalation).card is not None


def test_a_message_whose_id_slack_knows_but_which_is_deleted_is_posted(make_harness: MakeHarness) -> None:
    harness = make_harness(honours_client_msg_id=True)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    # It cannot be looked for until it is deleted, so that no second attempt finds it.
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="conversations.history"))
    escalation = sent(harness)
    harness.until(lambda: posts(harness))
    harness.workspace.remove(posts(harness)[0])
    harness.sandbox.faults.clear()

    posted(harness, escalation)

    assert [call.answer.get("error") for call in post_calls(harness)][1:3] == ["duplicate_message_not_found", None]
    assert kept(harness, escalation).card is not None
