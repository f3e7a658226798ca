"""A fault of ours: an apology with a reference that is in the log, on the surface where the person is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from slackguide.slack.button_payloads import AnswerPayload, AnswerState, Section, SetFactPayload
from slackguide.slack.ids import ASK_TEXT, Action, Callback
from tests.slack.test_app_home import home
from tests.support.app_harness import AppHarness
from tests.support.escalations import filled, opened, posted, posts, sent
from tests.support.forged_requests import answer_to, press_value
from tests.support.questions import MEDIATION
from tests.support.rendered import fields, words

SECRET = "the-words-within-the-fault"
REFERENCE = re.compile(r"reference ([\w-]{8})\)")


@pytest.fixture
def referred(caplog: pytest.LogCaptureFixture) -> Callable[[str], None]:
    """Check words for a person: an apology whose reference is in the log, and nothing else of the fault."""

    def check(notified: str) -> None:
        found = REFERENCE.search(notified)
        assert found, notified
        assert f"error {found[1]}: RuntimeError" in caplog.text
        assert SECRET not in caplog.text + notified

    return check


@pytest.fixture
def broken(harness: AppHarness) -> Iterator[AppHarness]:
    """Yield a workspace whose guide fails from now on."""
    harness.guide.broken = SECRET
    yield harness
    harness.guide.broken = None


@pytest.mark.parametrize("text", [MEDIATION, "help", "escalate", "escalate ask-disputes"])
def test_a_command_is_answered_with_an_apology(broken: AppHarness, referred: Callable[[str], None], text: str) -> None:
    exchange = broken.command(text)

    assert exchange.ok
    referred(exchange.messages[0].text)


def test_a_click_is_answered_with_an_apology(broken: AppHarness, referred: Callable[[str], None]) -> None:
    broken.guide.broken = None
    message = broken.opened(broken.route(MEDIATION), Section.MORE)
    broken.guide.broken = SECRET

    referred(broken.notified(message, Action.HELPFUL).text)
    assert broken.workspace.message(message.ts) == message, "the answer stays"


def test_a_click_in_a_window_is_answered_with_an_apology_on_top_of_it(
    harness: AppHarness, referred: Callable[[str], None]
) -> None:
    harness.command("")
    harness.submit({ASK_TEXT: MEDIATION})
    answer = harness.modal()
    harness.guide.broken = SECRET

    harness.click(answer, f"{Action.SET_FACT}:0")

    referred(words(harness.modal()))
    assert harness.modal().id != answer.id


def test_the_ask_form_stays_open_with_an_apology(harness: AppHarness, referred: Callable[[str], None]) -> None:
    harness.command("")
    harness.guide.broken = SECRET

    exchange = harness.submit({ASK_TEXT: MEDIATION})

    referred(exchange.errors[ASK_TEXT])
    assert fields(harness.modal())[ASK_TEXT] == MEDIATION
    harness.guide.broken = None
    assert harness.submit().ok


def test_the_escalation_form_stays_open_with_an_apology_and_everything_typed(
    harness: AppHarness, referred: Callable[[str], None]
) -> None:
    opened(harness)
    harness.guide.broken = SECRET

    exchange = harness.submit(filled())

    (notified,) = exchange.errors.values()
    referred(notified)
    assert fields(harness.modal())["summary"] == filled()["summary"]
    harness.guide.broken = None
    assert harness.submit().ok
    harness.settle()
    assert len(posts(harness)) == 1


def test_the_message_shortcut_is_answered_with_an_apology(harness: AppHarness, referred: Callable[[str], None]) -> None:
    harness.sandbox.say("ben", "general", MEDIATION)
    message = harness.workspace.messages("general")[0]
    harness.guide.broken = SECRET

    harness.sandbox.message_shortcut("ana", message.ts, Callback.MESSAGE_SHORTCUT)

    harness.until(lambda: harness.workspace.ephemerals("ana"))
    referred(harness.workspace.ephemerals("ana")[-1].text)


def test_a_direct_message_is_answered_with_an_apology(broken: AppHarness, referred: Callable[[str], None]) -> None:
    answer = broken.ask(MEDIATION)

    referred(answer.text)
    broken.settle()
    assert broken.pending() == ()


def test_a_mention_is_answered_with_an_apology(broken: AppHarness, referred: Callable[[str], None]) -> None:
    broken.sandbox.mention("ana", "general", MEDIATION)
    broken.settle()

    (answer,) = [m for m in broken.workspace.all_messages("general") if m.by_bot]
    referred(answer.text)


def test_a_stranger_who_had_to_be_looked_up_gets_the_apology_too(
    make_harness: Callable[..., AppHarness], referred: Callable[[str], None]
) -> None:
    harness = make_harness(known=False)
    harness.guide.broken = SECRET

    harness.command(MEDIATION)

    harness.until(lambda: any("Sorry" in m.text for m in harness.workspace.ephemerals("ana")))
    referred(harness.workspace.ephemerals("ana")[-1].text)
    referred(answer_to(harness, Action.HELPFUL, AnswerPayload(AnswerState("x", "refund")).encode()))


def test_the_home_tab_tells_it_in_a_window(harness: AppHarness) -> None:
    view = home(harness)
    harness.guide.broken = SECRET

    value = SetFactPayload(AnswerState("x"), "x", "y").encode()
    assert press_value(harness, f"{Action.SET_FACT}:0", value, where=view).status == 200

    harness.until(lambda: harness.workspace.views.top(view.person))
    assert "Sorry" in words(harness.modal())


def test_an_escalation_that_meets_a_fault_on_its_way_is_posted_once_it_is_mended(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    opened(harness)
    assert harness.submit(filled()).ok
    harness.settle()
    second = sent(harness, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")
    harness.guide.broken = SECRET
    harness.until(lambda: not harness.active() or any(job.attempts >= 2 for job in harness.pending()))
    harness.guide.broken = None

    posted(harness, second)

    assert SECRET not in caplog.text
