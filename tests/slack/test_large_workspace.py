"""100,000 people and 20,000 channels at 20 pages a minute, with restarts in between: every walk comes to its end."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import pytest
from slack_sdk import WebClient

from slackguide.delivery.sender import DeliveryError, RateLimitedError, SlackUnreachableError
from slackguide.sandbox import Channel, FaultKind, InjectedFault, Message, Person, PersonRole, Team
from slackguide.slack.access import AccessPolicy
from slackguide.slack.api.directory_sync import USERS_PER_PAGE, DirectorySync
from slackguide.storage.directory import DirectoryUser
from tests.support.app_harness import AppHarness
from tests.support.credentials import BOT_TOKEN
from tests.support.escalations import kept, notices, posted, posts, sent
from tests.support.rendered import words

MakeHarness = Callable[..., AppHarness]

PEOPLE = 100_000
CHANNELS = 20_000
HISTORY = "conversations.history"


@functools.cache
def many_people() -> tuple[Person, ...]:
    return tuple(
        Person(name=f"agent{n}", real_name=f"Agent {n}", role=PersonRole.AGENT, id=f"U{n:010d}") for n in range(PEOPLE)
    )


def crowded(team: Team) -> Team:
    """Return a team in which everybody else comes after a hundred thousand people."""
    return replace(team, people=many_people() + team.people)


def many_channels(team: Team, *, joined: bool) -> Team:
    """Return a team whose own channels come last."""
    more = tuple(Channel(name=f"channel-{n}", id=f"C{n:010d}", bot_joined=joined) for n in range(CHANNELS))
    return replace(team, channels=more + team.channels)


def directory_of(harness: AppHarness, page_size: int = USERS_PER_PAGE) -> DirectorySync:
    """Return the synchronization as a new process builds it, without its thread."""
    client = WebClient(token=BOT_TOKEN, base_url=harness.sandbox.api_url, timeout=30, retry_handlers=[])
    users = harness.repositories.directory
    return DirectorySync(
        client=client,
        quick_client=client,
        directory=users,
        identities=harness.repositories.identities,
        access_policy=AccessPolicy(directory=users, our_team=lambda: None, leads=(), lead_groups=tuple),
        token=BOT_TOKEN,
        groups=lambda: {"team-leads"},
        walks=harness.repositories.walks,
        page_size=page_size,
    )


def calls_of(harness: AppHarness, method: str) -> list[int | None]:
    """Return the status of each call of a method."""
    return [call.status for call in harness.workspace.calls if call.method == method]


def test_a_hundred_thousand_people_are_known_after_five_minutes(make_harness: MakeHarness) -> None:
    """In a new process after every interruption."""
    harness = make_harness(known=False, team=crowded)
    users = harness.repositories.directory
    started = harness.clock.now
    interruptions = 0
    complete = False
    while not complete:
        assert interruptions < 200, "the walk has no end"
        try:
            directory_of(harness).refresh()
            complete = True
        except RateLimitedError as error:
            interruptions += 1
            harness.pass_time(error.seconds)

    assert interruptions > 4
    assert users.refreshed_at() is not None
    assert harness.clock.now - started < 330
    assert calls_of(harness, "users.list").count(200) == PEOPLE // USERS_PER_PAGE + 1, "no page twice"
    for person in (*many_people()[::9_999], harness.workspace.person("ana")):
        assert users.find(person.id) is not None
    assert users.members("team-leads") == (harness.workspace.person("lena").id,)
    assert not harness.repositories.walks.begin("people").resumed


def test_who_is_gone_is_removed_at_the_end_of_an_interrupted_walk_and_not_before(make_harness: MakeHarness) -> None:
    harness = make_harness(known=False)
    directory = directory_of(harness, page_size=2)
    directory.refresh()
    users = harness.repositories.directory
    users.put(DirectoryUser("UGONE", "T1", "Gone"))
    harness.pass_time(900)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method="users.list", seconds=0.0, times=1))
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.CONNECTION_RESET, method="users.list", times=1))
    with pytest.raises(SlackUnreachableError):
        directory.refresh()
    assert users.find("UGONE") is not None

    directory.refresh()

    assert users.find("UGONE") is None
    assert users.find(harness.workspace.person("ana").id) is not None


def test_a_cursor_that_slack_no_longer_knows_begins_the_walk_anew(make_harness: MakeHarness) -> None:
    harness = make_harness(known=False)
    walks = harness.repositories.walks
    walks.save("people", walks.begin("people"), 0, "nonsense")
    directory = directory_of(harness)
    with pytest.raises(DeliveryError):
        directory.refresh()
    directory.refresh()
    assert harness.repositories.directory.find(harness.workspace.person("ana").id) is not None


def test_a_channel_among_twenty_thousand_of_the_bot_s_is_found_through_429_and_restart(
    make_harness: MakeHarness,
) -> None:
    harness = make_harness(team=functools.partial(many_channels, joined=True))
    escalation = sent(harness)
    harness.until(lambda: 429 in calls_of(harness, "users.conversations"))
    harness.end()
    assert posts(harness) == []

    harness.begin()
    posted(harness, escalation)

    assert calls_of(harness, "users.conversations").count(200) == CHANNELS // 999 + 1, "no page twice"
    assert calls_of(harness, "conversations.list") == []
    assert not harness.repositories.walks.begin("channel ask-disputes").resumed


def test_the_bot_s_own_channels_are_asked_for_first(make_harness: MakeHarness) -> None:
    harness = make_harness(team=functools.partial(many_channels, joined=False))
    posted(harness, sent(harness))
    assert calls_of(harness, "users.conversations") == [200]
    assert calls_of(harness, "conversations.list") == []
    assert harness.repositories.channels.get("ask-ce") is not None, "another form's channel was seen on the way"


def test_a_channel_that_the_bot_is_not_in_is_found_among_all_and_the_requester_reads_what_to_do(
    make_harness: MakeHarness,
) -> None:
    harness = make_harness(team=functools.partial(many_channels, joined=False))
    harness.workspace.change_channel("ask-disputes", bot_joined=False)
    escalation = sent(harness)
    harness.until(lambda: notices(harness))
    assert "Invite @slackguide to #ask-disputes" in words(notices(harness)[-1])
    assert calls_of(harness, "conversations.list").count(200) == CHANNELS // 999 + 1
    assert 429 in calls_of(harness, "conversations.list")

    harness.workspace.change_channel("ask-disputes", bot_joined=True)
    harness.until(lambda: kept(harness, escalation).card is not None)
    assert calls_of(harness, "conversations.list").count(200) == CHANNELS // 999 + 1, "now it is one of the bot's own"


def chatter(harness: AppHarness, count: int) -> None:
    """Add messages of a person to #ask-disputes, all later than what is there."""
    channel, user = harness.workspace.conversation("ask-disputes").id, harness.workspace.person("ben").id
    for number in range(count):
        ts = harness.workspace.next_ts()
        harness.workspace.post(Message(channel=channel, ts=ts, user=user, text=f"message {number}"))


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMITED, FaultKind.CONNECTION_RESET])
def test_the_search_for_an_earlier_post_goes_on_where_it_was_interrupted(harness: AppHarness, kind: FaultKind) -> None:
    """The post is on the last of four pages."""
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method=HISTORY, seconds=0.0, times=2))
    harness.sandbox.inject_fault(InjectedFault(kind=kind, method=HISTORY, times=2, seconds=30))
    escalation = sent(harness)
    harness.until(lambda: posts(harness))
    chatter(harness, 700)

    posted(harness, escalation)

    assert len(posts(harness)) == 1
    calls = [call for call in harness.workspace.calls if call.method == HISTORY and call.status == 200]
    cursors = [call.arguments.get("cursor") for call in calls]
    assert len(cursors) == len(set(cursors)) == 4, "no page twice"
    assert not harness.repositories.walks.begin(f"find 1 {posts(harness)[0].channel}").resumed


def test_a_post_that_appears_while_the_search_is_interrupted_is_found(harness: AppHarness) -> None:
    """Newer than the pages that were read already: the time since the search began is searched, too."""
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method=HISTORY, seconds=0.0, times=1))
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.RATE_LIMITED, method=HISTORY, times=1, seconds=300))
    escalation = sent(harness)
    harness.until(lambda: posts(harness))
    (early,) = posts(harness)
    harness.workspace.remove(early)
    chatter(harness, 300)
    harness.until(lambda: 429 in calls_of(harness, HISTORY))
    late = replace(early, ts=harness.workspace.next_ts())
    harness.workspace.post(late)

    posted(harness, escalation)

    assert [post.ts for post in posts(harness)] == [late.ts]
    card = kept(harness, escalation).card
    assert card is not None
    assert card.ts == late.ts
