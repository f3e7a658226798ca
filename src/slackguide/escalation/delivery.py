"""One job, from its claim to its settlement."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from slackguide.escalation.decision import Decision, Done, Parked, judge
from slackguide.escalation.escalation import Escalation
from slackguide.escalation.job import Job
from slackguide.escalation.outbox import Outbox
from slackguide.escalation.poster import DeliveryError, Poster, Unreachable
from slackguide.escalation.task import (
    AnswerMessage,
    NoteDirectReply,
    Notice,
    PostEscalation,
    Task,
    TellPerson,
    repeatable,
)

log = logging.getLogger(__name__)

Owners = Callable[[Escalation], Sequence[str]]
"""The user ids of those who look after an escalation's form, told when it cannot be posted; may be empty."""

Explain = Callable[[str, Escalation], str]
"""The text for them: what the code of a dead letter means for this escalation, and what to do."""


class _Abandoned(Exception):
    """The job is no longer ours, or we are stopping, and nothing was sent."""


class Delivery:
    """Carries out jobs that the outbox has leased to this process.

    `chance` gives a number in 0-1 for every delay; `stopping` tells whether the process is on its way out, in which
    case nothing new is sent.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        poster: Poster,
        owners: Owners,
        explain: Explain,
        chance: Callable[[], float],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._outbox = outbox
        self._poster = poster
        self._owners = owners
        self._explain = explain
        self._chance = chance
        self._stopping = stopping

    def deliver(self, job: Job) -> Decision | None:
        """Post it, or find that it was, and settle; None when it was left to others.

        Raises StorageError when the outcome could not be kept: the lease then runs out, and the next try looks for
        the message before it posts.
        """
        try:
            decision = self._try(job)
        except _Abandoned:
            self._outbox.release(job)
            return None
        kept = self._outbox.settle(job, decision, then=self._follow(job, decision))
        self._log(job, decision, kept=kept)
        return decision

    def _try(self, job: Job) -> Decision:
        doubtful = job.doubtful
        fault: DeliveryError | None
        try:
            self._poster.prepare(job)
            if doubtful and not repeatable(job.task):
                self._hold(job)
                found = self._poster.find(job)
                if found is not None:
                    return Done(found)
            doubtful = False
            self._hold(job)
        except DeliveryError as error:
            # Nothing was sent by this try, whatever its lookups ran into.
            fault = Unreachable(ambiguous=False) if isinstance(error, Unreachable) else error
            return judge(job.task, fault, tries=job.tries, doubtful=doubtful, chance=self._chance())
        except _Abandoned:
            raise
        except Exception as error:
            self._report(job, error)
            return judge(job.task, None, tries=job.tries, doubtful=doubtful, chance=self._chance())
        return self._post(job)

    def _post(self, job: Job) -> Decision:
        fault: DeliveryError | None
        doubtful = False
        try:
            return Done(self._poster.post(job))
        except DeliveryError as error:
            fault = error
        except Exception as error:
            self._report(job, error)
            fault, doubtful = None, not repeatable(job.task)
        return judge(job.task, fault, tries=job.tries, doubtful=doubtful, chance=self._chance())

    def _hold(self, job: Job) -> None:
        """Before each further step: is the job still ours, and is there time for it?"""
        if self._stopping() or not self._outbox.renew(job):
            raise _Abandoned

    def _follow(self, job: Job, decision: Decision) -> tuple[Task, ...]:
        if isinstance(job.task, AnswerMessage):
            return _note(job.task, decision)
        escalation = job.escalation
        if escalation is None or not isinstance(job.task, PostEscalation):
            return ()
        requester = escalation.requester.user_id
        match decision:
            case Done():
                return (TellPerson(requester, Notice.POSTED),)
            case Parked(code=code):
                people = dict.fromkeys((requester, *self._owners(escalation)))
                words = self._explain(code, escalation)
                return tuple(TellPerson(person, Notice.PARKED, None, words) for person in people)
            case _:
                return ()

    def _log(self, job: Job, decision: Decision, *, kept: bool) -> None:
        """A dead letter waits for a person, so that it is a warning. Never a word of the task's: ids and codes."""
        reference = job.escalation.reference if job.escalation else "-"
        kind = type(job.task).__name__
        if isinstance(decision, Parked) and kept:
            log.warning(
                "job %d %s %s is a dead letter after try %d: %s", job.id, kind, reference, job.tries, decision.code
            )
        else:
            elsewhere = "" if kept else " (settled elsewhere)"
            log.info("job %d %s %s try %d: %s%s", job.id, kind, reference, job.tries, decision, elsewhere)

    def _report(self, job: Job, error: Exception) -> None:
        """The kind and place of the fault, but not its message: that may hold a person's words."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place is not None else "?"
        log.error("job %d %s: %s at %s", job.id, type(job.task).__name__, type(error).__name__, where)


def _note(task: AnswerMessage, decision: Decision) -> tuple[Task, ...]:
    """Return what the thread of a question is owed when the answer was posted elsewhere."""
    elsewhere = isinstance(decision, Done) and decision.posted.channel_id != task.channel_id
    return (NoteDirectReply(task.channel_id, task.thread_ts),) if elsewhere else ()
