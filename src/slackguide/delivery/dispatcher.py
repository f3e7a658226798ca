"""Dispatch one job: from its lease to its completion."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from slackguide.delivery.jobs import Job
from slackguide.delivery.queue import JobQueue
from slackguide.delivery.retry import Completed, DeadLettered, Dropped, Outcome, Retry, decide_retry
from slackguide.delivery.sender import DeliveryError, MessageSender, SlackRefusedError, SlackUnreachableError
from slackguide.delivery.tasks import AnswerMessage, NoteDirectReply, Task, is_idempotent
from slackguide.errors import StorageError, UnreadableRow
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, ReplyInThread
from slackguide.escalation.models import Escalation

log = logging.getLogger(__name__)

Watchers = Callable[[Escalation], Sequence[str]]
"""A function that returns the user ids notified when an escalation cannot be posted. The result may be empty."""


class Explain(Protocol):
    """The texts for people about messages that are not delivered."""

    def post(self, code: str, escalation: Escalation, *, final: bool) -> str:
        """Return why an escalation is not posted yet, and the remedy. `final`: it is not retried automatically."""

    def recipient(self, code: str) -> str:
        """Return why a person has not received a message."""


class _LeaseLost(Exception):
    """The job's lease was lost or the process is stopping. Nothing was sent."""


class Dispatcher:
    """The dispatcher of the jobs that this process has leased.

    `jitter` returns a number in 0-1 for each delay. `stopping` returns true during shutdown, when no new message is
    sent.
    """

    def __init__(
        self,
        *,
        queue: JobQueue,
        sender: MessageSender,
        watchers: Watchers,
        explain: Explain,
        jitter: Callable[[], float],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._queue = queue
        self._sender = sender
        self._watchers = watchers
        self._explain = explain
        self._jitter = jitter
        self._stopping = stopping

    def deliver(self, job: Job) -> Outcome | None:
        """Send the job's message and store the outcome. Return None if the lease was lost.

        A message that an earlier attempt has sent is not sent again. Raises StorageError if the database is not
        available, which is no fault of the job. The lease then expires, and the next attempt looks for the message
        before it posts.
        """
        try:
            decision = self._attempt(job)
        except _LeaseLost:
            self._queue.release(job)
            return None
        stored = self._queue.complete(job, decision, follow_ups=self._follow_up(job, decision))
        self._log(job, decision, stored=stored)
        return decision

    def _attempt(self, job: Job) -> Outcome:
        maybe_sent = job.maybe_sent
        error: DeliveryError | None
        try:
            self._sender.prepare(job)
            if maybe_sent and not is_idempotent(job.task):
                self._renew_lease(job)
                posted = self._sender.find(job)
                if posted is not None:
                    return Completed(posted)
            maybe_sent = False
            self._renew_lease(job)
        except DeliveryError as raised:
            # This attempt has only looked up, so a timeout is not ambiguous.
            error = SlackUnreachableError(ambiguous=False) if isinstance(raised, SlackUnreachableError) else raised
            return self._decide(job, error, maybe_sent=maybe_sent)
        except _LeaseLost:
            raise
        except Exception as raised:
            if _is_outage(raised):
                raise
            self._log_error(job, raised)
            return self._decide(job, None, maybe_sent=maybe_sent)
        return self._post(job)

    def _post(self, job: Job) -> Outcome:
        error: DeliveryError | None
        maybe_sent = False
        try:
            return Completed(self._sender.post(job))
        except DeliveryError as raised:
            error = raised
        except Exception as raised:
            if _is_outage(raised):
                raise
            self._log_error(job, raised)
            error, maybe_sent = None, not is_idempotent(job.task)
        return self._decide(job, error, maybe_sent=maybe_sent)

    def _decide(self, job: Job, error: DeliveryError | None, *, maybe_sent: bool) -> Outcome:
        repeated = isinstance(error, SlackRefusedError) and error.code == job.refused
        return decide_retry(
            job.task,
            error,
            attempts=job.attempts,
            maybe_sent=maybe_sent,
            jitter=self._jitter(),
            refusals=job.refusals + 1 if repeated else 1,
        )

    def _renew_lease(self, job: Job) -> None:
        """Renew the lease before the next step. Raise `_LeaseLost` if it is lost or the process is stopping."""
        if self._stopping() or not self._queue.renew(job):
            raise _LeaseLost

    def _follow_up(self, job: Job, decision: Outcome) -> tuple[Task, ...]:
        if isinstance(job.task, AnswerMessage):
            return _direct_reply_note(job.task, decision)
        escalation = job.escalation
        if escalation is None:
            return ()
        if isinstance(job.task, PostEscalation):
            return self._post_follow_up(job, escalation, decision)
        if isinstance(job.task, NotifyPerson):
            return self._notice_follow_up(job, job.task, escalation, decision)
        return ()

    def _post_follow_up(self, job: Job, escalation: Escalation, decision: Outcome) -> tuple[Task, ...]:
        """Tell the requester that the escalation is posted, or everybody concerned that it is not.

        They are told at the first refusal with a code, and when it becomes final.
        """
        requester = escalation.requester.user_id
        if isinstance(decision, Completed):
            return (NotifyPerson(requester, NoticeKind.POSTED),)
        code = _new_refusal(job, decision)
        if code is None:
            return ()
        people = dict.fromkeys((requester, *self._watchers(escalation)))
        text = self._explain.post(code, escalation, final=isinstance(decision, DeadLettered))
        return tuple(NotifyPerson(person, NoticeKind.DEAD_LETTERED, None, text) for person in people)

    def _notice_follow_up(
        self, job: Job, task: NotifyPerson, escalation: Escalation, decision: Outcome
    ) -> tuple[Task, ...]:
        """Tell the specialists in the thread that the requester has not received their message."""
        if task.who is None or task.user_id != escalation.requester.user_id or task.who == task.user_id:
            return ()
        code = _new_refusal(job, decision)
        if code is None or job.refused is not None:
            return ()
        return (ReplyInThread(NoticeKind.UNDELIVERED, task.user_id, self._explain.recipient(code), reader=task.who),)

    def _log(self, job: Job, decision: Outcome, *, stored: bool) -> None:
        """Log ids and codes, never a task's text. A dead letter needs a person's attention, so it is a warning."""
        reference = job.escalation.reference if job.escalation else "-"
        kind = type(job.task).__name__
        if isinstance(decision, DeadLettered) and stored:
            log.warning(
                "job %d %s %s is a dead letter after attempt %d: %s",
                job.id,
                kind,
                reference,
                job.attempts,
                decision.code,
            )
        else:
            suffix = "" if stored else " (completed by another worker)"
            level = logging.WARNING if stored and isinstance(decision, Retry) and decision.refused else logging.INFO
            log.log(level, "job %d %s %s attempt %d: %s%s", job.id, kind, reference, job.attempts, decision, suffix)

    def _log_error(self, job: Job, error: Exception) -> None:
        """Log the type and location of an internal error, but not its message, which may hold a person's text."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        location = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace is not None else "?"
        log.error("job %d %s: %s at %s", job.id, type(job.task).__name__, type(error).__name__, location)


def _is_outage(error: Exception) -> bool:
    """Return whether the database, and not the job, is the reason of an error."""
    return isinstance(error, StorageError) and not isinstance(error, UnreadableRow)


def _new_refusal(job: Job, decision: Outcome) -> str | None:
    """Return the code of a refusal that people do not know of yet, or that has become final; else None."""
    match decision:
        case Retry(refused=str(code)) if code != job.refused:
            return code
        case DeadLettered(code=code) | Dropped(code=code):
            return code
        case _:
            return None


def _direct_reply_note(task: AnswerMessage, decision: Outcome) -> tuple[Task, ...]:
    """Return a note for the thread of a question whose answer was posted elsewhere."""
    first = task.card is None
    posted_elsewhere = first and isinstance(decision, Completed) and decision.posted.channel_id != task.channel_id
    return (NoteDirectReply(task.channel_id, task.thread_ts),) if posted_elsewhere else ()
