"""The job queue protocol, implemented by `storage.job_queue`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from slackguide.delivery.jobs import Job
from slackguide.delivery.retry import Outcome
from slackguide.delivery.tasks import Task


class JobQueue(Protocol):
    """A queue of jobs under leases.

    Every method raises `StorageError` if the database is unavailable. The job then stays leased until its lease
    expires.
    """

    def claim(self) -> Job | None:
        """Lease the job that has been due longest in a conversation that is not rate-limited, or return None."""

    def renew(self, job: Job) -> bool:
        """Renew the lease. Return False if another worker has the job, which must then be left alone."""

    def complete(self, job: Job, decision: Outcome, *, follow_ups: Sequence[Task] = ()) -> bool:
        """Store the outcome of an attempt and enqueue its follow-ups, in one transaction.

        Return False if the job was completed meanwhile, or if another worker has it and this attempt has nothing to
        report.
        """

    def release(self, job: Job) -> None:
        """Return the lease without an attempt: nothing was sent since the job was claimed."""

    def seconds_until_due(self) -> float:
        """Return an estimate of the seconds until a job can be claimed; infinity if no job is pending."""
