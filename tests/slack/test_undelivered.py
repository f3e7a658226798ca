"""Messages that are not delivered stay visible: on the sender's App Home, in notices and in the thread."""

from __future__ import annotations

import pytest

from slackguide.escalation.state_machine import Ask, Claim
from slackguide.sandbox import FaultKind, InjectedFault, Message, OpenView
from slackguide.slack.ids import Action
from tests.slack.test_app_home import home, shown
from tests.support.app_harness import STAFF, AppHarness
from tests.support.escalations import kept, notices, posted, posts, sent, thread
from tests.support.forged_requests import press_value
from tests.support.questions import MEDIATION
from tests.support.rendered import labels, words


def retry_of(shown_: OpenView | Message) -> str:
    """Return the action id of the button that tries again."""
    return labels(shown_)["Try again"]


@pytest.mark.parametrize("change", [{"archived": True}, {"bot_joined": False}], ids=["archived", "not a member"])
def test_a_refused_post_is_on_the_sender_s_app_home_and_sent_by_a_click(
    harness: AppHarness, change: dict[str, bool]
) -> None:
    home(harness)
    harness.workspace.change_channel("ask-disputes", **change)
    escalation = sent(harness)
    harness.settle()
    assert "Not delivered yet" in words(shown(harness)), "drawn again without being opened"
    assert "D-1001* is not in #ask-disputes yet" in words(shown(harness))
    assert "I keep trying" in words(shown(harness))
    assert "Not delivered yet" not in words(home(harness, "ben")), "the sender alone sees it"

    harness.workspace.change_channel("ask-disputes", **{name: not value for name, value in change.items()})
    harness.click(shown(harness), retry_of(shown(harness)))
    posted(harness, escalation)

    assert kept(harness, escalation).card is not None
    assert "Not delivered yet" not in words(shown(harness))
    assert harness.pending() == ()


def test_a_refused_post_is_sent_without_a_click_once_the_channel_is_back(harness: AppHarness) -> None:
    harness.workspace.change_channel("ask-disputes", archived=True)
    escalation = sent(harness)
    harness.settle()
    harness.workspace.change_channel("ask-disputes", archived=False)

    harness.until(lambda: kept(harness, escalation).card is not None)

    assert len(posts(harness)) == 1
    assert len([notice for notice in notices(harness) if "not yet in" in notice.text]) == 1


def test_the_notice_itself_has_the_button(harness: AppHarness) -> None:
    harness.workspace.change_channel("ask-disputes", archived=True)
    escalation = sent(harness)
    harness.settle()
    (notice,) = notices(harness, "marek")
    assert "`" not in words(notice), "no command line"
    harness.workspace.change_channel("ask-disputes", archived=False)

    harness.click(notice, retry_of(notice), "marek")
    posted(harness, escalation)
    assert len(posts(harness)) == 1

    before = len(harness.workspace.ephemerals("marek"))
    harness.click(notice, retry_of(notice), "marek")
    harness.until(lambda: len(harness.workspace.ephemerals("marek")) > before)
    assert "nothing to send again" in words(harness.workspace.ephemerals("marek")[-1])
    harness.settle()
    assert len(posts(harness)) == 1


def test_a_message_that_slack_rejects_is_final_and_visible_and_tried_again_by_a_click(harness: AppHarness) -> None:
    refusal = InjectedFault(kind=FaultKind.API_ERROR, method="chat.postMessage", code="invalid_blocks")
    harness.sandbox.inject_fault(refusal)
    harness.sandbox.message("ana", MEDIATION)
    harness.settle()
    harness.sandbox.faults.clear()
    assert [(job.kind, job.state) for job in harness.pending()] == [("answer_message", "parked")]

    view = home(harness)
    assert "My answer to your question in Messages" in words(view)
    assert "I have stopped trying" in words(view)
    harness.click(view, retry_of(view))
    harness.settle()

    assert "Send a case to Mediation" in words(harness.workspace.direct_messages("ana")[-1])
    assert "Not delivered yet" not in words(home(harness))


def test_a_message_of_somebody_else_cannot_be_retried(harness: AppHarness) -> None:
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="chat.postMessage", code="invalid_blocks")
    )
    harness.sandbox.message("ana", MEDIATION)
    harness.settle()
    harness.sandbox.faults.clear()
    (job,) = harness.pending()

    press_value(harness, f"{Action.RETRY_DELIVERY}:{job.id}", f'{{"job": {job.id}, "escalation": null}}', "ben")

    harness.settle()
    assert [(job.kind, job.state) for job in harness.pending()] == [("answer_message", "parked")]


@pytest.mark.parametrize("value", [None, "", "x", "[]", "{}", '{"job": "1", "escalation": null}', '{"job": true}'])
def test_an_unknown_value_changes_nothing(harness: AppHarness, value: str | None) -> None:
    assert press_value(harness, Action.RETRY_DELIVERY, value).status == 200


def test_who_asked_reads_in_the_thread_and_on_app_home_that_the_requester_has_left(harness: AppHarness) -> None:
    escalation = sent(harness)
    post = posted(harness, escalation)
    marek = harness.workspace.person("marek").id
    harness.repositories.escalations.apply(escalation.id, Claim(marek))
    harness.settle()
    harness.workspace.change_person("ana", deleted=True)
    harness.repositories.escalations.apply(escalation.id, Ask(marek, "Which contract?"))
    harness.settle()

    assert "has not received the last message about D-1001: the person's account is deactivated" in thread(
        harness, post
    )
    assert "Your message to" in words(home(harness, "marek"))

    harness.pass_time(61)
    harness.until(lambda: not harness.pending())
    assert "Not delivered yet" not in words(home(harness, "marek"))
    assert thread(harness, post).count("has not received") == 1


def test_while_slack_does_not_answer_the_sender_reads_so(harness: AppHarness) -> None:
    channel = harness.workspace.conversation(STAFF).id
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="chat.postMessage"))
    harness.sandbox.mention("ana", STAFF, MEDIATION)
    harness.until(lambda: any(job.attempts >= 3 for job in harness.pending()))
    assert harness.sandbox.open_home("ana").ok

    def drawn() -> str:
        view = harness.workspace.views.home(harness.workspace.person("ana").id)
        return words(view) if view else ""

    harness.until(lambda: "Not delivered yet" in drawn())
    assert f"<#{channel}>" in drawn()
    assert "Slack does not answer" in drawn()
    harness.sandbox.faults.clear()
    harness.settle()
