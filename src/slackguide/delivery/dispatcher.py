"""Dispatch one job, from its lease to its completion."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from slackguide.delivery.jobs import Job
from slackguide.delivery.queue import JobQueue
from slackguide.delivery.retry import Completed, DeadLettered, Outcome, decide_retry
from slackguide.delivery.sender import DeliveryError, MessageSender, SlackUnreachableError
from slackguide.delivery.tasks import AnswerMessage, NoteDirectReply, Task, is_idempotent
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation
from slackguide.escalation.models import Escalation

log = logging.getLogger(__name__)

Watchers = Callable[[Escalation], Sequence[str]]
"""User ids of those who look after an escalation's form, notified when it cannot be posted; may be empty."""

Explain = Callable[[str, Escalation], str]
"""The text for them: what the code of a dead letter means for this escalation, and what to do."""


class _LeaseLost(Exception):
    """The job is no longer ours, or we are stopping, and nothing was sent."""


class Dispatcher:
    """Carries out jobs that the outbox has leased to this process.

    `chance` gives a number in 0-1 for every delay; `stopping` tells whether the process is on its way out, in which
    case nothing new is sent.
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
        """Post it, or find that it was, and settle; None when it was left to others.

        Raises StorageError when the outcome could not be kept: the lease then runs out, and the next try looks for
        the message before it posts.
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
        fault: DeliveryError | None
        try:
            self._sender.prepare(job)
            if maybe_sent and not is_idempotent(job.task):
                self._renew_lease(job)
                found = self._sender.find(job)
                if found is not None:
                    return Completed(found)
            maybe_sent = False
            self._renew_lease(job)
        except DeliveryError as error:
            # Nothing was sent by this try, whatever its lookups ran into.
            fault = SlackUnreachableError(ambiguous=False) if isinstance(error, SlackUnreachableError) else error
            return decide_retry(job.task, fault, attempts=job.attempts, maybe_sent=maybe_sent, jitter=self._jitter())
        except _LeaseLost:
            raise
        except Exception as error:
            self._log_error(job, error)
            return decide_retry(job.task, None, attempts=job.attempts, maybe_sent=maybe_sent, jitter=self._jitter())
        return self._post(job)

    def _post(self, job: Job) -> Outcome:
        fault: DeliveryError | None
        maybe_sent = False
        try:
            return Completed(self._sender.post(job))
        except DeliveryError as error:
            fault = error
        except Exception as error:
            self._log_error(job, error)
            fault, maybe_sent = None, not is_idempotent(job.task)
        return decide_retry(job.task, fault, attempts=job.attempts, maybe_sent=maybe_sent, jitter=self._jitter())

    def _renew_lease(self, job: Job) -> None:
        """Before each further step: is the job still ours, and is there time for it?"""
        if self._stopping() or not self._queue.renew(job):
            raise _LeaseLost

    def _follow_up(self, job: Job, decision: Outcome) -> tuple[Task, ...]:
        if isinstance(job.task, AnswerMessage):
            return _note(job.task, decision)
        escalation = job.escalation
        if escalation is None or not isinstance(job.task, PostEscalation):
            return ()
        requester = escalation.requester.user_id
        match decision:
            case Completed():
                return (NotifyPerson(requester, NoticeKind.POSTED),)
            case DeadLettered(code=code):
                people = dict.fromkeys((requester, *self._watchers(escalation)))
                text = self._explain(code, escalation)
                return tuple(NotifyPerson(person, NoticeKind.DEAD_LETTERED, None, text) for person in people)
            case _:
                return ()

    def _log(self, job: Job, decision: Outcome, *, stored: bool) -> None:
        """A dead letter waits for a person, so that it is a warning. Never a word of the task's: ids and codes."""
        reference = job.escalation.reference if job.escalation else "-"
        kind = type(job.task).__name__
        if isinstance(decision, DeadLettered) and stored:
            log.warning(
                "job %d %s %s is a dead letter after try %d: %s", job.id, kind, reference, job.attempts, decision.code
            )
        else:
            elsewhere = "" if stored else " (settled elsewhere)"
            log.info("job %d %s %s try %d: %s%s", job.id, kind, reference, job.attempts, decision, elsewhere)

    def _log_error(self, job: Job, error: Exception) -> None:
        """The kind and place of the fault, but not its message: that may hold a person's words."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place is not None else "?"
        log.error("job %d %s: %s at %s", job.id, type(job.task).__name__, type(error).__name__, where)


def _note(task: AnswerMessage, decision: Outcome) -> tuple[Task, ...]:
    """Return what the thread of a question is owed when the answer was posted elsewhere."""
    elsewhere = isinstance(decision, Completed) and decision.posted.channel_id != task.channel_id
    return (NoteDirectReply(task.channel_id, task.thread_ts),) if elsewhere else ()
