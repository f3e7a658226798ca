"""Escalations are stored once, with their jobs, and read back unchanged."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from slackguide.escalation.messages import NoticeKind, NotifyPerson
from slackguide.escalation.models import (
    Duplicate,
    EscalationState,
    EventKind,
    NewEscalation,
    Recommendation,
    SubmissionResult,
)
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import (
    AddDetails,
    Applied,
    Claim,
    Follow,
    HandOver,
    Rejected,
    Resolve,
    Withdraw,
)
from tests.support.databases import Store, new_escalation

ROUNDS = 20


def test_a_submission_is_stored_whole_and_queues_its_post(store: Store) -> None:
    sent = new_escalation(
        values={
            "ticket_url": "https://help.example.com/agent/tickets/1234567",
            "dispute_reasons": ("refund", "quality"),
            "days": 12,
            "paid_on": date(2026, 2, 28),
            "summary": "Привет \U0001f600 & <b>",
        },
        entry_id="disputes/send-to-mediation",
        question="where does this go",
        recommendation=Recommendation("HV Mediation Tier 1", ("mid market", "paid 12 days ago")),
        duplicate_reason="another contract",
    )
    stored = store.submit(sent)
    again = store.escalations.get(stored.escalation.id)
    assert stored.created
    assert again == stored.escalation
    assert again is not None
    assert list(again.values.items()) == list(sent.values.items())
    assert (again.reference, again.state, again.card) == ("D-1001", EscalationState.SENT, None)
    assert again.recommendation == sent.recommendation
    assert store.escalations.by_reference(" d-1001 ") == again
    assert store.escalations.by_view("V1") == again
    assert [event.kind for event in store.escalations.history(again.id)] == [EventKind.SUBMITTED]
    job = store.outbox.claim()
    assert job is not None
    assert job.escalation == again


def test_the_same_view_is_the_same_escalation_also_for_another_process(store: Store) -> None:
    first = store.submit(new_escalation("V1"))
    second = Store(store.url, store.clock)
    repeated = second.submit(new_escalation("V1", values={"summary": "changed"}))
    second.database.close()
    assert (repeated.created, repeated.escalation) == (False, first.escalation)
    assert store.count("outbox") == 1


def test_twenty_threads_with_ten_views_make_ten_escalations(store: Store) -> None:
    start = threading.Barrier(20)

    def submit(number: int) -> tuple[str, bool]:
        start.wait()
        stored = store.submit(new_escalation(f"V{number % 10}"))
        return stored.escalation.reference, stored.created

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(submit, range(20)))
    references = {reference for reference, _ in outcomes}
    assert references == {f"D-{number}" for number in range(1001, 1011)}
    assert sum(new for _, new in outcomes) == 10
    assert store.count("outbox") == 10


def test_references_count_by_prefix(store: Store) -> None:
    references = [
        store.submit(new_escalation(view, prefix=prefix)).escalation.reference
        for view, prefix in [("V1", "D"), ("V2", "C"), ("V3", "D")]
    ]
    assert references == ["D-1001", "C-1001", "D-1002"]


def test_what_no_database_can_keep_of_a_text_is_replaced(store: Store) -> None:
    sent = new_escalation(values={"summary": "a\x00b\ud800c"}, question="a\x00b\ud800c", duplicate_reason="\x00")
    stored = store.escalations.get(store.submit(sent).escalation.id)
    assert stored is not None
    assert stored.question == "a\ufffdb\ufffdc"
    assert stored.duplicate_reason == "\ufffd"
    assert stored.values["summary"] == "a\x00b\ud800c"


def test_twenty_people_claim_at_once_and_one_has_it(store: Store) -> None:
    escalation = store.submit(new_escalation()).escalation
    start = threading.Barrier(20)

    def claim(number: int) -> Applied | Rejected | None:
        start.wait()
        return store.escalations.apply(escalation.id, Claim(f"U{number}"))

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(claim, range(100, 120)))
    won = [outcome for outcome in outcomes if isinstance(outcome, Applied)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert len(won) == 1
    assert len(lost) == 19
    winner = won[0].escalation.claimed_by
    assert {refusal.person for refusal in lost} == {winner}
    kinds = [event.kind for event in store.escalations.history(escalation.id)]
    assert kinds == [EventKind.SUBMITTED, EventKind.CLAIMED]
    stored = store.escalations.get(escalation.id)
    assert stored is not None
    assert stored.claimed_by == winner


def test_a_life_is_stored_event_by_event(store: Store) -> None:
    escalation = store.submit(new_escalation()).escalation
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, HandOver("U2", "ask-ce", "ask-ce", "about content"))
    store.escalations.apply(escalation.id, AddDetails("U1", "one more thing"))
    store.escalations.apply(escalation.id, Claim("U3"))
    resolution = Resolution(ResolutionCode.WRONG_QUEUE, "goes elsewhere", "hv-mediation")
    changed = store.escalations.apply(escalation.id, Resolve("U3", resolution))
    assert isinstance(changed, Applied)
    stored = store.escalations.get(escalation.id)
    assert stored == changed.escalation
    assert (stored.state, stored.assigned_queue, stored.channel, stored.resolution) == (
        EscalationState.RESOLVED,
        "ask-ce",
        "ask-ce",
        resolution,
    )
    history = store.escalations.history(escalation.id)
    assert [(event.kind.value, event.actor, event.text) for event in history] == [
        ("submitted", "U1", None),
        ("claimed", "U2", None),
        ("handed_over", "U2", "about content"),
        ("details", "U1", "one more thing"),
        ("claimed", "U3", None),
        ("resolved", "U3", "goes elsewhere"),
    ]
    assert dict(history[-1].details) == {"ending": "wrong_queue", "which": "hv-mediation"}


def test_a_follower_is_stored_and_notified(store: Store) -> None:
    escalation = store.submit(new_escalation()).escalation
    store.escalations.apply(escalation.id, Follow("U9"))
    stored = store.escalations.get(escalation.id)
    assert stored is not None
    assert stored.followers == ("U9",)
    changed = store.escalations.apply(escalation.id, Claim("U2"))
    assert isinstance(changed, Applied)
    assert NotifyPerson("U9", NoticeKind.CLAIMED, "U2") in changed.messages


def test_a_refused_click_changes_nothing(store: Store) -> None:
    escalation = store.submit(new_escalation()).escalation
    refused = store.escalations.apply(escalation.id, Resolve("U2", Resolution(ResolutionCode.RIGHT_PLACE, "done")))
    assert isinstance(refused, Rejected)
    assert store.escalations.get(escalation.id) == escalation
    assert len(store.escalations.history(escalation.id)) == 1
    assert store.count("outbox") == 1


def test_an_unknown_escalation_is_none(store: Store) -> None:
    assert store.escalations.apply("nothing", Claim("U2")) is None
    assert store.escalations.get("nothing") is None
    assert store.escalations.by_reference("D-9999") is None


def test_open_escalations_about_the_same_case_are_found(store: Store) -> None:
    first = store.submit(new_escalation("V1", case_keys=("ticket:1", "contract:2"))).escalation
    store.elapse(1)
    second = store.submit(
        new_escalation("V2", case_keys=("contract:2",), duplicate_reason="another question")
    ).escalation
    closed = store.submit(new_escalation("V3", case_keys=("ticket:1",), duplicate_reason="another question")).escalation
    store.escalations.apply(closed.id, Claim("U2"))
    store.escalations.apply(closed.id, Resolve("U2", Resolution(ResolutionCode.RIGHT_PLACE, "done")))
    assert store.escalations.submit(new_escalation("V4", case_keys=("ticket:1",))) == Duplicate(first)
    assert store.escalations.submit(new_escalation("V5", case_keys=("contract:2", "ticket:9"))) == Duplicate(first)
    store.escalations.apply(first.id, Withdraw("U1"))
    assert store.escalations.submit(new_escalation("V6", case_keys=("contract:2",))) == Duplicate(second)
    for view, keys in (("V7", ("ticket:1",)), ("V8", ("ticket:9",)), ("V9", ()), ("V10", ())):
        assert store.submit(new_escalation(view, case_keys=keys)).created


def test_a_draft_about_an_open_case_is_not_stored_without_a_reason(store: Store) -> None:
    first = store.submit(new_escalation("V1", case_keys=("ticket:1", "contract:2"))).escalation
    assert store.escalations.submit(new_escalation("V2", case_keys=("contract:2",))) == Duplicate(first)
    assert store.escalations.by_view("V2") is None
    assert store.count("outbox") == 1
    again = store.submit(new_escalation("V2", case_keys=("contract:2",), duplicate_reason="the other week"))
    assert isinstance(again, SubmissionResult)
    assert again.created
    repeated = store.submit(new_escalation("V2", case_keys=("contract:2",), duplicate_reason="the other week"))
    assert repeated == SubmissionResult(again.escalation, created=False)


def test_a_closed_case_has_no_duplicate(store: Store) -> None:
    first = store.submit(new_escalation("V1", case_keys=("ticket:1",))).escalation
    store.escalations.apply(first.id, Withdraw("U1"))
    assert isinstance(store.submit(new_escalation("V2", case_keys=("ticket:1",))), SubmissionResult)


def test_of_two_drafts_about_one_case_at_the_same_moment_one_is_the_duplicate(store: Store) -> None:
    """From two processes, with two forms, and with the keys of the case in either order."""
    other = Store(store.url, store.clock)
    for number in range(ROUNDS):
        keys = (f"ticket:{number}", f"contract:{number}")
        drafts = [
            (store, new_escalation(f"A{number}", prefix="D", case_keys=keys)),
            (other, new_escalation(f"B{number}", prefix="C", case_keys=keys[::-1])),
        ]
        start = threading.Barrier(2)

        def submit(
            which: tuple[Store, NewEscalation], start: threading.Barrier = start
        ) -> SubmissionResult | Duplicate:
            start.wait()
            return which[0].escalations.submit(which[1])

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(submit, drafts))
        (stored,) = [outcome for outcome in outcomes if isinstance(outcome, SubmissionResult)]
        (duplicate,) = [outcome for outcome in outcomes if isinstance(outcome, Duplicate)]
        assert duplicate.escalation == stored.escalation
    other.database.close()
