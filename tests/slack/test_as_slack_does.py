"""The double does what Slack does where it used to be kinder, and the app copes with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from slack_sdk import WebClient

from slackguide.sandbox import Team
from slackguide.slack.ids import Action
from tests.support.app_harness import AppHarness
from tests.support.credentials import BOT_TOKEN
from tests.support.escalations import notices, posted, sent, thread
from tests.support.questions import MEDIATION


def test_the_check_of_the_certificate_gets_an_empty_200(harness: AppHarness) -> None:
    reply = harness.sandbox.check_certificate()
    assert (reply.status, reply.body) == (200, "")


@pytest.mark.parametrize("decoration", ["👋 {}", "{} 🙂", "✅ {} 🙏🏽", "🚨{}🚨"])
def test_emoji_arrive_as_names_and_change_no_answer(harness: AppHarness, decoration: str) -> None:
    plain = harness.ask(MEDIATION)
    harness.settle()
    exchange = harness.sandbox.message("ben", decoration.format(MEDIATION))
    text = exchange.sent["event"]["text"]
    assert text.isascii()
    assert text.count(":") >= 2
    harness.settle()
    answer = harness.workspace.direct_messages("ben")[-1]
    assert answer.text == plain.text


def org(team: Team) -> Team:
    """Ana's account belongs to the organization, and Ben's to another workspace of it."""
    homes = {"ana": "E0ORG", "ben": "T0OTHER"}
    return replace(team, people=tuple(replace(p, home_team=homes.get(p.name, "")) for p in team.people))


@pytest.mark.parametrize("known", [True, False])
def test_people_of_an_organization_are_members(make_harness: Callable[..., AppHarness], known: bool) -> None:
    harness = make_harness(team=org, known=known)
    for who in ("ana", "ben"):
        answer = harness.ask(MEDIATION, who)
        assert "belongs to another" not in answer.text
        assert answer.blocks


def test_an_outsider_of_another_organization_is_not(make_harness: Callable[..., AppHarness]) -> None:
    harness = make_harness(team=org)
    assert "belongs to another" in harness.ask(MEDIATION, "olga").text


def test_a_message_to_a_closed_account_succeeds_and_is_heard_by_nobody(harness: AppHarness) -> None:
    """Slack accepts such a message, so that acceptance is no proof: what is said has to reach somebody else."""
    escalation = sent(harness)
    post = posted(harness, escalation)
    harness.click(post, Action.CLAIM, "marek")
    harness.settle()
    ana = harness.workspace.person("ana")
    channel = harness.workspace.direct_message(ana.id).id
    before = len(notices(harness))
    harness.workspace.change_person("ana", deleted=True)
    client = WebClient(BOT_TOKEN, base_url=harness.sandbox.api_url)
    assert client.chat_postMessage(channel=channel, text="into the void")["ok"]
    known = harness.repositories.directory.find(ana.id)
    assert known is not None
    harness.repositories.directory.put(replace(known, deleted=True))
    harness.click(harness.workspace.message(post.ts), Action.ASK_MORE, "marek")
    harness.submit({"words": "which one?"}, "marek")
    harness.settle()
    assert len(notices(harness)) == before + 1
    assert "deactivated" in thread(harness, post) + "".join(message.text for message in notices(harness, "marek"))
