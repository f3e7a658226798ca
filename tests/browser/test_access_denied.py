"""People without access get a message on every surface that they can reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.page_object import Tab
from tests.browser.test_route_command import MEDIATION

GUEST = "you are a guest here"
OUTSIDER = "your account belongs to another one"


@pytest.mark.parametrize(("who", "message"), [("gil", GUEST), ("olga", OUTSIDER)])
def test_a_guest_and_a_person_of_another_company(tab: Callable[[str], Tab], who: str, message: str) -> None:
    stranger = tab(who)
    if who == "olga":
        stranger.go("partner-desk")
    stranger.route(MEDIATION)
    card = stranger.message(message)
    expect(card).to_contain_text("Only visible to you")
    expect(stranger.messages().filter(has_text="Mediation T2")).to_have_count(0)
    stranger.screenshot(f"denied-{who}")


def test_a_guest_is_refused_in_a_direct_message_too(tab: Callable[[str], Tab]) -> None:
    gil = tab("gil").go("slackguide")
    gil.wait_for_reply(MEDIATION)
    expect(gil.message(GUEST)).to_be_visible()


def test_an_agent_does_not_see_what_is_for_team_leads(sandbox_app: SandboxApp, tab: Callable[[str], Tab]) -> None:
    knowledge = sandbox_app.guide().knowledge
    entry = knowledge.entries[min(knowledge.hidden_from("agent"))]
    lena, ana = tab("lena"), tab("ana")
    expect(lena.route(entry.concerns[0])).to_contain_text(entry.title)
    expect(ana.route(entry.concerns[0])).not_to_contain_text(entry.title)
