"""Slack down, slow, strict or forgetful while something is owed to it: late perhaps, lost or doubled never."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slackguide.runtime.service import MODAL_TIMEOUT
from slackguide.sandbox import ApiCall, FaultKind, InjectedFault
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT
from slackguide.slack.ids import Action
from slackguide.storage.outbox_admin import OutboxAdmin
from tests.slack.asking import MEDIATION
from tests.slack.escalating import filled, kept, notices, opened, posted, posts, sent
from tests.slack.reading import words
from tests.trial import Workplace


def tries(work: Workplace) -> list[ApiCall]:
    """Every attempt to post into ask-disputes."""
    channel = work.workspace.conversation("ask-disputes").id
    return [
        call for call in work.workspace.calls
        if call.method == "chat.postMessage" and call.arguments.get("channel") == channel
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [FaultKind.FAILING, FaultKind.RESET, FaultKind.RATE_LIMITED])
def test_a_submission_while_slack_is_down_is_kept_and_posted_when_it_is_back(work: Workplace, kind: FaultKind) -> None:
    opened(work)
    work.sandbox.inject_fault(InjectedFault(kind=kind))

    assert work.submit(filled()).ok
    assert "D-1001" in words(work.modal())
    work.until(lambda: any(job.attempts >= 3 for job in work.owed()))
    assert posts(work) == []

    work.sandbox.faults.clear()
    work.settle()
    assert len(posts(work)) == 1
    assert "D-1001 is in #ask-disputes" in words(notices(work)[-1])


def test_a_restart_while_slack_is_down_needs_no_slack_and_loses_nothing(work: Workplace) -> None:
    opened(work)
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING))
    assert work.submit(filled()).ok
    work.end()

    work.begin(known=False)
    assert "Send a case to Mediation" in words(work.route(MEDIATION)), "people are known from the database"
    work.until(lambda: any(job.attempts >= 3 for job in work.owed()))

    work.sandbox.faults.clear()
    work.settle()
    assert len(posts(work)) == 1


def test_retry_after_is_obeyed(work: Workplace) -> None:
    posted(work, sent(work))
    work.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.RATE_LIMITED, method="chat.postMessage", times=1, seconds=37)
    )

    second = sent(work, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")
    posted(work, second)

    refused, taken = tries(work)[-2:]
    assert (refused.status, taken.status) == (429, 200)
    assert taken.at - refused.at >= 37


@pytest.mark.parametrize("kind", [FaultKind.LOST_ANSWER, FaultKind.HANGING])
def test_a_post_whose_answer_never_comes_is_in_the_channel_once(work: Workplace, kind: FaultKind) -> None:
    """Five seconds of real time until we give up on the answer."""
    escalation = sent(work)
    work.sandbox.inject_fault(InjectedFault(kind=kind, method="chat.postMessage", times=1))

    posted(work, escalation)

    assert len(posts(work)) == 1
    assert kept(work, escalation).card is not None
    assert len([notice for notice in notices(work) if "is in #ask-disputes" in notice.text]) == 1


def test_a_500_after_posting_is_looked_for_before_posting_again(work: Workplace) -> None:
    escalation = sent(work)
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING, method="chat.postMessage", times=2))

    posted(work, escalation)

    assert "conversations.history" in [call.method for call in work.workspace.calls]
    assert len(posts(work)) == 1


def test_an_archived_channel_parks_the_post_and_the_requester_and_specialists_are_told_in_words(
    work: Workplace,
) -> None:
    work.workspace.change_channel("ask-disputes", archived=True)

    escalation = sent(work)
    work.settle()

    for who in ("ana", "marek"):
        (notified,) = notices(work, who)
        assert "D-1001 is saved, but not yet in #ask-disputes" in words(notified)
        assert "archived" in words(notified)
        assert "Nothing has to be typed again" in words(notified)
    (job,) = work.owed()
    assert (job.state, job.error_code) == ("parked", "is_archived")

    work.workspace.change_channel("ask-disputes", archived=False)
    assert OutboxAdmin(database=work.stores.database, notifier=work.stores.notifier).retry("D-1001") == 1
    posted(work, escalation)
    assert "D-1001 is in #ask-disputes" in words(notices(work)[-1])


def test_a_channel_without_us_in_it_parks_the_post_and_says_whom_to_invite(work: Workplace) -> None:
    work.workspace.change_channel("ask-disputes", bot_joined=False)

    sent(work)
    work.settle()

    assert "Invite @slackguide to #ask-disputes" in words(notices(work)[-1])
    assert posts(work) == []


def test_a_channel_that_is_made_anew_is_found_again_after_a_retry(work: Workplace) -> None:
    """Its id was kept; the channel of that id is no longer there for us."""
    posted(work, sent(work))
    old = work.workspace.change_channel("ask-disputes", name="ask-disputes-old", private=True, bot_joined=False)
    second = sent(work, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")
    work.settle()
    assert posts(work, old.id)[1:] == []
    assert work.owed()[0].error_code == "channel_not_found"

    work.workspace.change_channel("general", name="ask-disputes")
    OutboxAdmin(database=work.stores.database, notifier=work.stores.notifier).retry(second.reference)
    work.settle()

    (post,) = posts(work, "ask-disputes")
    assert post.metadata is not None
    assert post.metadata["event_payload"] == {"id": second.id}


def test_a_channel_id_in_the_configuration_is_used_without_a_look_up(workplace: Callable[..., Workplace]) -> None:
    other = workplace().workspace.conversation("ask-ce").id
    work = workplace(environment={"SLACKGUIDE_CHANNELS": f"ask-disputes={other}"})

    escalation = sent(work)
    work.settle()

    (post,) = posts(work, "ask-ce")
    assert post.metadata == {"event_type": "slackguide_escalation", "event_payload": {"id": escalation.id}}
    assert posts(work, "ask-disputes") == []
    assert "conversations.list" not in [call.method for call in work.workspace.calls]


def test_a_channel_name_is_looked_up_once_and_then_kept(work: Workplace) -> None:
    posted(work, sent(work))
    work.end()
    work.begin()
    posted(work, sent(work, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111"))

    assert [call.method for call in work.workspace.calls].count("conversations.list") == 1


def test_a_requester_who_has_left_does_not_hold_up_the_post(work: Workplace) -> None:
    escalation = sent(work)
    work.workspace.change_person("ana", deleted=True)

    assert posted(work, escalation)
    assert kept(work, escalation).card is not None


# -- windows, which have to open within three seconds -----------------------------------------------------------------


@pytest.mark.parametrize(("kind", "times"), [(FaultKind.FAILING, 1), (FaultKind.RESET, 2), (FaultKind.RATE_LIMITED, 1)])
def test_a_window_that_slack_does_not_open_is_told_in_the_acknowledgement(
    work: Workplace, kind: FaultKind, times: int
) -> None:
    for text in ("", "escalate ask-disputes"):
        work.sandbox.inject_fault(InjectedFault(kind=kind, method="views.open", times=times))
        exchange = work.command(text)
        assert exchange.ok
        assert "did not let me open" in exchange.messages[0].text


def test_slack_that_hangs_costs_the_acknowledgement_one_time_limit_shorter_than_slack_s_patience(
    work: Workplace,
) -> None:
    assert MODAL_TIMEOUT < REQUEST_TIMEOUT
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.HANGING, method="views.open", times=9))

    exchange = work.command("escalate ask-disputes")

    assert [fault.times for fault in work.sandbox.faults.faults] == [8], "it was tried once"
    assert "did not let me open" in exchange.messages[0].text


def test_a_button_whose_window_does_not_open_says_so(work: Workplace) -> None:
    message = work.route(MEDIATION)
    work.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.REFUSING, method="views.open", code="expired_trigger_id", times=1)
    )
    assert "in time" in work.told(message, Action.ESCALATE).text

    work.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.REFUSING, method="views.open", code="view_too_large", times=1)
    )
    assert "view_too_large" in work.told(message, Action.ESCALATE).text


def test_a_click_while_slack_takes_its_time_over_everything_else_is_still_answered(work: Workplace) -> None:
    """What we owe Slack does not slow down what Slack asks of us."""
    post = InjectedFault(kind=FaultKind.SLOW, method="chat.postMessage", times=1, seconds=10 * REQUEST_TIMEOUT)
    work.sandbox.inject_fault(post)
    sent(work)
    work.until(lambda: post not in work.sandbox.faults.faults)

    exchange = work.command(MEDIATION)

    assert exchange.ok
    assert tries(work) == []
    work.sandbox.faults.clear()  # only now does the post get its answer, which was waited for all the time
    work.settle()
    assert [call.ok for call in tries(work)] == [True]
    assert "conversations.history" not in [call.method for call in work.workspace.calls]
