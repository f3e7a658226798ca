"""The escalation form: nothing typed is lost, nothing is sent twice."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest

from slackguide.sandbox.user.payloads import Payloads
from slackguide.slack.button_state import AnswerState
from slackguide.slack.ids import DUPLICATE_REASON, Action
from tests.slack.asking import MEDIATION
from tests.slack.escalating import TICKET, filled, notices, opened, posted, posts, sent, submitted_again
from tests.slack.forging import answer_to
from tests.slack.reading import fields, labels, live, said, words
from tests.slack.test_route import STRANGE
from tests.trial import Workplace


def test_it_is_kept_confirmed_posted_and_the_requester_gets_the_link(work: Workplace) -> None:
    message = work.route(MEDIATION)
    work.click(message, Action.ESCALATE)
    calls = len(work.workspace.calls)

    exchange = work.submit(filled())

    assert exchange.ok
    confirmation = work.modal()
    assert "D-1001" in words(confirmation)
    assert "#ask-disputes" in words(confirmation)
    work.settle()
    assert "views.open" not in [call.method for call in work.workspace.calls[calls:]]
    (post,) = posts(work)
    escalation = work.stores.escalations.by_reference("D-1001")
    assert escalation is not None
    assert post.metadata == {"event_type": "slackguide_escalation", "event_payload": {"id": escalation.id}}
    for notified in ("D-1001", "Zendesk ticket", TICKET, "Contract ID", "34567890", "Client username", "acme",
                 "Freelancer username", "jo", "Dispute type", "Hourly", "Manual Time, Excessive Hours",
                 "Both sides disagree", "From the guide: Send a case to Mediation"):  # fmt: skip
        assert notified in words(post), notified
        assert notified in said(post), notified
    assert live(post) == {f"<@{work.workspace.person('ana').id}>"}
    (notice,) = notices(work)
    assert "D-1001 is in #ask-disputes" in words(notice)
    link = next(e for b in notice.blocks for e in b.get("elements", ()) if e.get("url"))["url"]
    assert post.ts.replace(".", "") in link


def test_the_destination_that_the_guide_gave_stands_in_the_post(work: Workplace) -> None:
    message = work.route(MEDIATION)
    for label in ("Work", "Mid-Market"):
        message = work.click_message(message, labels(message)[label]) if label in labels(message) else message
    for label in ("Work", "Mid-Market"):
        message = work.click_message(message, labels(message)[label]) if label in labels(message) else message
    work.click(message, Action.ESCALATE)
    assert "The guide says: HV Mediation Tier 1" in words(work.modal())
    assert fields(work.modal())["client_segment"] == "mid_market"

    work.submit(filled())
    work.settle()

    (post,) = posts(work)
    assert "The guide's advice: HV Mediation Tier 1" in words(post)


def test_slack_itself_refuses_what_is_missing_and_keeps_what_is_typed(work: Workplace) -> None:
    opened(work)

    exchange = work.submit(filled(summary=None, client_username=None))

    assert exchange.errors.keys() == {"summary", "client_username"}
    assert fields(work.modal())["contract_id"] == "34567890"
    assert work.owed() == ()


FAULTY = {
    "contract_id": ("not a number", "4 to 20 digits"),
    "ticket_url": ("https://x y.example/", "whole link"),
    "client_username": ("\x01\x02", "Fill this in"),
    "summary": ("\x00", "Fill this in"),
}


@pytest.mark.parametrize(("field", "value", "notified"), [(f, v, t) for f, (v, t) in FAULTY.items()])
def test_a_fault_is_told_on_its_field_and_nothing_typed_is_lost(
    work: Workplace, field: str, value: str, notified: str
) -> None:
    opened(work)
    view = work.sandbox.fill("ana", work.modal().id, filled(**{field: value}))
    payload = Payloads(workspace=work.workspace).submission(work.workspace.person("ana"), view, trigger_id="1.2")

    answer = json.loads(work.send("interactive", payload).body)

    assert answer["response_action"] == "errors"
    assert answer["errors"].keys() == {field}
    assert notified in answer["errors"][field]
    assert fields(work.modal()) == filled(**{field: value}) | {"last_payment_days": None, "client_segment": None}
    assert work.owed() == ()


def test_every_fault_is_told_at_once(work: Workplace) -> None:
    opened(work)

    exchange = work.submit(filled(contract_id="x", ticket_url="https://x.example/a|b"))

    assert exchange.errors.keys() == {"contract_id", "ticket_url"}
    assert work.submit(filled()).ok
    work.settle()
    assert len(posts(work)) == 1


def test_the_same_window_sent_twice_is_one_escalation(work: Workplace) -> None:
    opened(work)
    exchange = work.submit(filled())

    assert "kept before" in submitted_again(work, exchange)
    work.settle()
    work.end()
    work.begin()
    assert "D-1001" in submitted_again(work, exchange), "after a restart too"
    work.settle()

    assert len(posts(work)) == 1
    assert work.stores.escalations.by_reference("D-1002") is None


@contextmanager
def database_locked(work: Workplace) -> Iterator[None]:
    """Somebody else writes to the database and does not end."""
    other = sqlite3.connect(work.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def database_away(work: Workplace) -> Iterator[None]:
    """The disk is gone for a while."""
    away = work.database.with_suffix(".away")
    work.database.rename(away)
    try:
        yield
    finally:
        away.rename(work.database)


@pytest.mark.parametrize("trouble", [database_locked, database_away])
def test_a_commit_that_fails_leaves_the_form_open_with_words_and_everything_typed(
    work: Workplace, trouble: Callable[[Workplace], AbstractContextManager[None]]
) -> None:
    opened(work)
    with trouble(work):
        exchange = work.submit(filled())

    assert exchange.status == 200
    (notified,) = exchange.errors.values()
    assert notified.startswith("Not sent yet: The database")
    assert "still here" in notified
    assert fields(work.modal())["summary"] == filled()["summary"]

    assert work.submit().ok
    work.settle()
    assert len(posts(work)) == 1


def test_a_form_that_the_knowledge_no_longer_has_says_what_to_do(work: Workplace) -> None:
    opened(work)
    payload = work.submit(filled(contract_id="x")).sent
    for metadata in ('{"form":"ask-nobody"}', "", "garbled", "[]", '{"form":"ask-disputes","asked":"x"}'):
        payload["view"]["private_metadata"] = metadata
        answer = json.loads(work.send("interactive", payload).body)
        assert "too old" in answer["errors"]["ticket_url"], metadata


def test_options_and_fields_of_an_older_form_are_told_on_a_field_that_is_there(work: Workplace) -> None:
    opened(work)
    payload = work.submit(filled(contract_id="x")).sent
    view = payload["view"]
    view["blocks"] = [block for block in view["blocks"] if block["block_id"] != "summary"]
    view["state"]["values"]["contract_id"]["contract_id"]["value"] = "34567890"
    del view["state"]["values"]["summary"]

    answer = json.loads(work.send("interactive", payload).body)

    assert "Copy your text" in answer["errors"]["ticket_url"]


# -- a second one about the same case ---------------------------------------------------------------------------------


def test_a_second_one_about_the_same_ticket_shows_the_first_and_is_sent_only_with_a_reason(work: Workplace) -> None:
    first = sent(work)
    post = posted(work, first)
    opened(work, "ben")

    exchange = work.submit(filled(summary="The same once more", contract_id="99999"), "ben")

    assert exchange.ok
    warned = work.modal("ben")
    assert "D-1001" in words(warned)
    assert post.ts.replace(".", "") in words(warned), "with the link to it"
    assert fields(warned)["summary"] == "The same once more", "nothing typed is lost"
    assert fields(warned)["dispute_reasons"] == ["manual_time", "excessive_hours"]
    work.settle()
    assert len(posts(work)) == 1

    assert work.submit({}, "ben").errors.keys() == {DUPLICATE_REASON}
    assert work.submit({DUPLICATE_REASON: "The client called <!here> again"}, "ben").ok
    work.settle()

    second = posts(work)[1]
    assert "The client called <!here> again" in words(second)
    assert live(second) == {f"<@{work.workspace.person('ben').id}>"}


@pytest.mark.parametrize("ticket", [f"{TICKET}?from=mail", "https://x.zendesk.com/tickets/4711"])
def test_the_same_ticket_is_known_however_it_is_written(work: Workplace, ticket: str) -> None:
    sent(work)
    opened(work, "ben")

    work.submit(filled(ticket_url=ticket, contract_id="99999"), "ben")

    assert "is open already" in words(work.modal("ben"))


def test_another_case_is_not_held_up(work: Workplace) -> None:
    sent(work)
    second = sent(work, "ben", ticket_url="https://x.zendesk.com/agent/tickets/4712", contract_id="99999")

    assert second.reference == "D-1002"


def test_of_two_colleagues_who_send_the_same_ticket_at_once_one_is_warned(work: Workplace) -> None:
    people = ("ana", "ben")
    for number in range(10):
        for who in people:
            opened(work, who)
        start = threading.Barrier(len(people))

        def send(who: str, number: int = number, start: threading.Barrier = start) -> bool:
            start.wait()
            ticket = f"https://x.zendesk.com/agent/tickets/{5000 + number}"
            return work.submit(filled(ticket_url=ticket, contract_id=str(70_000 + number)), who).ok

        with ThreadPoolExecutor(len(people)) as pool:
            assert all(pool.map(send, people))
        shown = [words(work.modal(who)) for who in people]
        assert sorted("is open already" in text for text in shown) == [False, True]
        for who in people:
            work.workspace.views.clear(work.workspace.person(who).id)
    work.settle()
    assert len(posts(work)) == 10


# -- what people write ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [text for text in STRANGE.values() if text.strip("\x01")])
def test_nothing_that_people_write_comes_alive_in_the_post_or_is_lost(work: Workplace, text: str) -> None:
    text = text[:3000]
    escalation = sent(work, summary=text, client_username=text[:100] or "x")

    post = posted(work, escalation)

    assert live(post) == {f"<@{escalation.requester.user_id}>"}
    visible = "".join(character for character in text if character >= " " and character != "\x7f").strip()
    assert visible[:500] in words(post)


def test_a_prefilled_question_of_600_quotes_still_opens_and_sends(work: Workplace) -> None:
    """What the form remembers of the question has 3,000 characters of room, quotes written as two each."""
    value = AnswerState("answer", '"' * 290, entry="disputes/send-to-mediation", rejected_entries=("a" * 80,) * 9)
    assert "summary" in answer_to(work, Action.ESCALATE, value.encode(m="ask-disputes"))


def test_who_follows_the_first_instead_keeps_what_they_typed_and_hears_of_it(work: Workplace) -> None:
    first = sent(work)
    post = posted(work, first)
    opened(work, "ben")
    work.submit(filled(contract_id="99999"), "ben")
    warned = work.modal("ben")

    work.click(warned, Action.FOLLOW, "ben")

    work.until(lambda: work.modal("ben").id != warned.id)
    assert "D-1001" in words(work.modal("ben"))
    work.sandbox.close_view("ben", work.modal("ben").id)
    assert fields(work.modal("ben"))["contract_id"] == "99999", "the form lay below"
    work.click(post, Action.CLAIM, "marek")
    work.settle()
    assert "claimed D-1001" in words(notices(work, "ben")[-1])
    assert len(posts(work)) == 1
