"""App Home: a person's escalations, and for specialists what waits at their desk."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from datetime import date

from sqlalchemy import update

from slackguide.escalation.state_machine import Claim
from slackguide.guide import Guide
from slackguide.sandbox import FaultKind, InjectedFault, OpenView
from slackguide.slack.ids import ASK_TEXT, Action
from slackguide.storage.tables import escalations
from tests.support.app_harness import AppHarness
from tests.support.escalations import posted, sent
from tests.support.forged_requests import press_value
from tests.support.questions import MEDIATION, unclear_question
from tests.support.rendered import labels, live, words

TRANSPORTS = ("http", "socket")


def home(harness: AppHarness, who: str = "ana") -> OpenView:
    """Return the person's Home tab, opened and drawn."""
    assert harness.sandbox.open_home(who).ok
    harness.settle()
    return shown(harness, who)


def shown(harness: AppHarness, who: str = "ana") -> OpenView:
    """Return the Home tab as it is drawn now."""
    found = harness.workspace.views.home(harness.workspace.person(who).id)
    assert found is not None
    return found


def test_an_agent_sees_their_own_open_and_closed_ones(harness: AppHarness) -> None:
    posted(harness, sent(harness))
    sent(harness, "ben", ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")

    view = home(harness)

    assert "Your open escalations (1)" in words(view)
    assert "Recently closed (0)" in words(view)
    assert "D-1001" in words(view)
    assert "D-1002" not in words(view)
    assert "Unclaimed (" not in words(view), "that is for specialists"
    assert live(view) == set()
    assert "*Both sides disagree about the hours of last week.*" in words(view)
    assert "<https://x.zendesk.com/agent/tickets/4711|#4711> · <http" in words(view), (
        "the ticket and the card are links"
    )
    (link,) = [b["accessory"]["url"] for b in view.blocks if b.get("accessory", {}).get("url")]
    assert "/archives/" in link


def test_what_a_newer_version_wrote_does_not_keep_the_rest_from_being_shown(harness: AppHarness) -> None:
    newer = sent(harness)
    posted(harness, newer)
    posted(harness, sent(harness, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111"))
    with harness.repositories.database.write() as connection:
        change = {"fields": [["summary", {"colour": "red"}]]}
        connection.execute(update(escalations).where(escalations.c.id == newer.id).values(change))

    view = home(harness)
    assert "D-1002" in words(view)
    assert "D-1001" not in words(view)


def test_a_specialist_sees_what_waits_at_their_desk(harness: AppHarness) -> None:
    post = posted(harness, sent(harness))
    assert "Unclaimed (1)" in words(home(harness, "marek"))
    assert "Unclaimed (0)" in words(home(harness, "priya")), "Priya answers at another desk"

    harness.click(post, Action.CLAIM, "marek")
    harness.settle()

    assert "Claimed by you (1)" in words(shown(harness, "marek")), "drawn again without being opened"
    harness.pass_time(9 * 3600)
    view = home(harness, "marek")
    assert "0 unclaimed · 1 yours · 1 overdue" in words(view)
    assert re.search(r"9 h · from <@\w+> · \*\d+ min overdue\*", words(view))
    assert words(view).count("D-1001") == 1, "each case once"


def test_it_is_drawn_again_when_something_on_it_changes(harness: AppHarness) -> None:
    home(harness)

    post = posted(harness, sent(harness))
    assert "Your open escalations (1)" in words(shown(harness))
    harness.click(post, Action.CLAIM, "marek")
    harness.settle()

    assert f"Claimed, with <@{harness.workspace.person('marek').id}>" in words(shown(harness))


def test_long_lists_are_turned_page_by_page_and_back(harness: AppHarness) -> None:
    for number in range(23):
        sent(harness, ticket_url=f"https://x.zendesk.com/agent/tickets/{number + 100}", contract_id=f"1000{number}")
        harness.pass_time(60)
    view = home(harness)
    assert "Your open escalations (23)" in words(view)
    pages = [words(view)]
    assert list(labels(view)).count("Back") == 0
    for _ in range(2):
        harness.click(shown(harness), f"{Action.HOME_PAGE}:open:on")
        pages.append(words(shown(harness)))
    for page, (first, last) in zip(pages, ((1023, 1014), (1013, 1004), (1003, 1001)), strict=True):
        assert [f"D-{number}" in page for number in (first + 1, first, last, last - 1)] == [False, True, True, False]

    assert "More" not in labels(shown(harness))
    harness.click(shown(harness), f"{Action.HOME_PAGE}:open:back")
    assert words(shown(harness)) == pages[1]
    harness.click(shown(harness), f"{Action.HOME_PAGE}:open:back")
    assert words(shown(harness)) == pages[0]


def test_a_specialist_claims_and_resolves_there(harness: AppHarness) -> None:
    first, second = (
        sent(harness),
        sent(harness, "ben", ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="1111"),
    )
    posted(harness, first)
    view = home(harness, "marek")

    harness.click(view, f"{Action.CLAIM}:{second.id}", "marek")
    harness.settle()

    assert harness.workspace.views.top(harness.workspace.person("marek").id) is None, "no window to close"
    view = shown(harness, "marek")
    assert "1 unclaimed · 1 yours · 0 overdue" in words(view)
    harness.click(view, f"{Action.RESOLVE}:{second.id}", "marek")
    assert harness.submit({}, "marek").ok
    harness.settle()
    assert "Recently closed (1)" in words(shown(harness, "marek"))
    assert "Resolved: right place" in words(shown(harness, "marek"))


def test_who_was_too_late_there_is_told(harness: AppHarness) -> None:
    escalation = sent(harness)
    posted(harness, escalation)
    view = home(harness, "marek")
    harness.repositories.escalations.apply(escalation.id, Claim(harness.workspace.person("priya").id))

    harness.click(view, f"{Action.CLAIM}:{escalation.id}", "marek")

    harness.until(lambda: harness.workspace.views.top(harness.workspace.person("marek").id))
    assert "already claimed by" in words(harness.modal("marek"))


def test_a_specialists_own_request_is_not_theirs_to_claim(harness: AppHarness) -> None:
    posted(harness, sent(harness, "marek"))

    view = home(harness, "marek")

    assert "Unclaimed (0)" in words(view)
    assert "Your open escalations (1)" in words(view)
    assert "Claim" not in labels(view)


def test_a_team_lead_sees_queues_questions_and_reviews(harness: AppHarness, guide: Guide) -> None:
    posted(harness, sent(harness))
    question = unclear_question(guide)
    card = harness.route(question)
    harness.click(card, Action.NONE_OF_THESE)
    harness.pass_time(9 * 3600)

    view = home(harness, "lena")

    assert "Ask Disputes: \n1 open, 1 overdue" in words(view)
    assert "Ask Content Engagement: \n0 open, 0 overdue" in words(view)
    assert "Questions without an answer: 1" in words(view)
    assert question in words(view)
    assert "due for review" not in words(view)
    assert "overdue\n" not in words(home(harness, "ana")), "that is for team leads"

    old = copy.copy(guide)
    days = (None, *[date(2025, 1, 1)] * 4)
    some = zip(days, guide.knowledge.entries.items(), strict=False)
    entries = {id: replace(entry, reviewed=day) for day, (id, entry) in some}
    old.knowledge = replace(guide.knowledge, entries={**guide.knowledge.entries, **entries})
    harness.reload(old)
    view = home(harness, "lena")
    assert "Entries due for review: 5" in words(view)
    assert next(iter(entries.values())).title in words(view)


def test_a_button_of_an_older_home_draws_it_anew(harness: AppHarness) -> None:
    view = home(harness)
    for value in ("garbled", "{}", "[]", '{"list":"open","after":["x","y"]}', '{"list":"open","after":[1]}', "null"):
        before = shown(harness).hash
        assert press_value(harness, f"{Action.HOME_PAGE}:open:on", value, where=view).status == 200
        harness.until(lambda before=before: shown(harness).hash != before)  # type: ignore[misc]
        assert "Your open escalations (0)" in words(shown(harness))


def test_asking_from_there_opens_the_ask_form(harness: AppHarness) -> None:
    view = home(harness)

    harness.click(view, labels(view)["Ask"])
    harness.submit({ASK_TEXT: MEDIATION})

    assert "Send a case to Mediation" in words(harness.modal())


def test_words_for_an_unknown_button_there_come_in_a_window(harness: AppHarness) -> None:
    view = home(harness)

    assert press_value(harness, "of_another_version", "x", where=view).status == 200

    harness.until(lambda: harness.workspace.views.top(view.person))
    assert "another version" in words(harness.modal())
    assert shown(harness) == view


def test_words_there_come_as_a_direct_message_when_no_window_opens(harness: AppHarness) -> None:
    view = home(harness)
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="views.open", code="expired_trigger_id", times=2)
    )

    assert press_value(harness, Action.HOME_ASK, "ask", where=view).status == 200

    harness.until(lambda: any("did not open the window" in m.text for m in harness.workspace.direct_messages("ana")))


def test_only_the_home_tab_is_drawn(harness: AppHarness) -> None:
    harness.sandbox.open_home("ana", "messages")
    harness.settle()

    assert harness.workspace.views.home(harness.workspace.person("ana").id) is None


def test_a_guest_is_notified_there_too(harness: AppHarness) -> None:
    view = home(harness, "gil")

    assert "you are a guest here" in words(view)
    assert labels(view) == {}


def test_somebody_new_sees_examples_topics_and_the_forms(harness: AppHarness) -> None:
    view = home(harness)

    shown_words = words(view)
    guide = harness.guide()
    examples = [line for line in shown_words.split("\n") if line.startswith("/route ")]
    assert len(examples) == 3
    phrasings = {phrasing for entry in guide.knowledge.entries.values() for phrasing in entry.concerns}
    assert {example.removeprefix("/route ") for example in examples} <= phrasings
    assert "Disputes and Mediation: " in shown_words
    hidden = [guide.knowledge.entries[id].title for id in guide.knowledge.hidden_from("agent")]
    assert not [title for title in hidden if title in shown_words]

    harness.click(view, labels(view)["Ask #ask-disputes"])

    assert harness.modal().callback_id == "escalation"
    harness.sandbox.close_view("ana", harness.modal().id)
    posted(harness, sent(harness))
    assert "/route " not in words(home(harness)).split("Type /route", 1)[-1], "no longer new"
