"""Which entry an escalation names, and to whom: a card is read by everybody in its channel."""

from __future__ import annotations

from dataclasses import replace

from slackguide.escalation.models import Escalation
from slackguide.guide import Guide
from slackguide.sandbox import Message
from slackguide.slack.button_payloads import AnswerState, EscalatePayload
from slackguide.slack.ids import Action
from slackguide.slack.views.escalation_card import escalation_card
from tests.slack.test_app_home import home
from tests.support.app_harness import AppHarness
from tests.support.escalations import filled, notices, posted, sent, thread
from tests.support.forged_requests import press_value
from tests.support.questions import MEDIATION, team_lead_entry
from tests.support.rendered import said, words


def escalated(harness: AppHarness, who: str, entry: str) -> Escalation:
    """Open the form by a button that carries the entry, and send it."""
    value = EscalatePayload(AnswerState("x", "ban a user", entry=entry), "ask-disputes").encode()
    assert press_value(harness, Action.ESCALATE, value, who).status == 200
    view_id = harness.modal(who).id
    assert harness.submit(filled(), who).ok
    harness.workspace.views.clear(harness.workspace.person(who).id)
    found = harness.repositories.escalations.by_view(view_id)
    assert found is not None
    return found


def everything_shown(harness: AppHarness, post: Message, who: str) -> str:
    """Return the text in the channel, and the notices to `who`."""
    harness.settle()
    post = harness.workspace.message(post.ts)
    notified = notices(harness, who) + notices(harness, "marek")
    return "\n".join([words(post), said(post), thread(harness, post), *(words(notice) for notice in notified)])


def test_an_entry_that_was_not_the_answer_is_not_stored(harness: AppHarness, guide: Guide) -> None:
    """A forged id of an entry for team leads, in the hands of an agent."""
    entry = guide.knowledge.entries[team_lead_entry(guide)]

    escalation = escalated(harness, "ana", entry.id)

    assert (escalation.entry_id, escalation.recommendation, escalation.question) == (None, None, "ban a user")
    shown = (
        everything_shown(harness, posted(harness, escalation), "ana")
        + words(home(harness))
        + words(home(harness, "marek"))
    )
    assert escalation.reference in shown
    assert entry.title not in shown
    assert entry.id not in shown


def test_what_a_team_lead_escalates_is_named_to_nobody(harness: AppHarness, guide: Guide) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]

    escalation = escalated(harness, "lena", entry.id)
    post = posted(harness, escalation)
    harness.click(post, Action.CLAIM, "marek")

    assert escalation.entry_id == entry.id
    assert escalation.recommendation is not None
    shown = everything_shown(harness, post, "lena") + words(home(harness, "marek"))
    assert escalation.reference in shown
    for secret in (entry.title, entry.id, escalation.recommendation.destination, *escalation.recommendation.because):
        assert secret not in shown


def test_nothing_for_team_leads_is_filled_into_a_form(harness: AppHarness, guide: Guide) -> None:
    """What stands in a form is posted; the line above it, too, would tell the sender that it may be."""
    entry = guide.knowledge.entries[team_lead_entry(guide)]
    value = EscalatePayload(AnswerState("x", "ban a user", entry=entry.id), "ask-disputes").encode()

    press_value(harness, Action.ESCALATE, value, "lena")

    assert entry.title not in words(harness.modal("lena")) + str(harness.modal("lena").values)


def test_a_stored_escalation_of_an_older_version_is_drawn_by_the_same_rule(harness: AppHarness, guide: Guide) -> None:
    hidden = guide.knowledge.entries[team_lead_entry(guide)]
    old = replace(sent(harness), entry_id=hidden.id)

    assert hidden.title not in escalation_card(old, guide.knowledge).text
    assert "ce/gone" not in escalation_card(replace(old, entry_id="ce/gone"), guide.knowledge).text


def test_an_entry_that_everybody_may_read_is_named(harness: AppHarness) -> None:
    harness.click(harness.route(MEDIATION), Action.ESCALATE)
    harness.submit(filled())
    harness.settle()

    (post,) = [m for m in harness.workspace.messages("ask-disputes") if m.by_bot]
    assert "From the guide: Send a case to Mediation" in words(post)
