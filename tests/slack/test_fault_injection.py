"""Slack down, slow, strict or forgetful while jobs are pending: they may be late, but are never lost or duplicated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slackguide.runtime.builder import MODAL_TIMEOUT
from slackguide.sandbox import ApiCall, FaultKind, InjectedFault
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT
from slackguide.slack.ids import Action
from slackguide.storage.outbox_admin import OutboxAdmin
from tests.support.app_harness import AppHarness
from tests.support.escalations import filled, kept, notices, opened, posted, posts, sent
from tests.support.questions import MEDIATION
from tests.support.rendered import words


def tries(harness: AppHarness) -> list[ApiCall]:
    """Every attempt to post into ask-disputes."""
    channel = harness.workspace.conversation("ask-disputes").id
    return [
        call for call in harness.workspace.calls
        if call.method == "chat.postMessage" and call.arguments.get("channel") == channel
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET, FaultKind.RATE_LIMITED])
def test_a_submission_while_slack_is_down_is_stored_and_posted_when_it_is_back(
    harness: AppHarness, kind: FaultKind
) -> None:
    opened(harness)
    harness.sandbox.inject_fault(InjectedFault(kind=kind))

    assert harness.submit(filled()).ok
    harness.until(lambda: any(job.attempts >= 3 for job in harness.pending()))
    assert posts(harness) == []

    harness.sandbox.faults.clear()
    harness.settle()
    assert len(posts(harness)) == 1
    assert "(D-1001, #ask-disputes)" in words(notices(harness)[-1])


def test_a_restart_while_slack_is_down_needs_no_slack_and_loses_nothing(harness: AppHarness) -> None:
    opened(harness)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR))
    assert harness.submit(filled()).ok
    harness.end()

    harness.begin(known=False)
    assert "Send a case to Mediation" in words(harness.route(MEDIATION)), "people are known from the database"
    harness.until(lambda: any(job.attempts >= 3 for job in harness.pending()))

    harness.sandbox.faults.clear()
    harness.settle()
    assert len(posts(harness)) == 1


def test_retry_after_is_obeyed(harness: AppHarness) -> None:
    posted(harness, sent(harness))
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.RATE_LIMITED, method="chat.postMessage", times=1, seconds=37)
    )

    second = sent(harness, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")
    posted(harness, second)

    refused, taken = tries(harness)[-2:]
    assert (refused.status, taken.status) == (429, 200)
    assert taken.at - refused.at >= 37


@pytest.mark.parametrize("kind", [FaultKind.LOST_RESPONSE, FaultKind.NO_RESPONSE])
def test_a_post_whose_answer_never_comes_is_in_the_channel_once(harness: AppHarness, kind: FaultKind) -> None:
    """Five seconds of real time until we give up on the answer."""
    escalation = sent(harness)
    harness.sandbox.inject_fault(InjectedFault(kind=kind, method="chat.postMessage", times=1))

    posted(harness, escalation)

    assert len(posts(harness)) == 1
    assert kept(harness, escalation).card is not None
    assert len([notice for notice in notices(harness) if "is in #ask-disputes" in notice.text]) == 1


def test_a_500_after_posting_is_looked_for_before_posting_again(harness: AppHarness) -> None:
    escalation = sent(harness)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="chat.postMessage", times=2))

    posted(harness, escalation)

    assert "conversations.history" in [call.method for call in harness.workspace.calls]
    assert len(posts(harness)) == 1


def test_an_archived_channel_delays_the_post_and_notifies_the_people_concerned(
    harness: AppHarness,
) -> None:
    harness.workspace.change_channel("ask-disputes", archived=True)

    escalation = sent(harness)
    harness.settle()

    for who in ("ana", "marek"):
        (notified,) = notices(harness, who)
        assert "D-1001 is saved, but not yet in #ask-disputes" in words(notified)
        assert "archived" in words(notified)
        assert "You do not need to enter anything again" in words(notified)
    (job,) = harness.pending()
    assert (job.state, job.error_code) == ("due", "is_archived"), "it is tried again"

    harness.workspace.change_channel("ask-disputes", archived=False)
    assert (
        OutboxAdmin(database=harness.repositories.database, notifier=harness.repositories.notifier).retry("D-1001") == 1
    )
    posted(harness, escalation)
    assert "(D-1001, #ask-disputes)" in words(notices(harness)[-1])


def test_a_channel_without_us_in_it_delays_the_post_and_says_whom_to_invite(harness: AppHarness) -> None:
    harness.workspace.change_channel("ask-disputes", bot_joined=False)

    sent(harness)
    harness.settle()

    assert "Invite @slackguide to #ask-disputes" in words(notices(harness)[-1])
    assert posts(harness) == []


def test_a_channel_that_is_made_anew_is_found_again_after_a_retry(harness: AppHarness) -> None:
    """Its id was kept; the channel of that id is no longer there for us."""
    posted(harness, sent(harness))
    old = harness.workspace.change_channel("ask-disputes", name="ask-disputes-old", private=True, bot_joined=False)
    second = sent(harness, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")
    harness.settle()
    assert posts(harness, old.id)[1:] == []
    assert harness.pending()[0].error_code == "channel_not_found"

    harness.workspace.change_channel("general", name="ask-disputes")
    OutboxAdmin(database=harness.repositories.database, notifier=harness.repositories.notifier).retry(second.reference)
    harness.settle()

    (post,) = posts(harness, "ask-disputes")
    assert post.metadata is not None
    assert post.metadata["event_payload"] == {"id": second.id}


def test_a_channel_id_in_the_configuration_is_used_without_a_look_up(make_harness: Callable[..., AppHarness]) -> None:
    other = make_harness().workspace.conversation("ask-ce").id
    harness = make_harness(environment={"SLACKGUIDE_CHANNELS": f"ask-disputes={other}"})

    escalation = sent(harness)
    harness.settle()

    (post,) = posts(harness, "ask-ce")
    assert post.metadata == {"event_type": "slackguide_escalation", "event_payload": {"id": escalation.id}}
    assert posts(harness, "ask-disputes") == []
    assert not {"users.conversations", "conversations.list"} & {call.method for call in harness.workspace.calls}


def test_a_channel_name_is_looked_up_once_and_then_kept(harness: AppHarness) -> None:
    posted(harness, sent(harness))
    harness.end()
    harness.begin()
    posted(harness, sent(harness, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111"))

    methods = [call.method for call in harness.workspace.calls]
    assert (methods.count("users.conversations"), methods.count("conversations.list")) == (1, 0)


def test_a_requester_who_has_left_does_not_hold_up_the_post(harness: AppHarness) -> None:
    escalation = sent(harness)
    harness.workspace.change_person("ana", deleted=True)

    assert posted(harness, escalation)
    assert kept(harness, escalation).card is not None


# -- windows, which have to open within three seconds -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "times"), [(FaultKind.SERVER_ERROR, 1), (FaultKind.CONNECTION_RESET, 2), (FaultKind.RATE_LIMITED, 1)]
)
def test_a_window_that_slack_does_not_open_is_reported_in_the_acknowledgement(
    harness: AppHarness, kind: FaultKind, times: int
) -> None:
    for text in ("", "escalate ask-disputes"):
        harness.sandbox.inject_fault(InjectedFault(kind=kind, method="views.open", times=times))
        exchange = harness.command(text)
        assert exchange.ok
        assert "did not open the window" in exchange.messages[0].text


def test_slack_that_hangs_costs_the_acknowledgement_one_time_limit_shorter_than_slack_s_patience(
    harness: AppHarness,
) -> None:
    assert MODAL_TIMEOUT < REQUEST_TIMEOUT
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.NO_RESPONSE, method="views.open", times=9))

    exchange = harness.command("escalate ask-disputes")

    assert [fault.times for fault in harness.sandbox.faults.faults] == [8], "it was tried once"
    assert "did not open the window" in exchange.messages[0].text


def test_a_button_whose_window_does_not_open_says_so(harness: AppHarness) -> None:
    message = harness.route(MEDIATION)
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="views.open", code="expired_trigger_id", times=1)
    )
    assert "in time" in harness.notified(message, Action.ESCALATE).text

    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="views.open", code="view_too_large", times=1)
    )
    assert "view_too_large" in harness.notified(message, Action.ESCALATE).text


def test_a_click_while_slack_takes_its_time_over_everything_else_is_still_answered(harness: AppHarness) -> None:
    """What we owe Slack does not slow down what Slack asks of us."""
    post = InjectedFault(kind=FaultKind.SLOW, method="chat.postMessage", times=1, seconds=10 * REQUEST_TIMEOUT)
    harness.sandbox.inject_fault(post)
    sent(harness)
    harness.until(lambda: post not in harness.sandbox.faults.faults)

    exchange = harness.command(MEDIATION)

    assert exchange.ok
    assert tries(harness) == []
    harness.sandbox.faults.clear()  # only now does the post get its answer, which was waited for all the time
    harness.settle()
    assert [call.ok for call in tries(harness)] == [True]
    assert "conversations.history" not in [call.method for call in harness.workspace.calls]
