"""People's words never reach the log, at its most talkative, whatever goes wrong."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from slackguide.logging_config import configure_logging
from slackguide.sandbox import FaultKind, InjectedFault
from slackguide.slack.button_payloads import AnswerPayload, AnswerState
from slackguide.slack.ids import ASK_TEXT, Action, Callback
from tests.support.app_harness import AppHarness
from tests.support.credentials import BOT_TOKEN, SECRET
from tests.support.escalations import filled, notices, opened, posts
from tests.support.forged_requests import press_value
from tests.support.questions import MEDIATION
from tests.support.rendered import labels

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
    assert BOT_TOKEN not in log.getvalue()
    assert SECRET not in log.getvalue()


def everything(harness: AppHarness) -> None:
    """Send the word to every surface."""
    message = harness.route(f"{MEDIATION} {WORD}")
    for action in (Action.HELPFUL, Action.UNKNOWN_FACT, Action.NOT_THIS, Action.NONE_OF_THESE):
        message = harness.click_message(message, action) if action in labels(message).values() else message
    harness.command("")
    harness.submit({ASK_TEXT: f"{MEDIATION} {WORD}"})
    harness.workspace.views.clear(harness.workspace.person("ana").id)
    harness.ask(f"{MEDIATION} {WORD}")
    harness.sandbox.mention("ana", "general", f"refund {WORD}")
    harness.sandbox.message_shortcut("ben", harness.workspace.messages("general")[0].ts, Callback.MESSAGE_SHORTCUT)
    opened(harness)
    harness.submit(filled(contract_id=WORD))
    harness.submit(filled(summary=f"so {WORD}", client_username=WORD))
    harness.settle()
    post = posts(harness)[-1]
    harness.click(post, Action.CLAIM, "marek")
    harness.settle()
    harness.click(harness.workspace.message(post.ts), Action.ASK_MORE, "marek")
    harness.submit({"words": f"which {WORD}?"}, "marek")
    harness.settle()
    harness.click(notices(harness)[-1], Action.ADD_DETAILS)
    harness.submit({"words": f"this {WORD}"})
    harness.click(harness.workspace.message(post.ts), Action.RESOLVE, "marek")
    harness.submit({"ending": "in_guide", "decided": f"decided {WORD}"}, "marek")
    harness.settle()


def test_on_a_fine_day(log: io.StringIO, harness: AppHarness) -> None:
    everything(harness)

    private(log)


def test_while_slack_refuses_forgets_and_fails(log: io.StringIO, harness: AppHarness) -> None:
    for kind in (FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET, FaultKind.RATE_LIMITED):
        for method in ("chat.postMessage", "chat.update", "views.publish", "conversations.open"):
            harness.sandbox.inject_fault(InjectedFault(kind=kind, method=method, times=1))
    everything(harness)
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="chat.postMessage", code="invalid_blocks", times=1)
    )
    harness.sandbox.message("ana", f"refund {WORD}")
    harness.settle()

    private(log)


def test_with_faults_of_ours_and_of_the_database(log: io.StringIO, harness: AppHarness) -> None:
    opened(harness)
    harness.guide.broken = f"it says {WORD}"
    harness.command(f"refund {WORD}")
    harness.submit(filled(summary=WORD))
    press_value(harness, Action.HELPFUL, AnswerPayload(AnswerState("x", f"refund {WORD}")).encode())
    harness.ask(f"refund {WORD}")
    harness.guide.broken = None
    away = harness.database.with_suffix(".away")
    harness.database.rename(away)
    harness.submit(filled(summary=WORD))
    harness.sandbox.message("ana", f"refund {WORD}")
    harness.command(f"refund {WORD} " + "x" * 2000)
    away.rename(harness.database)
    harness.pass_time(20)  # the lease of a job that could not be settled runs out
    harness.settle()

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
    log: io.StringIO, harness: AppHarness, headers: dict[str, str], secret: str, status: int | None
) -> None:
    body = f"command=%2Froute&text=refund+{WORD}&user_id=U1"
    encoded = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}

    reply = harness.send_raw("application/x-www-form-urlencoded", body, headers=encoded, secret=secret)

    assert reply.status is not None
    assert status is None or reply.status == status
    assert WORD not in reply.body
    private(log)


def test_of_a_body_that_cannot_be_read(log: io.StringIO, harness: AppHarness) -> None:
    for kind, body in (
        ("application/json", f'{{"event": "{WORD}'),
        ("application/json", f'["{WORD}"]'),
        ("application/x-www-form-urlencoded", f"payload=%7B{WORD}"),
        ("application/x-www-form-urlencoded", f"payload={WORD}"),
        ("application/x-www-form-urlencoded", f"payload=%5B%22{WORD}%22%5D"),
        ("application/x-www-form-urlencoded", ""),
    ):
        reply = harness.send_raw(kind, body)
        assert reply.status is not None
        assert WORD not in reply.body

    private(log)
