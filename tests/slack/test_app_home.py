"""App Home: a person's escalations, and for specialists what waits at their desk."""

from __future__ import annotations

from sqlalchemy import update

from slackguide.sandbox import FaultKind, InjectedFault, OpenView
from slackguide.slack.ids import ASK_TEXT, Action
from slackguide.storage.tables import escalations
from tests.support.app_harness import AppHarness
from tests.support.escalations import posted, sent
from tests.support.forged_requests import press_value
from tests.support.questions import MEDIATION
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
    assert live(view) == {f"<@{harness.workspace.person('ana').id}>"}
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
    assert "Overdue (1)" in words(home(harness, "marek"))


def test_it_is_drawn_again_when_something_on_it_changes(harness: AppHarness) -> None:
    home(harness)

    post = posted(harness, sent(harness))
    assert "Your open escalations (1)" in words(shown(harness))
    harness.click(post, Action.CLAIM, "marek")
    harness.settle()

    assert f"Claimed, with <@{harness.workspace.person('marek').id}>" in words(shown(harness))


def test_long_lists_are_turned_page_by_page_and_back(harness: AppHarness) -> None:
    for number in range(7):
        sent(harness, ticket_url=f"https://x.zendesk.com/agent/tickets/{number + 100}", contract_id=f"1000{number}")
        harness.pass_time(60)
    view = home(harness)
    assert "Your open escalations (7)" in words(view)
    assert "D-1007" in words(view)
    assert "D-1002" not in words(view)

    harness.click(view, f"{Action.HOME_PAGE}:open:on")

    assert "D-1002" in words(shown(harness))
    assert "D-1007" not in words(shown(harness))
    harness.click(shown(harness), f"{Action.HOME_PAGE}:open:back")
    assert "D-1007" in words(shown(harness))


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
