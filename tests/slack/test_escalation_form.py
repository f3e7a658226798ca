"""The escalation form: nothing typed is lost, nothing is sent twice."""

from __future__ import annotations

import html
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from slackguide.escalation.models import Escalation
from slackguide.guide import Guide
from slackguide.knowledge.model import Rule
from slackguide.sandbox.user.payloads import Payloads
from slackguide.slack.button_payloads import AnswerState, EscalatePayload
from slackguide.slack.ids import DUPLICATE_REASON, Action
from tests.slack.test_route import STRANGE
from tests.support.app_harness import AppHarness
from tests.support.escalations import TICKET, filled, notices, opened, posted, posts, sent, submitted_again
from tests.support.forged_requests import answer_to
from tests.support.questions import MEDIATION, team_lead_entry
from tests.support.rendered import fields, labels, live, said, words


def test_it_is_stored_posted_and_the_requester_gets_the_link(harness: AppHarness) -> None:
    message = harness.route(MEDIATION)
    harness.click(message, Action.ESCALATE)
    calls = len(harness.workspace.calls)

    exchange = harness.submit(filled())

    assert exchange.ok
    assert harness.workspace.views.top(harness.workspace.person("ana").id) is None, "no window to close"
    harness.settle()
    assert "views.open" not in [call.method for call in harness.workspace.calls[calls:]]
    (post,) = posts(harness)
    escalation = harness.repositories.escalations.by_reference("D-1001")
    assert escalation is not None
    assert post.metadata == {"event_type": "slackguide_escalation", "event_payload": {"id": escalation.id}}
    assert post.blocks[0]["text"]["text"] == "*Both sides disagree about the hours of last week.*"
    for notified in ("D-1001", "Zendesk ticket", TICKET, "Contract ID", "34567890", "Client username", "acme",
                 "Freelancer username", "jo", "Dispute type", "Hourly", "Manual Time, Excessive Hours",
                 "Both sides disagree", "From the guide: Send a case to Mediation"):  # fmt: skip
        assert notified in words(post), notified
        assert notified in said(post), notified
    assert live(post) == {f"<@{harness.workspace.person('ana').id}>"}
    (notice,) = notices(harness)
    assert words(notice).startswith("*Both sides disagree about the hours of last week.* (D-1001, #ask-disputes)")
    link = next(e for b in notice.blocks for e in b.get("elements", ()) if e.get("url"))["url"]
    assert post.ts.replace(".", "") in link


def opened_with_destination(harness: AppHarness) -> None:
    """Ask, answer the questions until the destination is known, and open the form."""
    message = harness.route(MEDIATION)
    for label in ("Work", "Mid-Market"):
        message = harness.click_message(message, labels(message)[label]) if label in labels(message) else message
    for label in ("Work", "Mid-Market"):
        message = harness.click_message(message, labels(message)[label]) if label in labels(message) else message
    harness.click(message, Action.ESCALATE)
    assert "The guide says: HV Mediation Tier 1" in words(harness.modal())


def test_the_destination_that_the_guide_gave_stands_in_the_post(harness: AppHarness) -> None:
    opened_with_destination(harness)
    assert fields(harness.modal())["client_segment"] == "mid_market"

    harness.submit(filled())
    harness.settle()

    (post,) = posts(harness)
    assert "The guide says HV Mediation Tier 1 (Send a case to Mediation: " in words(post)


def test_slack_itself_refuses_what_is_missing_and_keeps_what_is_typed(harness: AppHarness) -> None:
    opened(harness)

    exchange = harness.submit(filled(summary=None, ticket_url=None, client_username=None))

    assert exchange.errors.keys() == {"summary", "ticket_url"}, "only these are required"
    assert fields(harness.modal())["contract_id"] == "34567890"
    assert harness.pending() == ()


FAULTY = {
    "contract_id": ("not a number", "4 to 20 digits"),
    "ticket_url": ("https://x y.example/", "full link"),
    "summary": ("\x00", "Fill this in"),
}


@pytest.mark.parametrize(("field", "value", "notified"), [(f, v, t) for f, (v, t) in FAULTY.items()])
def test_a_fault_is_reported_on_its_field_and_nothing_typed_is_lost(
    harness: AppHarness, field: str, value: str, notified: str
) -> None:
    opened(harness)
    view = harness.sandbox.fill("ana", harness.modal().id, filled(**{field: value}))
    payload = Payloads(workspace=harness.workspace).submission(harness.workspace.person("ana"), view, trigger_id="1.2")

    answer = json.loads(harness.send("interactive", payload).body)

    assert answer["response_action"] == "errors"
    assert answer["errors"].keys() == {field}
    assert notified in answer["errors"][field]
    assert fields(harness.modal()) == filled(**{field: value}) | {"last_payment_days": None, "client_segment": None}
    assert harness.pending() == ()


def test_every_fault_is_reported_at_once(harness: AppHarness) -> None:
    opened(harness)

    exchange = harness.submit(filled(contract_id="x", ticket_url="https://x.example/a|b"))

    assert exchange.errors.keys() == {"contract_id", "ticket_url"}
    assert harness.submit(filled()).ok
    harness.settle()
    assert len(posts(harness)) == 1


def test_the_same_window_sent_twice_is_one_escalation(harness: AppHarness) -> None:
    opened(harness)
    exchange = harness.submit(filled())

    assert submitted_again(harness, exchange) == ""
    harness.settle()
    harness.end()
    harness.begin()
    assert submitted_again(harness, exchange) == "", "after a restart too"
    harness.settle()

    assert len(posts(harness)) == 1
    assert harness.repositories.escalations.by_reference("D-1002") is None


@contextmanager
def database_locked(harness: AppHarness) -> Iterator[None]:
    """Somebody else writes to the database and does not end."""
    other = sqlite3.connect(harness.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def database_away(harness: AppHarness) -> Iterator[None]:
    """Take the disk away for a while."""
    away = harness.database.with_suffix(".away")
    harness.database.rename(away)
    try:
        yield
    finally:
        away.rename(harness.database)


@pytest.mark.parametrize("trouble", [database_locked, database_away])
def test_a_commit_that_fails_leaves_the_form_open_with_words_and_everything_typed(
    make_harness: Callable[..., AppHarness], trouble: Callable[[AppHarness], AbstractContextManager[None]]
) -> None:
    harness = make_harness(busy_seconds=0.2)
    opened(harness)
    with trouble(harness):
        exchange = harness.submit(filled())

    assert exchange.status == 200
    (notified,) = exchange.errors.values()
    assert notified.startswith("Not sent yet: The database")
    assert "still here" in notified
    assert fields(harness.modal())["summary"] == filled()["summary"]

    assert harness.submit().ok
    harness.settle()
    assert len(posts(harness)) == 1


def test_a_form_that_the_knowledge_no_longer_has_says_what_to_do(harness: AppHarness) -> None:
    opened(harness)
    payload = harness.submit(filled(contract_id="x")).sent
    for metadata in ('{"form":"ask-nobody"}', "", "garbled", "[]", '{"form":"ask-disputes","asked":"x"}'):
        payload["view"]["private_metadata"] = metadata
        answer = json.loads(harness.send("interactive", payload).body)
        assert "too old" in answer["errors"]["ticket_url"], metadata


def test_options_and_fields_of_an_older_form_are_reported_on_a_field_that_is_there(harness: AppHarness) -> None:
    opened(harness)
    payload = harness.submit(filled(contract_id="x")).sent
    view = payload["view"]
    view["blocks"] = [block for block in view["blocks"] if block["block_id"] != "summary"]
    view["state"]["values"]["contract_id"]["contract_id"]["value"] = "34567890"
    del view["state"]["values"]["summary"]

    answer = json.loads(harness.send("interactive", payload).body)

    assert "Copy your text" in answer["errors"]["ticket_url"]


# -- what was recommended when the form opened ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed_guide(guide: Guide) -> Guide:
    """Return the guide over knowledge in which one destination has another name."""

    def changed(rule: Rule) -> Rule:
        renamed = rule.target.name == "HV Mediation Tier 1"
        return replace(rule, target=replace(rule.target, name="Mediation 2027")) if renamed else rule

    entries = {
        id: replace(entry, rules=tuple(changed(rule) for rule in entry.rules))
        for id, entry in guide.knowledge.entries.items()
    }
    return Guide(replace(guide.knowledge, entries=entries))


def stored_after(harness: AppHarness, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Escalation:
    """Submit the form, with its `private_metadata` changed, and return the stored escalation."""
    view = harness.modal()
    payload = harness.submit(filled(contract_id="x")).sent
    metadata = json.loads(payload["view"]["private_metadata"])
    change(metadata)
    payload["view"]["private_metadata"] = json.dumps(metadata)
    payload["view"]["state"]["values"]["contract_id"]["contract_id"]["value"] = "34567890"
    assert harness.send("interactive", payload).body == "", "the form is closed"
    stored = harness.repositories.escalations.by_view(view.id)
    assert stored is not None
    return stored


def test_the_recommendation_is_stored_as_it_was_when_the_form_opened(harness: AppHarness, changed_guide: Guide) -> None:
    opened_with_destination(harness)
    harness.reload(changed_guide)

    escalation = stored_after(harness)

    assert escalation.entry_id == "disputes/send-to-mediation"
    assert escalation.recommendation is not None
    assert escalation.recommendation.destination == "HV Mediation Tier 1"
    assert escalation.recommendation.because


def test_a_recommendation_too_long_for_the_form_is_stored_beside_it(
    harness: AppHarness, guide: Guide, changed_guide: Guide
) -> None:
    reasons = tuple(f"{number}: " + "a long reason " * 30 for number in range(9))

    def explained(rule: Rule) -> Rule:
        return replace(rule, because=" ".join(reasons)) if rule.target.name == "HV Mediation Tier 1" else rule

    entries = {
        id: replace(entry, rules=tuple(explained(rule) for rule in entry.rules))
        for id, entry in guide.knowledge.entries.items()
    }
    harness.reload(Guide(replace(guide.knowledge, entries=entries)))
    opened_with_destination(harness)
    harness.reload(changed_guide)

    escalation = stored_after(harness)

    assert escalation.recommendation is not None
    assert escalation.recommendation.destination == "HV Mediation Tier 1"
    assert "8: a long reason" in " ".join(escalation.recommendation.because)


def test_a_recommendation_stays_through_the_warning_about_a_duplicate(
    harness: AppHarness, changed_guide: Guide
) -> None:
    sent(harness)
    opened_with_destination(harness)
    harness.reload(changed_guide)
    view = harness.modal()
    assert harness.submit(filled()).ok
    assert "D-1001" in words(harness.modal())

    assert harness.submit({DUPLICATE_REASON: "The client wrote again"}).ok

    escalation = harness.repositories.escalations.by_view(view.id)
    assert escalation is not None
    assert escalation.recommendation is not None
    assert escalation.recommendation.destination == "HV Mediation Tier 1"


def test_a_form_of_0_1_0_does_not_carry_it_so_that_the_guide_answers_again(
    harness: AppHarness, changed_guide: Guide
) -> None:
    opened_with_destination(harness)
    harness.reload(changed_guide)

    escalation = stored_after(harness, lambda metadata: metadata.pop("shown"))

    assert escalation.entry_id == "disputes/send-to-mediation"
    assert escalation.recommendation is not None
    assert escalation.recommendation.destination == "Mediation 2027"


@pytest.mark.parametrize("named", ["hidden", "removed", "none"])
def test_a_form_whose_metadata_names_an_entry_that_the_person_may_not_see_names_none(
    harness: AppHarness, guide: Guide, named: str
) -> None:
    entry_id = {"hidden": team_lead_entry(guide), "removed": "ce/removed", "none": None}[named]
    opened_with_destination(harness)

    escalation = stored_after(harness, lambda metadata: metadata["shown"].update(entry=entry_id))

    assert (escalation.entry_id, escalation.recommendation) == (None, None)


# -- a second one about the same case ---------------------------------------------------------------------------------


def test_a_second_one_about_the_same_ticket_shows_the_first_and_is_sent_only_with_a_reason(harness: AppHarness) -> None:
    first = sent(harness)
    post = posted(harness, first)
    opened(harness, "ben")

    exchange = harness.submit(filled(summary="The same once more", contract_id="99999"), "ben")

    assert exchange.ok
    warned = harness.modal("ben")
    assert "D-1001" in words(warned)
    assert post.ts.replace(".", "") in words(warned), "with the link to it"
    assert fields(warned)["summary"] == "The same once more", "nothing typed is lost"
    assert fields(warned)["dispute_reasons"] == ["manual_time", "excessive_hours"]
    harness.settle()
    assert len(posts(harness)) == 1

    assert harness.submit({}, "ben").errors.keys() == {DUPLICATE_REASON}
    assert harness.submit({DUPLICATE_REASON: "The client called <!here> again"}, "ben").ok
    harness.settle()

    second = posts(harness)[1]
    assert "The client called <!here> again" in words(second)
    assert live(second) == {f"<@{harness.workspace.person('ben').id}>"}


@pytest.mark.parametrize("ticket", [f"{TICKET}?from=mail", "https://x.zendesk.com/tickets/4711"])
def test_the_same_ticket_is_known_however_it_is_written(harness: AppHarness, ticket: str) -> None:
    sent(harness)
    opened(harness, "ben")

    harness.submit(filled(ticket_url=ticket, contract_id="99999"), "ben")

    assert "is open already" in words(harness.modal("ben"))


def test_another_case_is_not_held_up(harness: AppHarness) -> None:
    sent(harness)
    second = sent(harness, "ben", ticket_url="https://x.zendesk.com/agent/tickets/4712", contract_id="99999")

    assert second.reference == "D-1002"


def test_of_two_colleagues_who_send_the_same_ticket_at_once_one_is_warned(harness: AppHarness) -> None:
    people = ("ana", "ben")
    for number in range(10):
        for who in people:
            opened(harness, who)
        start = threading.Barrier(len(people))

        def send(who: str, number: int = number, start: threading.Barrier = start) -> bool:
            start.wait()
            ticket = f"https://x.zendesk.com/agent/tickets/{5000 + number}"
            return harness.submit(filled(ticket_url=ticket, contract_id=str(70_000 + number)), who).ok

        with ThreadPoolExecutor(len(people)) as pool:
            assert all(pool.map(send, people))
        windows = [harness.workspace.views.top(harness.workspace.person(who).id) for who in people]
        (warned,) = [window for window in windows if window is not None]
        assert "is open already" in words(warned)
        for who in people:
            harness.workspace.views.clear(harness.workspace.person(who).id)
    harness.settle()
    assert len(posts(harness)) == 10


# -- what people write ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [text for text in STRANGE.values() if text.strip("\x01")])
def test_nothing_that_people_write_is_rendered_as_markup_in_the_post_or_is_lost(harness: AppHarness, text: str) -> None:
    text = text[:3000]
    escalation = sent(harness, summary=text, client_username=text[:100] or "x")

    post = posted(harness, escalation)

    assert live(post) == {f"<@{escalation.requester.user_id}>"}
    visible = "".join(character for character in text if character >= " " and character != "\x7f").strip()
    assert visible[:500] in html.unescape(words(post))


def test_a_prefilled_question_of_600_quotes_still_opens_and_sends(harness: AppHarness) -> None:
    """What the form remembers of the question has 3,000 characters of room, quotes written as two each."""
    state = AnswerState("answer", '"' * 290, entry="disputes/send-to-mediation", rejected_entries=("a" * 80,) * 9)
    assert "summary" in answer_to(harness, Action.ESCALATE, EscalatePayload(state, "ask-disputes").encode())


def test_who_follows_the_first_instead_keeps_what_they_typed_and_hears_of_it(harness: AppHarness) -> None:
    first = sent(harness)
    post = posted(harness, first)
    opened(harness, "ben")
    harness.submit(filled(contract_id="99999"), "ben")
    warned = harness.modal("ben")

    harness.click(warned, Action.FOLLOW, "ben")

    harness.until(lambda: harness.modal("ben").id != warned.id)
    assert "D-1001" in words(harness.modal("ben"))
    harness.sandbox.close_view("ben", harness.modal("ben").id)
    assert fields(harness.modal("ben"))["contract_id"] == "99999", "the form lay below"
    harness.click(post, Action.CLAIM, "marek")
    harness.settle()
    assert "claimed it" in words(notices(harness, "ben")[-1])
    assert len(posts(harness)) == 1


EVERYTHING = (
    "client username acme-buyer, freelancer lee-writes, hourly, they dispute manual time and excessive hours, "
    "https://x.zendesk.com/agent/tickets/4711 contract 34567890, paid 12 days ago for work, mid-market"
)


def test_everything_that_the_words_hold_is_filled_in(harness: AppHarness) -> None:
    harness.command(f"escalate ask-disputes {EVERYTHING}")

    assert fields(harness.modal()) == {
        "ticket_url": "https://x.zendesk.com/agent/tickets/4711",
        "contract_id": "34567890",
        "client_username": "acme-buyer",
        "freelancer_username": "lee-writes",
        "dispute_type": "hourly",
        "dispute_reasons": ["manual_time", "excessive_hours"],
        "last_payment_days": "12",
        "client_segment": "mid_market",
        "summary": EVERYTHING,
    }
    assert harness.submit({}).ok, "one more key, and it is sent"


def test_words_that_name_nobody_fill_in_nobody(harness: AppHarness) -> None:
    harness.command("escalate ask-disputes the client username is wrong and the freelancer says the client user left")

    known = fields(harness.modal())
    assert (known["client_username"], known["freelancer_username"]) == (None, None)
    assert known["dispute_reasons"] == []


def test_the_ticket_and_the_question_are_enough(harness: AppHarness) -> None:
    opened(harness)

    assert harness.submit({"ticket_url": TICKET, "summary": "May I send this on?"}).ok
    harness.settle()

    (post,) = posts(harness)
    assert post.blocks[0]["text"]["text"] == "*May I send this on?*"
    assert "<https://x.zendesk.com/agent/tickets/4711|#4711>" in words(post)


def test_the_day_on_which_it_went_to_ce_is_filled_in(harness: AppHarness) -> None:
    message = harness.route("urgent case sent to CE 3 days ago, no answer, when does CE reply")
    form = {label for label in labels(message) if "#ask-ce" in label}
    if not form:
        message = harness.click_message(
            message, next(action for label, action in labels(message).items() if "Yes" in label)
        )
    harness.click(message, Action.ESCALATE)

    assert fields(harness.modal())["sent_to_ce"] == "2026-03-01"
