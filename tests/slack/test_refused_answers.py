"""Every question ends in something that the person sees, whatever Slack refuses."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk import WebClient

from slackguide.delivery.jobs import Job
from slackguide.delivery.tasks import AnswerMessage
from slackguide.sandbox import FaultKind, InjectedFault, Message
from slackguide.slack.error_messages import error_reference
from slackguide.slack.message_preparation import LAST_ATTEMPT, MessagePreparation
from slackguide.slack.sender import SlackSender
from slackguide.slack.thread_answers import AnswerTimeout, ThreadReply
from slackguide.slack.views.direct import NOTE
from tests.support.app_harness import STAFF, WEDNESDAY, AppHarness
from tests.support.credentials import BOT_TOKEN
from tests.support.questions import MEDIATION

TRANSPORTS = ("http", "socket")


def refuse(harness: AppHarness, code: str, times: int | None = None, method: str = "chat.postMessage") -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method=method, code=code, times=times))


def answers(harness: AppHarness, who: str = "ana") -> list[Message]:
    harness.settle()
    return [message for message in harness.workspace.direct_messages(who) if message.by_bot]


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "invalid_arguments"])
def test_an_answer_whose_blocks_are_refused_comes_as_text(harness: AppHarness, code: str) -> None:
    whole = harness.ask(MEDIATION)
    refuse(harness, code, times=1)
    harness.sandbox.message("ana", MEDIATION)
    first, second = answers(harness)
    assert first.text == whole.text == second.text
    assert second.blocks == ()
    assert harness.pending() == ()


def test_where_the_text_is_refused_too_there_is_a_line_with_a_reference(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "slackguide.slack.sender")
    refuse(harness, "invalid_blocks", times=2)
    sent = harness.sandbox.message("ana", MEDIATION).sent
    (answer,) = answers(harness)
    reference = error_reference(sent["event_id"])
    assert f"does not accept it. Tell an administrator of slackguide (reference {reference})" in answer.text
    assert reference in caplog.text
    assert "invalid_blocks" in caplog.text
    assert harness.pending() == ()


def test_a_code_that_nobody_knows_is_first_taken_for_temporary(harness: AppHarness) -> None:
    refuse(harness, "some_new_code", times=1)
    harness.sandbox.message("ana", MEDIATION)
    assert answers(harness)[0].blocks
    refuse(harness, "some_new_code", times=3)
    harness.sandbox.message("ana", "refund")
    assert answers(harness)[-1].blocks == ()


@pytest.mark.parametrize("code", ["restricted_action", "restricted_action_read_only_channel", "not_in_channel"])
def test_what_a_channel_does_not_accept_goes_to_the_asker(harness: AppHarness, code: str) -> None:
    refuse(harness, code, times=1)
    harness.sandbox.mention("ana", STAFF, MEDIATION)
    (answer,) = answers(harness)
    assert "Slack does not let me post there" in answer.text
    assert answer.blocks
    assert {message.text for message in harness.workspace.all_messages(STAFF) if message.by_bot} <= {NOTE}


def test_where_nothing_is_accepted_the_answer_is_a_dead_letter(harness: AppHarness) -> None:
    refuse(harness, "invalid_blocks")
    harness.sandbox.message("ana", MEDIATION)
    harness.until(lambda: [job for job in harness.pending() if job.state == "parked"])
    assert len([call for call in harness.workspace.calls if call.method == "chat.postMessage"]) == 3


class SlowConversation:
    """A conversation that can never be read in time."""

    def answer(self, task: AnswerMessage, before: Sequence[str], *, patient: bool) -> ThreadReply:
        raise AnswerTimeout

    def ensure_known(self, user_id: str) -> None:
        """Know everybody, as the directory."""


def test_an_answer_that_takes_too_long_says_so_at_last(harness: AppHarness) -> None:
    slow: Any = SlowConversation()
    nothing: Any = None
    client = WebClient(BOT_TOKEN, base_url=harness.sandbox.api_url)
    preparation = MessagePreparation(
        client=client, channels=nothing, knowledge=nothing, conversation=slow, directory=slow, turns=lambda _: (),
        home=nothing, escalations=nothing, offer=nothing, on_duty=nothing,
    )  # fmt: skip
    sender = SlackSender(client=client, preparation=preparation, search=nothing, channels=nothing, directory=nothing)
    channel = harness.workspace.direct_message(harness.workspace.person("ana").id).id
    parent = harness.ask(MEDIATION)
    task = AnswerMessage("Ev1", channel, parent.ts, "U1", "T1", "hourly")
    job = Job(id=77, task=task, escalation=None, attempts=1, maybe_sent=False, created_at=WEDNESDAY, lease=1)
    with pytest.raises(AnswerTimeout):
        sender.prepare(job)
    last = replace(job, attempts=LAST_ATTEMPT)
    sender.prepare(last)
    posted = harness.workspace.message(sender.post(last).ts)
    assert "could not read this conversation in time. Please ask in a new message" in posted.text
    assert error_reference("Ev1") in posted.text


def test_a_message_that_cannot_be_stored_is_not_lost_in_silence(harness: AppHarness) -> None:
    payload = harness.sandbox.message("ana", MEDIATION).sent
    answered = len(answers(harness))
    payload["event_id"] = "EvLater"
    payload["event"] = {**payload["event"], "ts": "1772640999.000100"}
    away = harness.database.with_suffix(".away")
    harness.database.rename(away)
    try:
        for number in (0, 1, 2):
            assert harness.send("events_api", payload, retry=number).status == 500
        assert len(harness.workspace.direct_messages("ana")) == answered + 1
        assert harness.send("events_api", payload, retry=3).status == 500
        harness.workspace.wait_for(lambda: len(harness.workspace.direct_messages("ana")) > answered + 1, timeout=10)
    finally:
        away.rename(harness.database)
    (told,) = harness.workspace.direct_messages("ana")[answered + 1 :]
    assert "The database cannot be reached. Nothing was saved." in told.text
    assert re.search(r"reference [0-9A-F]{8}", told.text)


def test_slacks_notice_that_it_drops_events_is_acknowledged_and_logged(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "slackguide.slack.middleware")
    for _ in range(5):
        assert harness.sandbox.limit_events().ok
    assert [message for message in caplog.messages if "drops events" in message] == [
        "Slack drops events of this app since 16:00 UTC: more than 30,000 an hour in one workspace"
    ]
