"""Metrics in Prometheus' format: requests, answers, deliveries and claims. No label holds a person or their text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from wsgiref.types import WSGIApplication

from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from slackguide.storage.outbox_counts import OutboxCount

METRICS_PATH = "/metrics"

REQUEST_KINDS = frozenset(
    {
        "command",
        "event_callback",
        "url_verification",
        "block_actions",
        "block_suggestion",
        "view_submission",
        "view_closed",
        "message_action",
        "shortcut",
    }
)
"""Types of Slack's requests. Any other counts as `other`, so that a forged type adds no label."""

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Upper bounds of the request histogram. Slack waits for 3 s."""

CLAIM_SECONDS = (60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0, 86400.0, 259200.0)
"""Upper bounds of the histogram of the time until an escalation is claimed: a minute to three days."""


class ServiceMetrics:
    """The metrics of one process, and of the database's outbox, which all processes share.

    `jobs` counts the unfinished jobs at each scrape. It raises an exception if the database is unavailable.
    """

    def __init__(self, *, jobs: Callable[[], Iterable[OutboxCount]]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "slackguide_requests", "Requests of Slack by type and HTTP status", ("type", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._request_seconds = Histogram(
            "slackguide_request_seconds", "Time to acknowledge a request", ("type",), buckets=REQUEST_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._rejected = Counter(
            "slackguide_rejected_requests", "Requests that are not signed by Slack, by reason", ("reason",),
            registry=self._registry,
        )  # fmt: skip
        self._answers = Counter(
            "slackguide_answers", "Answers to new questions by outcome", ("outcome",), registry=self._registry
        )
        self._attempts = Counter(
            "slackguide_delivery_attempts", "Attempts to deliver a job by kind and outcome", ("kind", "outcome"),
            registry=self._registry,
        )  # fmt: skip
        self._claims = Histogram(
            "slackguide_time_to_claim_seconds", "Time from the submission of an escalation to its first claim",
            ("form",), buckets=CLAIM_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._registry.register(_OutboxCollector(jobs))

    @property
    def application(self) -> WSGIApplication:
        """The WSGI application that serves the metrics."""
        application: WSGIApplication = make_wsgi_app(self._registry, disable_compression=True)
        return application

    def request(self, kind: str, *, status: int, seconds: float) -> None:
        """Count a request of Slack."""
        kind = kind if kind in REQUEST_KINDS else "other"
        self._requests.labels(kind, str(status)).inc()
        self._request_seconds.labels(kind).observe(seconds)

    def rejected(self, reason: str) -> None:
        """Count a request without a valid signature."""
        self._rejected.labels(reason).inc()

    def answer(self, outcome: str) -> None:
        """Count the answer to a new question: `answer`, `choices`, `none` or `social`."""
        self._answers.labels(outcome).inc()

    def attempt(self, kind: str, outcome: str) -> None:
        """Count an attempt to deliver a job: `completed`, `retry`, `dead_letter` or `dropped`."""
        self._attempts.labels(kind, outcome).inc()

    def claimed(self, form: str, seconds: float) -> None:
        """Record the time to the first claim of an escalation of a form (its id in the knowledge base)."""
        self._claims.labels(form).observe(max(0.0, seconds))


class _OutboxCollector(Collector):
    """The gauges of the outbox, read from the database at each scrape."""

    def __init__(self, jobs: Callable[[], Iterable[OutboxCount]]) -> None:
        self._jobs = jobs

    def describe(self) -> Iterable[Metric]:
        """Return no metric: nothing is read before the first scrape."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges; without the database, only that it is unavailable."""
        up = GaugeMetricFamily("slackguide_database_up", "Whether the database answers")
        try:
            counts = list(self._jobs())
        except Exception:
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        yield self._gauge("slackguide_jobs", "Unfinished jobs by kind and state", counts)
        dead = [one for one in counts if one.state == "dead_letter"]
        yield GaugeMetricFamily(
            "slackguide_dead_letters", "Jobs that wait for a person", value=sum(one.count for one in dead)
        )
        oldest = max((one.overdue_seconds for one in counts), default=0.0)
        yield GaugeMetricFamily("slackguide_queue_age_seconds", "How long the oldest job has been due", value=oldest)

    def _gauge(self, name: str, text: str, counts: Iterable[OutboxCount]) -> Metric:
        gauge = GaugeMetricFamily(name, text, labels=("kind", "state"))
        for one in counts:
            gauge.add_metric((one.kind, one.state), one.count)
        return gauge
