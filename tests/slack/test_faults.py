"""A fault of ours: an apology with a reference that is in the log, on the surface where the person is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from slackguide.slack.button_state import AnswerState
from slackguide.slack.ids import ASK_TEXT, Action, Callback
from tests.slack.asking import MEDIATION
from tests.slack.escalating import filled, opened, posted, posts, sent
from tests.slack.forging import answer_to, press_value
from tests.slack.reading import fields, words
from tests.slack.test_home import home
from tests.trial import Workplace

SECRET = "the-words-within-the-fault"
REFERENCE = re.compile(r"reference ([\w-]{8}),")


@pytest.fixture
def referred(caplog: pytest.LogCaptureFixture) -> Callable[[str], None]:
    """Checks words for a person: an apology whose reference is in the log, and nothing else of the fault."""

    def check(notified: str) -> None:
        found = REFERENCE.search(notified)
        assert found, notified
        assert f"fault {found[1]}: RuntimeError" in caplog.text
        assert SECRET not in caplog.text + notified

    return check


@pytest.fixture
def broken(work: Workplace) -> Iterator[Workplace]:
    """A workplace whose guide fails from now on."""
    work.guide.broken = SECRET
    yield work
    work.guide.broken = None


@pytest.mark.parametrize("text", [MEDIATION, "help", "escalate", "escalate ask-disputes"])
def test_a_command_is_answered_with_an_apology(broken: Workplace, referred: Callable[[str], None], text: str) -> None:
    exchange = broken.command(text)

    assert exchange.ok
    referred(exchange.messages[0].text)


def test_a_press_is_answered_with_an_apology(broken: Workplace, referred: Callable[[str], None]) -> None:
    broken.guide.broken = None
    message = broken.route(MEDIATION)
    broken.guide.broken = SECRET

    referred(broken.told(message, Action.HELPFUL).text)
    assert broken.workspace.message(message.ts) == message, "the answer stays"


def test_a_press_in_a_window_is_answered_with_an_apology_on_top_of_it(
    work: Workplace, referred: Callable[[str], None]
) -> None:
    work.command("")
    work.submit({ASK_TEXT: MEDIATION})
    answer = work.modal()
    work.guide.broken = SECRET

    work.click(answer, Action.HELPFUL)

    referred(words(work.modal()))
    assert work.modal().id != answer.id


def test_the_ask_form_stays_open_with_an_apology(work: Workplace, referred: Callable[[str], None]) -> None:
    work.command("")
    work.guide.broken = SECRET

    exchange = work.submit({ASK_TEXT: MEDIATION})

    referred(exchange.errors[ASK_TEXT])
    assert fields(work.modal())[ASK_TEXT] == MEDIATION
    work.guide.broken = None
    assert work.submit().ok


def test_the_escalation_form_stays_open_with_an_apology_and_everything_typed(
    work: Workplace, referred: Callable[[str], None]
) -> None:
    opened(work)
    work.guide.broken = SECRET

    exchange = work.submit(filled())

    (notified,) = exchange.errors.values()
    referred(notified)
    assert fields(work.modal())["summary"] == filled()["summary"]
    work.guide.broken = None
    assert work.submit().ok
    work.settle()
    assert len(posts(work)) == 1


def test_the_message_shortcut_is_answered_with_an_apology(work: Workplace, referred: Callable[[str], None]) -> None:
    work.sandbox.say("ben", "general", MEDIATION)
    message = work.workspace.messages("general")[0]
    work.guide.broken = SECRET

    work.sandbox.message_shortcut("ana", message.ts, Callback.MESSAGE_SHORTCUT)

    work.until(lambda: work.workspace.ephemerals("ana"))
    referred(work.workspace.ephemerals("ana")[-1].text)


def test_a_direct_message_is_answered_with_an_apology(broken: Workplace, referred: Callable[[str], None]) -> None:
    answer = broken.ask(MEDIATION)

    referred(answer.text)
    broken.settle()
    assert broken.owed() == ()


def test_a_mention_is_answered_with_an_apology(broken: Workplace, referred: Callable[[str], None]) -> None:
    broken.sandbox.mention("ana", "general", MEDIATION)
    broken.settle()

    (answer,) = [m for m in broken.workspace.all_messages("general") if m.by_bot]
    referred(answer.text)


def test_a_stranger_who_had_to_be_looked_up_gets_the_apology_too(
    workplace: Callable[..., Workplace], referred: Callable[[str], None]
) -> None:
    work = workplace(known=False)
    work.guide.broken = SECRET

    work.command(MEDIATION)

    work.until(lambda: any("Sorry" in m.text for m in work.workspace.ephemerals("ana")))
    referred(work.workspace.ephemerals("ana")[-1].text)
    referred(answer_to(work, Action.HELPFUL, AnswerState("x", "refund").encode()))


def test_the_home_tab_tells_it_in_a_window(work: Workplace) -> None:
    view = home(work)
    work.guide.broken = SECRET

    assert press_value(work, f"{Action.SET_FACT}:0", AnswerState("x").encode(n="x", v="y"), where=view).status == 200

    work.until(lambda: work.workspace.views.top(view.person))
    assert "Sorry" in words(work.modal())


def test_an_escalation_that_meets_a_fault_on_its_way_is_posted_once_it_is_mended(
    work: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    opened(work)
    assert work.submit(filled()).ok
    work.settle()
    second = sent(work, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")
    work.guide.broken = SECRET
    work.until(lambda: not work.active() or any(job.attempts >= 2 for job in work.owed()))
    work.guide.broken = None

    posted(work, second)

    assert SECRET not in caplog.text
