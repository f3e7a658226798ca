"""One job from claim to completion, with an outbox in memory and a scripted sender."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.jobs import Job
from slackguide.delivery.retry import (
    MAX_CHANNEL_REFUSALS,
    MAX_USER_REFUSALS,
    Completed,
    DeadLettered,
    Dropped,
    Outcome,
    Retry,
)
from slackguide.delivery.sender import (
    DeliveryError,
    ErrorCategory,
    PostedMessage,
    RateLimitedError,
    RecipientDeniedError,
    SlackRefusedError,
    SlackUnreachableError,
)
from slackguide.delivery.tasks import AnswerMessage, NoteDirectReply, Task
from slackguide.errors import StorageError
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation, EscalationState, Requester
from tests.support.advice import PlainAdvice

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
POSTED = PostedMessage("C1", "100.1")
THERE = PostedMessage("C1", "99.9")
ESCALATION = Escalation(
    id="e1",
    reference="D-1042",
    form_id="ask-disputes",
    assigned_queue="ask-disputes",
    channel="ask-disputes",
    state=EscalationState.SENT,
    requester=Requester("U1", "T1"),
    created_at=NOON,
    changed_at=NOON,
    question="a secret concern",
)
JOB = Job(
    id=7,
    task=PostEscalation("ask-disputes"),
    escalation=ESCALATION,
    attempts=1,
    maybe_sent=False,
    created_at=NOON,
    lease=1,
)

Answer = PostedMessage | Exception | None


class ScriptedSlack:
    """A sender that returns scripted answers and records its calls."""

    def __init__(self, *, prepare: Answer = None, find: Answer = None, post: Answer = POSTED) -> None:
        self.answers = {"prepare": prepare, "find": find, "post": post}
        self.asked: list[str] = []

    def _do(self, what: str) -> PostedMessage | None:
        self.asked.append(what)
        answer = self.answers[what]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def prepare(self, job: Job) -> None:
        self._do("prepare")

    def find(self, job: Job) -> PostedMessage | None:
        return self._do("find")

    def post(self, job: Job) -> PostedMessage:
        posted = self._do("post")
        assert posted is not None
        return posted


class OneJob:
    """An outbox with one job, which may be taken away at some renewal."""

    def __init__(self, renewals: int = 99) -> None:
        self.renewals = renewals
        self.settled: list[tuple[Outcome, tuple[Task, ...]]] = []
        self.released = 0

    def claim(self) -> Job | None:
        return JOB

    def renew(self, job: Job) -> bool:
        self.renewals -= 1
        return self.renewals >= 0

    def complete(self, job: Job, decision: Outcome, *, follow_ups: Sequence[Task] = ()) -> bool:
        self.settled.append((decision, tuple(follow_ups)))
        return True

    def release(self, job: Job) -> None:
        self.released += 1

    def seconds_until_due(self) -> float:
        return 0.0


def deliver(slack: ScriptedSlack, job: Job = JOB, outbox: OneJob | None = None, stopping: bool = False) -> OneJob:
    box = outbox if outbox is not None else OneJob()
    dispatcher = Dispatcher(
        queue=box,
        sender=slack,
        watchers=lambda escalation: ("ULEAD", escalation.requester.user_id),
        explain=PlainAdvice(),
        jitter=lambda: 0.5,
        stopping=lambda: stopping,
    )
    dispatcher.deliver(job)
    return box


def test_a_post_tells_the_requester() -> None:
    slack = ScriptedSlack()
    box = deliver(slack)
    assert slack.asked == ["prepare", "post"]
    assert box.settled == [(Completed(POSTED), (NotifyPerson("U1", NoticeKind.POSTED),))]


def test_what_may_have_been_posted_is_looked_for_first() -> None:
    slack = ScriptedSlack(find=THERE)
    box = deliver(slack, replace(JOB, maybe_sent=True))
    assert slack.asked == ["prepare", "find"]
    assert box.settled == [(Completed(THERE), (NotifyPerson("U1", NoticeKind.POSTED),))]


def test_what_is_not_there_is_posted() -> None:
    slack = ScriptedSlack(find=None)
    box = deliver(slack, replace(JOB, maybe_sent=True))
    assert slack.asked == ["prepare", "find", "post"]
    assert box.settled[0][0] == Completed(POSTED)


def test_a_redraw_is_simply_repeated() -> None:
    slack = ScriptedSlack()
    box = deliver(slack, replace(JOB, task=UpdateCard(), maybe_sent=True))
    assert slack.asked == ["prepare", "post"]
    assert box.settled == [(Completed(POSTED), ())]


@pytest.mark.parametrize(
    ("slack", "before", "after"),
    [
        (ScriptedSlack(post=SlackUnreachableError(ambiguous=True)), False, True),
        (ScriptedSlack(post=SlackUnreachableError(ambiguous=False)), False, False),
        (ScriptedSlack(post=RateLimitedError(3)), False, False),
        (ScriptedSlack(post=RateLimitedError(3)), True, False),
        (ScriptedSlack(find=RateLimitedError(3)), True, True),
        (ScriptedSlack(find=SlackUnreachableError(ambiguous=True)), True, True),
        (ScriptedSlack(prepare=SlackUnreachableError(ambiguous=True)), False, False),
        (ScriptedSlack(prepare=RateLimitedError(3)), True, True),
        (ScriptedSlack(prepare=KeyError("x")), False, False),
        (ScriptedSlack(find=KeyError("x")), True, True),
        (ScriptedSlack(post=KeyError("x")), False, True),
    ],
)
def test_whether_to_look_next_time(slack: ScriptedSlack, before: bool, after: bool) -> None:
    decision = deliver(slack, replace(JOB, maybe_sent=before)).settled[0][0]
    assert isinstance(decision, Retry)
    assert decision.maybe_sent is after


def test_without_being_able_to_look_nothing_is_posted() -> None:
    slack = ScriptedSlack(find=SlackRefusedError("missing_scope", ErrorCategory.INSTALLATION))
    box = deliver(slack, replace(JOB, maybe_sent=True))
    assert "post" not in slack.asked
    assert box.settled[0][0] == Retry(60.5, 5.0, True, "missing_scope")


def test_a_dead_letter_is_reported_to_requester_and_owner() -> None:
    box = deliver(ScriptedSlack(post=SlackRefusedError("not_in_channel", ErrorCategory.CHANNEL)))
    text = "D-1042: not_in_channel"
    reported = (
        NotifyPerson("U1", NoticeKind.DEAD_LETTERED, None, text),
        NotifyPerson("ULEAD", NoticeKind.DEAD_LETTERED, None, text),
    )
    retry = Retry(60.5, 0.0, False, "not_in_channel", refused="not_in_channel")
    assert box.settled == [(retry, reported)]


def test_the_same_refusal_is_reported_once_and_again_when_it_is_final() -> None:
    refusal = ScriptedSlack(post=SlackRefusedError("not_in_channel", ErrorCategory.CHANNEL))
    again = replace(JOB, refused="not_in_channel", refusals=1)
    assert deliver(refusal, again).settled == [
        (Retry(120.5, 0.0, False, "not_in_channel", refused="not_in_channel"), ())
    ]
    ((decision, told),) = deliver(refusal, replace(again, refusals=MAX_CHANNEL_REFUSALS - 1)).settled
    assert decision == DeadLettered("not_in_channel")
    assert {task.words for task in told if isinstance(task, NotifyPerson)} == {"D-1042: not_in_channel (final)"}
    ((_, told),) = deliver(refusal, replace(again, refused="is_archived")).settled
    assert len(told) == 2, "another reason"


QUESTION = NotifyPerson("U1", NoticeKind.DETAILS_REQUESTED, "U2", "a secret concern")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (RecipientDeniedError("guest"), Dropped("guest")),
        (
            SlackRefusedError("user_disabled", ErrorCategory.USER),
            Retry(60.5, 0.0, False, "user_disabled", refused="user_disabled"),
        ),
        (SlackRefusedError("invalid_blocks", ErrorCategory.MESSAGE), DeadLettered("invalid_blocks")),
    ],
)
def test_who_asks_is_told_in_the_thread_that_the_requester_has_not_read_it(
    fault: DeliveryError, outcome: Outcome
) -> None:
    code = getattr(fault, "code", "")
    slack = ScriptedSlack(prepare=fault)
    told = ReplyInThread(NoticeKind.UNDELIVERED, "U1", code, reader="U2")
    assert deliver(slack, replace(JOB, task=QUESTION)).settled == [(outcome, (told,))]
    assert deliver(slack, replace(JOB, task=QUESTION, refused=code, refusals=1)).settled[0][1] == ()
    follower = replace(QUESTION, user_id="U9")
    assert deliver(slack, replace(JOB, task=follower)).settled[0][1] == (), "only the requester is waited for"


def test_a_notice_that_is_a_dead_letter_is_not_shown_by_another_notice() -> None:
    job = replace(JOB, task=NotifyPerson("U1", NoticeKind.POSTED))
    slack = ScriptedSlack(post=SlackRefusedError("invalid_blocks", ErrorCategory.MESSAGE))
    assert deliver(slack, job).settled == [(DeadLettered("invalid_blocks"), ())]


@pytest.mark.parametrize(
    ("fault", "refusals"),
    [
        (RecipientDeniedError("guest"), 0),
        (SlackRefusedError("user_disabled", ErrorCategory.USER), MAX_USER_REFUSALS - 1),
    ],
)
def test_a_notice_that_the_recipient_may_not_read_is_dropped_without_a_warning(
    caplog: pytest.LogCaptureFixture, fault: Exception, refusals: int
) -> None:
    caplog.set_level(logging.INFO)
    slack = ScriptedSlack(prepare=fault)
    box = deliver(slack, replace(JOB, task=QUESTION, refused=getattr(fault, "code", ""), refusals=refusals))
    assert slack.asked == ["prepare"]
    assert isinstance(box.settled[0][0], Dropped)
    (line,) = caplog.records
    assert line.levelno == logging.INFO
    assert box.settled[0][0].code in line.getMessage()
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "task",
    [
        PostEscalation("ask-disputes"),
        NotifyPerson("U1", NoticeKind.DETAILS_REQUESTED, "U2", "a secret concern"),
        ReplyInThread(NoticeKind.DETAILS_REQUESTED, "U2", "a secret concern"),
        UpdateCard(),
    ],
)
def test_a_dead_letter_is_a_warning_with_job_kind_reference_and_code(
    caplog: pytest.LogCaptureFixture, task: Task
) -> None:
    caplog.set_level(logging.INFO)
    slack = ScriptedSlack(post=SlackRefusedError("invalid_blocks", ErrorCategory.MESSAGE))
    deliver(slack, replace(JOB, task=task))
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    for part in ("job 7", type(task).__name__, "D-1042", "invalid_blocks", "dead letter"):
        assert part in line.getMessage()
    assert "secret" not in caplog.text


ANSWER = AnswerMessage("E1", "C1", "1.0", "U1", "T1", "where does this go", "1.0")


@pytest.mark.parametrize(
    ("posted", "pending"),
    [(PostedMessage("C1", "2.0"), ()), (PostedMessage("D1", "2.0"), (NoteDirectReply("C1", "1.0"),))],
)
@pytest.mark.parametrize("maybe_sent", [False, True])
def test_an_answer_that_went_elsewhere_owes_its_thread_a_line(
    posted: PostedMessage, pending: tuple[NoteDirectReply, ...], maybe_sent: bool
) -> None:
    """In the same transaction, whether it was posted by this try or found."""
    slack = ScriptedSlack(find=posted, post=posted)

    box = deliver(slack, replace(JOB, task=ANSWER, escalation=None, maybe_sent=maybe_sent))

    assert box.settled == [(Completed(posted), pending)]


def test_an_answer_that_is_not_posted_owes_its_thread_nothing() -> None:
    job = replace(JOB, task=ANSWER, escalation=None)
    slack = ScriptedSlack(post=SlackRefusedError("user_disabled", ErrorCategory.USER))
    assert deliver(slack, replace(job, refused="user_disabled", refusals=6)).settled == [(Dropped("user_disabled"), ())]


def test_a_card_that_is_gone_is_dropped() -> None:
    job = replace(JOB, task=UpdateCard())
    gone = ScriptedSlack(post=SlackRefusedError("message_not_found", ErrorCategory.MESSAGE, target_gone=True))
    assert deliver(gone, job).settled == [(Dropped("message_not_found"), ())]


@pytest.mark.parametrize(("renewals", "asked"), [(0, ["prepare"]), (1, ["prepare", "find"])])
def test_a_job_that_is_no_longer_ours_is_left_alone(renewals: int, asked: list[str]) -> None:
    slack = ScriptedSlack()
    box = deliver(slack, replace(JOB, maybe_sent=True), OneJob(renewals))
    assert slack.asked == asked
    assert (box.settled, box.released) == ([], 1)


@pytest.mark.parametrize("step", ["prepare", "find", "post"])
@pytest.mark.parametrize("attempts", [1, 99])
def test_an_outage_of_the_database_is_no_fault_of_the_job(step: str, attempts: int) -> None:
    """The lease expires, and the next attempt looks for the message: no attempt is counted as an internal error."""
    notice = NotifyPerson("U1", NoticeKind.CLAIMED)
    slack = ScriptedSlack(**{step: StorageError("The database is busy.")})
    box = OneJob()
    with pytest.raises(StorageError):
        deliver(slack, replace(JOB, task=notice, maybe_sent=step == "find", attempts=attempts), box)
    assert slack.asked[-1] == step
    assert (box.settled, box.released) == ([], 0)


def test_nothing_new_is_sent_while_stopping() -> None:
    slack = ScriptedSlack()
    box = deliver(slack, stopping=True)
    assert "post" not in slack.asked
    assert (box.settled, box.released) == ([], 1)


def test_no_person_s_words_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    words = NotifyPerson("U1", NoticeKind.DETAILS_REQUESTED, "U2", "a secret concern")
    deliver(ScriptedSlack(post=ValueError("a secret concern")), replace(JOB, task=words))
    deliver(ScriptedSlack(), replace(JOB, task=words))
    assert "ValueError at ScriptedSlack._do:" in caplog.text
    assert "D-1042" in caplog.text
    assert "secret" not in caplog.text
