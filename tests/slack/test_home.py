"""App Home: a person's escalations, and for specialists what waits at their desk."""

from __future__ import annotations

from sqlalchemy import update

from slackguide.sandbox import FaultKind, InjectedFault, OpenView
from slackguide.slack.ids import ASK_TEXT, Action
from slackguide.storage.schema import escalations
from tests.slack.asking import MEDIATION
from tests.slack.escalating import posted, sent
from tests.slack.forging import press_value
from tests.slack.reading import labels, live, words
from tests.trial import Workplace


def home(work: Workplace, who: str = "ana") -> OpenView:
    """The person's Home tab, opened and drawn."""
    assert work.sandbox.open_home(who).ok
    work.settle()
    return shown(work, who)


def shown(work: Workplace, who: str = "ana") -> OpenView:
    """The Home tab as it is drawn now."""
    found = work.workspace.views.home(work.workspace.person(who).id)
    assert found is not None
    return found


def test_an_agent_sees_their_own_open_and_closed_ones(work: Workplace) -> None:
    posted(work, sent(work))
    sent(work, "ben", ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")

    view = home(work)

    assert "Your open escalations (1)" in words(view)
    assert "Recently closed (0)" in words(view)
    assert "D-1001" in words(view)
    assert "D-1002" not in words(view)
    assert "Unclaimed (" not in words(view), "that is for specialists"
    assert live(view) == {f"<@{work.workspace.person('ana').id}>"}
    (link,) = [b["accessory"]["url"] for b in view.blocks if b.get("accessory", {}).get("url")]
    assert "/archives/" in link


def test_what_a_newer_version_wrote_does_not_keep_the_rest_from_being_shown(work: Workplace) -> None:
    newer = sent(work)
    posted(work, newer)
    posted(work, sent(work, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111"))
    with work.stores.database.write() as connection:
        change = {"fields": [["summary", {"colour": "red"}]]}
        connection.execute(update(escalations).where(escalations.c.id == newer.id).values(change))

    view = home(work)
    assert "D-1002" in words(view)
    assert "D-1001" not in words(view)


def test_a_specialist_sees_what_waits_at_their_desk(work: Workplace) -> None:
    post = posted(work, sent(work))
    assert "Unclaimed (1)" in words(home(work, "marek"))
    assert "Unclaimed (0)" in words(home(work, "priya")), "Priya answers at another desk"

    work.click(post, Action.CLAIM, "marek")
    work.settle()

    assert "Claimed by you (1)" in words(shown(work, "marek")), "drawn again without being opened"
    work.pass_time(9 * 3600)
    assert "Overdue (1)" in words(home(work, "marek"))


def test_it_is_drawn_again_when_something_on_it_changes(work: Workplace) -> None:
    home(work)

    post = posted(work, sent(work))
    assert "Your open escalations (1)" in words(shown(work))
    work.click(post, Action.CLAIM, "marek")
    work.settle()

    assert f"Claimed, with <@{work.workspace.person('marek').id}>" in words(shown(work))


def test_long_lists_are_turned_page_by_page_and_back(work: Workplace) -> None:
    for number in range(7):
        sent(work, ticket_url=f"https://x.zendesk.com/agent/tickets/{number + 100}", contract_id=f"1000{number}")
        work.pass_time(60)
    view = home(work)
    assert "Your open escalations (7)" in words(view)
    assert "D-1007" in words(view)
    assert "D-1002" not in words(view)

    work.click(view, f"{Action.HOME_PAGE}:open:on")

    assert "D-1002" in words(shown(work))
    assert "D-1007" not in words(shown(work))
    work.click(shown(work), f"{Action.HOME_PAGE}:open:back")
    assert "D-1007" in words(shown(work))


def test_a_button_of_an_older_home_draws_it_anew(work: Workplace) -> None:
    view = home(work)
    for value in ("garbled", "{}", "[]", '{"list":"open","after":["x","y"]}', '{"list":"open","after":[1]}', "null"):
        before = shown(work).hash
        assert press_value(work, f"{Action.HOME_PAGE}:open:on", value, where=view).status == 200
        work.until(lambda before=before: shown(work).hash != before)  # type: ignore[misc]
        assert "Your open escalations (0)" in words(shown(work))


def test_asking_from_there_opens_the_ask_form(work: Workplace) -> None:
    view = home(work)

    work.click(view, labels(view)["Ask"])
    work.submit({ASK_TEXT: MEDIATION})

    assert "Send a case to Mediation" in words(work.modal())


def test_words_for_an_unknown_button_there_come_in_a_window(work: Workplace) -> None:
    view = home(work)

    assert press_value(work, "of_another_version", "x", where=view).status == 200

    work.until(lambda: work.workspace.views.top(view.person))
    assert "another version" in words(work.modal())
    assert shown(work) == view


def test_words_there_come_as_a_direct_message_when_no_window_opens(work: Workplace) -> None:
    view = home(work)
    work.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.REFUSING, method="views.open", code="expired_trigger_id", times=2)
    )

    assert press_value(work, Action.HOME_ASK, "ask", where=view).status == 200

    work.until(lambda: any("did not let me open" in m.text for m in work.workspace.direct_messages("ana")))


def test_only_the_home_tab_is_drawn(work: Workplace) -> None:
    work.sandbox.open_home("ana", "messages")
    work.settle()

    assert work.workspace.views.home(work.workspace.person("ana").id) is None


def test_a_guest_is_told_there_too(work: Workplace) -> None:
    view = home(work, "gil")

    assert "you are a guest here" in words(view)
    assert labels(view) == {}
