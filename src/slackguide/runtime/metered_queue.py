"""A job queue that counts the outcomes of attempts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from slackguide.delivery.jobs import Job
from slackguide.delivery.queue import JobQueue
from slackguide.delivery.retry import Completed, DeadLettered, Dropped, Outcome, Retry
from slackguide.delivery.tasks import Task
from slackguide.monitoring import ServiceMetrics
from slackguide.storage import task_codec


class MeteredQueue:
    """A `delivery.queue.JobQueue` in front of another."""

    def __init__(self, queue: JobQueue, metrics: ServiceMetrics) -> None:
        self._queue = queue
        self._metrics = metrics

    def claim(self) -> Job | None:
        """See `JobQueue`."""
        return self._queue.claim()

    def renew(self, job: Job) -> bool:
        """See `JobQueue`."""
        return self._queue.renew(job)

    def complete(self, job: Job, decision: Outcome, *, follow_ups: Sequence[Task] = ()) -> bool:
        """See `JobQueue`. An attempt counts if this process reports its outcome."""
        stored = self._queue.complete(job, decision, follow_ups=follow_ups)
        if stored:
            self._metrics.attempt(task_codec.kind_of(type(job.task)), _name(decision))
        return stored

    def release(self, job: Job) -> None:
        """See `JobQueue`."""
        self._queue.release(job)

    def seconds_until_due(self) -> float:
        """See `JobQueue`."""
        return self._queue.seconds_until_due()


def _name(decision: Outcome) -> str:
    match decision:
        case Completed():
            return "completed"
        case Retry():
            return "retry"
        case DeadLettered():
            return "dead_letter"
        case Dropped():
            return "dropped"
        case other:
            assert_never(other)
