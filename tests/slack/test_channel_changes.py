"""What is stored about channels and people is checked again when Slack says that it has changed."""

from __future__ import annotations

from typing import Any

import pytest

from slackguide.slack.access import AccessPolicy, Allowed, Denial, Denied
from slackguide.slack.api.channel_lookup import CHECK_AFTER
from slackguide.slack.api.directory_sync import _directory_user
from slackguide.slack.ids import Action
from slackguide.slack.listeners.channel_events import CHANNEL_EVENTS
from tests.slack.test_app_home import home, shown
from tests.support.app_harness import AppHarness
from tests.support.escalations import kept, notices, posted, posts, sent
from tests.support.rendered import labels, words


def second(harness: AppHarness) -> Any:
    return sent(harness, ticket_url="https://x.zendesk.com/agent/tickets/1", contract_id="11111")


def stored_id(harness: AppHarness) -> str | None:
    stored = harness.repositories.channels.get("ask-disputes")
    return stored.id if stored else None


def test_after_a_rename_posts_go_to_the_channel_that_has_the_name_now(harness: AppHarness) -> None:
    posted(harness, sent(harness))
    old = harness.sandbox.change_channel("ask-disputes", name="ask-disputes-old")
    harness.settle()
    assert stored_id(harness) is None, "Slack said so"
    harness.sandbox.change_channel("ask-ce", name="ask-disputes")

    posted(harness, second(harness))

    assert len(posts(harness, old.id)) == 1
    assert len(posts(harness, "ask-disputes")) == 1


def test_a_rename_of_which_no_event_came_is_noticed_after_an_hour(harness: AppHarness) -> None:
    posted(harness, sent(harness))
    old = harness.workspace.change_channel("ask-disputes", name="ask-disputes-old")
    harness.workspace.change_channel("ask-ce", name="ask-disputes")
    harness.pass_time(CHECK_AFTER.total_seconds() + 60)

    posted(harness, second(harness))

    assert len(posts(harness, old.id)) == 1
    assert len(posts(harness, "ask-disputes")) == 1
    assert stored_id(harness) == harness.workspace.conversation("ask-disputes").id


def test_a_stored_id_is_checked_at_most_once_an_hour(harness: AppHarness) -> None:
    def checks() -> int:
        return [call.method for call in harness.workspace.calls].count("conversations.info")

    posted(harness, sent(harness))
    before = checks()
    posted(harness, second(harness))
    assert checks() == before
    harness.pass_time(CHECK_AFTER.total_seconds() + 60)
    for ticket in (2, 3):
        posted(
            harness,
            sent(harness, ticket_url=f"https://x.zendesk.com/agent/tickets/{ticket}", contract_id=f"111{ticket}"),
        )
    assert checks() == before + 1


def test_a_channel_that_is_archived_and_made_anew_gets_the_post_by_itself(harness: AppHarness) -> None:
    """Renamed first, as Slack asks, and no event came."""
    posted(harness, sent(harness))
    old = harness.workspace.change_channel("ask-disputes", name="ask-disputes-old", archived=True)
    escalation = second(harness)
    harness.settle()
    assert "is archived" in words(notices(harness)[-1])
    assert stored_id(harness) is None, "the refusal puts the id in doubt"

    harness.workspace.change_channel("ask-ce", name="ask-disputes")
    harness.until(lambda: kept(harness, escalation).card is not None)

    assert len(posts(harness, old.id)) == 1
    assert len(posts(harness, "ask-disputes")) == 1


def test_a_retry_by_click_looks_the_name_up_afresh(harness: AppHarness) -> None:
    harness.workspace.change_channel("ask-disputes", archived=True)
    escalation = sent(harness)
    harness.settle()
    harness.workspace.change_channel("ask-disputes", name="ask-disputes-old")
    harness.workspace.change_channel("ask-ce", name="ask-disputes")
    harness.repositories.channels.put({"ask-disputes": "CWRONG"})
    walks = harness.repositories.walks
    walks.save("channel ask-disputes", walks.begin("channel ask-disputes"), 1, "nonsense")

    view = home(harness)
    harness.click(view, labels(view)["Try again"])
    posted(harness, escalation)

    assert len(posts(harness, "ask-disputes")) == 1
    assert "Not delivered yet" not in words(shown(harness))
    assert Action.RETRY_DELIVERY.value in labels(view)["Try again"]


@pytest.mark.parametrize("event", CHANNEL_EVENTS)
def test_every_event_of_a_channel_forgets_its_id(harness: AppHarness, event: str) -> None:
    harness.repositories.channels.put({"ask-disputes": "C1", "ask-ce": "C2"})
    channel: dict[str, Any] = {"channel": "C1"}
    if event.endswith("rename"):
        channel = {"channel": {"id": "C1", "name": "x", "created": 1}}
    if event == "channel_id_changed":
        channel = {"old_channel_id": "C1", "new_channel_id": "C9"}
    payload = {
        "type": "event_callback",
        "team_id": harness.workspace.team.id,
        "event_id": "Ev1",
        "event": {"type": event, "event_ts": "1.0", **channel},
    }
    assert harness.send("events_api", payload).status == 200
    assert stored_id(harness) is None
    assert harness.repositories.channels.get("ask-ce") is not None


OURS, OTHER, ORGANIZATION = "T1", "T2", "E1"


@pytest.mark.parametrize(
    ("team", "teams", "member"),
    [
        (OURS, None, True),
        (OTHER, [OTHER, OURS], True),
        (ORGANIZATION, [OURS], True),
        (OTHER, [OTHER], False),
        (OTHER, None, False),
        (ORGANIZATION, [], False),
        (None, None, True),
    ],
)
def test_a_member_is_who_has_our_workspace_in_any_of_its_places(
    harness: AppHarness, team: str | None, teams: list[str] | None, member: bool
) -> None:
    """On Enterprise Grid, `team_id` names one of a person's workspaces, or the organization."""
    raw: dict[str, Any] = {"id": "UGRID", "name": "grid", "team_id": team}
    if teams is not None:
        raw["enterprise_user"] = {"id": "WGRID", "teams": teams}
    users = harness.repositories.directory
    users.put(_directory_user(raw))
    policy = AccessPolicy(directory=users, our_team=lambda: OURS, leads=(), lead_groups=tuple)

    decision = policy.check("UGRID")

    assert isinstance(decision, Allowed) is member
    assert member or (isinstance(decision, Denied) and decision.reason is Denial.OUTSIDER)
