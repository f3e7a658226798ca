"""People's words never reach the log, at its most talkative, whatever goes wrong."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from slackguide.logging_config import configure_logging
from slackguide.sandbox import FaultKind, InjectedFault
from slackguide.slack.button_state import AnswerState
from slackguide.slack.ids import ASK_TEXT, Action, Callback
from tests.slack.asking import MEDIATION
from tests.slack.escalating import filled, notices, opened, posts
from tests.slack.forging import press_value
from tests.slack.reading import labels
from tests.trial import SECRET, TOKEN, Workplace

WORD = "zyxomma"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, by slackguide's own set-up at DEBUG."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in ("slack_bolt", "slack_sdk", "waitress", "sqlalchemy")}
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    configure_logging("DEBUG", "console")
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def private(log: io.StringIO) -> None:
    """Nothing of anybody is in the log, which holds something at all."""
    assert log.getvalue(), "nothing was logged: this proves nothing"
    lines = [line for line in log.getvalue().splitlines() if WORD in line.casefold()]
    assert lines == []
    assert TOKEN not in log.getvalue()
    assert SECRET not in log.getvalue()


def everything(work: Workplace) -> None:
    """The word goes into every surface there is."""
    message = work.route(f"{MEDIATION} {WORD}")
    for action in (Action.HELPFUL, Action.SKIP_FACT, Action.NOT_THIS, Action.NONE_OF_THESE):
        message = work.click_message(message, action) if action in labels(message).values() else message
    work.command("")
    work.submit({ASK_TEXT: f"{MEDIATION} {WORD}"})
    work.workspace.views.clear(work.workspace.person("ana").id)
    work.ask(f"{MEDIATION} {WORD}")
    work.sandbox.mention("ana", "general", f"refund {WORD}")
    work.sandbox.message_shortcut("ben", work.workspace.messages("general")[0].ts, Callback.MESSAGE_SHORTCUT)
    opened(work)
    work.submit(filled(contract_id=WORD))
    work.submit(filled(summary=f"so {WORD}", client_username=WORD))
    work.settle()
    post = posts(work)[-1]
    work.click(post, Action.CLAIM, "marek")
    work.settle()
    work.click(work.workspace.message(post.ts), Action.ASK_MORE, "marek")
    work.submit({"words": f"which {WORD}?"}, "marek")
    work.settle()
    work.click(notices(work)[-1], Action.ADD_DETAILS)
    work.submit({"words": f"this {WORD}"})
    work.click(work.workspace.message(post.ts), Action.RESOLVE, "marek")
    work.submit({"ending": "in_guide", "decided": f"decided {WORD}"}, "marek")
    work.settle()


def test_on_a_fine_day(log: io.StringIO, work: Workplace) -> None:
    everything(work)

    private(log)


def test_while_slack_refuses_forgets_and_fails(log: io.StringIO, work: Workplace) -> None:
    for kind in (FaultKind.FAILING, FaultKind.RESET, FaultKind.RATE_LIMITED):
        for method in ("chat.postMessage", "chat.update", "views.publish", "conversations.open"):
            work.sandbox.inject_fault(InjectedFault(kind=kind, method=method, times=1))
    everything(work)
    work.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.REFUSING, method="chat.postMessage", code="invalid_blocks", times=1)
    )
    work.sandbox.message("ana", f"refund {WORD}")
    work.settle()

    private(log)


def test_with_faults_of_ours_and_of_the_database(log: io.StringIO, work: Workplace) -> None:
    opened(work)
    work.guide.broken = f"it says {WORD}"
    work.command(f"refund {WORD}")
    work.submit(filled(summary=WORD))
    press_value(work, Action.HELPFUL, AnswerState("x", f"refund {WORD}").encode())
    work.ask(f"refund {WORD}")
    work.guide.broken = None
    away = work.database.with_suffix(".away")
    work.database.rename(away)
    work.submit(filled(summary=WORD))
    work.sandbox.message("ana", f"refund {WORD}")
    work.command(f"refund {WORD} " + "x" * 2000)
    away.rename(work.database)
    work.pass_time(20)  # the lease of a job that could not be settled runs out
    work.settle()

    private(log)


@pytest.mark.parametrize(
    ("headers", "secret", "status"),
    [
        ({}, "another secret", 401),
        ({"X-Slack-Signature": "v0=0"}, SECRET, 401),
        ({"X-Slack-Signature": ""}, SECRET, 401),
        ({"X-Slack-Request-Timestamp": "yesterday"}, SECRET, 401),
        ({"X-Slack-Request-Timestamp": "-1"}, SECRET, 401),
        ({"X-Slack-Request-Timestamp": "1e9"}, SECRET, 401),
        ({"X-Slack-Request-Timestamp": "９９"}, SECRET, 401),
        ({"X-Slack-Request-Timestamp": "9" * 400}, SECRET, 401),
        ({"X-Slack-Request-Timestamp": "1000000000"}, SECRET, 401),
        ({"X-Slack-Request-Timestamp": ""}, SECRET, 401),
        ({"Content-Type": "text/plain"}, SECRET, None),
        ({"Content-Type": "application/json"}, SECRET, None),
    ],
)
def test_of_a_request_that_is_not_slacks(
    log: io.StringIO, work: Workplace, headers: dict[str, str], secret: str, status: int | None
) -> None:
    body = f"command=%2Froute&text=refund+{WORD}&user_id=U1"
    encoded = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}

    reply = work.send_raw("application/x-www-form-urlencoded", body, headers=encoded, secret=secret)

    assert reply.status is not None
    assert status is None or reply.status == status
    assert WORD not in reply.body
    private(log)


def test_of_a_body_that_cannot_be_read(log: io.StringIO, work: Workplace) -> None:
    for kind, body in (
        ("application/json", f'{{"event": "{WORD}'),
        ("application/json", f'["{WORD}"]'),
        ("application/x-www-form-urlencoded", f"payload=%7B{WORD}"),
        ("application/x-www-form-urlencoded", f"payload={WORD}"),
        ("application/x-www-form-urlencoded", f"payload=%5B%22{WORD}%22%5D"),
        ("application/x-www-form-urlencoded", ""),
    ):
        reply = work.send_raw(kind, body)
        assert reply.status is not None
        assert WORD not in reply.body

    private(log)
