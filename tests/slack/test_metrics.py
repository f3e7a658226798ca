"""`/metrics` counts requests, answers, deliveries and claims, and holds neither people nor their text."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from slackguide.sandbox import FaultKind, InjectedFault
from slackguide.slack.ids import Action
from tests.slack.test_privacy import everything
from tests.support.app_harness import AppHarness
from tests.support.escalations import posted, sent
from tests.support.questions import MEDIATION
from tests.support.waiting import WAIT_SECONDS

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(harness: AppHarness) -> str:
    address = urlsplit(harness.sandbox.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=WAIT_SECONDS)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        assert (response.status, response.getheader("Content-Type", "").split(";")[0]) == (200, "text/plain")
        return response.read().decode()
    finally:
        connection.close()


def samples(harness: AppHarness) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(scraped(harness))
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


def test_requests_and_answers_are_counted(harness: AppHarness) -> None:
    harness.route(MEDIATION)
    harness.route("xyzzy plugh")
    harness.route("hello")
    harness.ask(MEDIATION)
    found = samples(harness)
    assert value(found, "slackguide_requests_total", type="command", status="200") == 3
    assert value(found, "slackguide_requests_total", type="event_callback", status="200") >= 1
    assert value(found, "slackguide_request_seconds_count", type="command") == 3
    outcomes = {dict(labels)["outcome"]: count for (name, labels), count in found.items() if "answers_total" in name}
    assert sum(outcomes.values()) == 4
    assert outcomes["social"] == outcomes["none"] == 1


def test_attempts_dead_letters_and_the_age_of_the_queue(harness: AppHarness) -> None:
    assert value(samples(harness), "slackguide_dead_letters") == 0
    sent(harness)
    harness.settle()
    found = samples(harness)
    assert value(found, "slackguide_delivery_attempts_total", kind="post_escalation", outcome="completed") == 1
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method="chat.postMessage", code="no_text"))
    sent(harness, ticket_url="https://x.zendesk.com/agent/tickets/4712", contract_id="99999999")
    harness.until(lambda: value(samples(harness), "slackguide_dead_letters") >= 1)
    found = samples(harness)
    assert value(found, "slackguide_delivery_attempts_total", kind="post_escalation", outcome="dead_letter") == 1
    assert value(found, "slackguide_jobs", kind="post_escalation", state="dead_letter") == 1
    assert value(found, "slackguide_database_up") == 1


def test_the_oldest_due_job_shows_when_nothing_delivers(harness: AppHarness) -> None:
    harness.end()
    harness.begin(known=False, delivering=False)
    sent(harness)
    harness.clock.advance(300)
    assert value(samples(harness), "slackguide_queue_age_seconds") == pytest.approx(300, abs=30)


def test_the_time_to_the_first_claim(harness: AppHarness) -> None:
    post = posted(harness, sent(harness))
    before = harness.clock.now
    harness.clock.advance(120)
    for action, who in ((Action.CLAIM, "marek"), (Action.RELEASE, "marek"), (Action.CLAIM, "marek")):
        harness.click(harness.workspace.message(post.ts), action, who)
        harness.settle()
    found = samples(harness)
    assert value(found, "slackguide_time_to_claim_seconds_count", form="ask-disputes") == 1
    total = value(found, "slackguide_time_to_claim_seconds_sum", form="ask-disputes")
    assert 120 <= total <= harness.clock.now - before + 60


def test_a_forged_type_adds_no_label(harness: AppHarness) -> None:
    harness.send("interactive", {"type": "made-up-by-ana", "user": {"id": "U1"}})
    text = scraped(harness)
    assert "made-up" not in text
    assert 'type="other"' in text


def test_without_the_database_the_process_is_still_measured(harness: AppHarness) -> None:
    harness.route(MEDIATION)
    away = harness.database.with_suffix(".away")
    harness.database.rename(away)
    found = samples(harness)
    away.rename(harness.database)
    assert value(found, "slackguide_database_up") == 0
    assert value(found, "slackguide_requests_total", type="command", status="200") == 1
    assert ("slackguide_dead_letters", frozenset()) not in found


def test_no_label_holds_a_person_or_words(harness: AppHarness) -> None:
    everything(harness)
    harness.settle()
    text = scraped(harness)
    for person in harness.workspace.people:
        assert person.id not in text
    assert set(re.findall(r"(\w+)=", text)) <= {"type", "status", "le", "outcome", "kind", "state", "form"}
    assert "zendesk" not in text
