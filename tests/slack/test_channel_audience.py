"""Who reads an answer: in a channel, what everybody there may read; the rest goes to the asker alone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from slackguide.guide import Guide
from slackguide.sandbox import FaultKind, InjectedFault, Message, Person, PersonRole
from slackguide.slack.channel_audience import CACHED_FOR, LOOKUP_LIMIT, MEMBER_LIMIT
from slackguide.slack.views.direct import NOTE
from tests.support.app_harness import STAFF, AppHarness
from tests.support.questions import MEDIATION, team_lead_entry
from tests.support.rendered import headline, live, said, words

SHOWN = "Send a case to Mediation"
"""What the answer to `MEDIATION` holds."""


def in_channel(harness: AppHarness, channel: str = STAFF) -> list[Message]:
    """Return what slackguide posted for everybody in the channel."""
    return [m for m in harness.workspace.all_messages(channel) if m.by_bot]


def in_private(harness: AppHarness, who: str = "ana") -> list[Message]:
    """Return what slackguide wrote to this person alone."""
    return [m for m in harness.workspace.direct_messages(who) if m.by_bot]


def mentioned(harness: AppHarness, channel: str = STAFF, who: str = "ana", text: str = MEDIATION) -> None:
    """Ask by a mention, and wait until every pending job is done."""
    harness.sandbox.mention(who, channel, text)
    harness.settle()


def joined(harness: AppHarness, *people: Person, channel: str = STAFF) -> None:
    """Add people of whom the directory knows nothing yet."""
    for person in people:
        harness.workspace.add_person(person, channels=(channel,))


def newcomer(number: int = 0, role: PersonRole = PersonRole.AGENT, **changes: bool) -> Person:
    """Return somebody who is not in the workspace yet."""
    return Person(name=f"new{number}", real_name=f"New {number}", role=role, **changes)  # type: ignore[arg-type]


def seen_privately(harness: AppHarness, channel: str = STAFF, who: str = "ana") -> None:
    """Assert that the answer went to the asker alone and that the channel holds one line without content."""
    (note,) = in_channel(harness, channel)
    question = next(m for m in harness.workspace.all_messages(channel) if not m.by_bot)
    assert (note.text, words(note), note.thread_ts) == (NOTE, NOTE, question.ts)
    (answer,) = in_private(harness, who)
    assert SHOWN in words(answer)
    assert SHOWN in answer.text
    assert f"<#{harness.workspace.conversation(channel).id}>" in words(answer)
    assert harness.pending() == ()


def seen_publicly(harness: AppHarness) -> None:
    """Assert that the answer stands in the thread alone."""
    (answer,) = in_channel(harness)
    assert SHOWN in words(answer)
    assert live(answer) == set()
    assert in_private(harness) == []


def test_among_members_the_answer_stands_in_the_thread(harness: AppHarness) -> None:
    mentioned(harness)

    seen_publicly(harness)


# -- who else may read it ---------------------------------------------------------------------------------------------


def a_guest(harness: AppHarness) -> None:
    joined(harness, newcomer(role=PersonRole.GUEST))


def a_single_channel_guest(harness: AppHarness) -> None:
    joined(harness, newcomer(role=PersonRole.SINGLE_CHANNEL_GUEST))


def somebody_of_another_company(harness: AppHarness) -> None:
    """Although Slack does not mark the channel as shared."""
    joined(harness, newcomer(role=PersonRole.OUTSIDER, listed=False))


def slack_connect(harness: AppHarness) -> None:
    harness.workspace.change_channel(STAFF, shared=True)


def an_invitation_of_another_company(harness: AppHarness) -> None:
    harness.workspace.change_channel(STAFF, pending_shared=True)


def other_workspaces_of_the_organization(harness: AppHarness) -> None:
    harness.workspace.change_channel(STAFF, org_shared=True)


def a_member_whom_slack_does_not_tell_of(harness: AppHarness) -> None:
    joined(harness, newcomer())
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method="users.info", code="user_not_visible"))


def more_newcomers_than_are_looked_up(harness: AppHarness) -> None:
    joined(harness, *(newcomer(number) for number in range(LOOKUP_LIMIT + 1)))


def more_members_than_are_looked_at(harness: AppHarness) -> None:
    members = harness.workspace.conversation(STAFF).members
    harness.workspace.change_channel(STAFF, members=members | {f"U{number}" for number in range(MEMBER_LIMIT)})


def a_channel_that_may_not_be_looked_at(harness: AppHarness) -> None:
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="conversations.info", code="missing_scope")
    )


def members_that_may_not_be_listed(harness: AppHarness) -> None:
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="conversations.members", code="fetch_members_failed")
    )


def slack_that_does_not_say_for_long(harness: AppHarness) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="conversations.info"))


def members_that_are_never_listed_in_time(harness: AppHarness) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.RATE_LIMITED, method="conversations.members", seconds=1))


@pytest.mark.parametrize(
    "arrange",
    [
        a_guest,
        a_single_channel_guest,
        somebody_of_another_company,
        slack_connect,
        an_invitation_of_another_company,
        other_workspaces_of_the_organization,
        a_member_whom_slack_does_not_tell_of,
        more_newcomers_than_are_looked_up,
        more_members_than_are_looked_at,
        a_channel_that_may_not_be_looked_at,
        members_that_may_not_be_listed,
        slack_that_does_not_say_for_long,
        members_that_are_never_listed_in_time,
    ],
)
def test_where_others_may_read_it_the_asker_alone_gets_the_answer(
    harness: AppHarness, arrange: Callable[[AppHarness], None]
) -> None:
    arrange(harness)

    mentioned(harness)

    seen_privately(harness)


@pytest.mark.parametrize("channel", ["general", "partner-desk"])
def test_known_guests_and_shared_channels_are_no_different(harness: AppHarness, channel: str) -> None:
    mentioned(harness, channel)

    seen_privately(harness, channel)


def test_a_guest_on_a_later_page_of_the_members_is_found(harness: AppHarness) -> None:
    joined(harness, *(newcomer(number) for number in range(450)), newcomer(450, PersonRole.GUEST))
    harness.end()
    harness.begin()  # the directory knows them all

    mentioned(harness)

    seen_privately(harness)
    assert len([call for call in harness.workspace.calls if call.method == "conversations.members"]) > 1


def test_a_channel_that_the_event_alone_calls_shared_is_shared(harness: AppHarness) -> None:
    payload = copy.deepcopy(harness.sandbox.mention("ana", "general", "help").sent)
    harness.settle()
    before = len(in_private(harness))
    place = harness.workspace.conversation(STAFF)
    harness.sandbox.say("ben", STAFF, "who knows?")
    ts = harness.workspace.messages(STAFF)[0].ts
    payload |= {"event_id": "EvShared", "is_ext_shared_channel": True}
    payload["event"] |= {"channel": place.id, "text": MEDIATION, "ts": ts, "event_ts": ts}
    payload["event"].pop("blocks", None)

    assert harness.send("events_api", payload).status == 200
    harness.settle()

    assert [m.text for m in in_channel(harness)] == [NOTE]
    assert SHOWN in words(in_private(harness)[before])
    asked = [
        c for c in harness.workspace.calls if c.method == "conversations.info" and c.arguments["channel"] == place.id
    ]
    assert asked == [], "nothing has to be asked"


# -- who does not matter ----------------------------------------------------------------------------------------------


def a_bot(harness: AppHarness) -> None:
    """Check that a bot, such as a ticket system's, does not count as a reader."""
    joined(harness, newcomer(bot=True))


def a_newcomer(harness: AppHarness) -> None:
    joined(harness, newcomer())


def a_lead(harness: AppHarness) -> None:
    assert harness.workspace.person("lena").id in harness.workspace.conversation(STAFF).members


def slack_away_for_a_moment(harness: AppHarness) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="conversations.info", times=2))
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.CONNECTION_RESET, method="conversations.members", times=1)
    )


def a_newcomer_who_is_looked_up_at_the_second_try(harness: AppHarness) -> None:
    joined(harness, newcomer())
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="users.info", times=1))


@pytest.mark.parametrize(
    "arrange", [a_bot, a_newcomer, a_lead, slack_away_for_a_moment, a_newcomer_who_is_looked_up_at_the_second_try]
)
def test_who_may_read_it_or_does_not_read_keeps_nothing_from_the_channel(
    harness: AppHarness, arrange: Callable[[AppHarness], None]
) -> None:
    arrange(harness)

    mentioned(harness)

    seen_publicly(harness)


def test_what_slack_said_of_a_channel_is_asked_for_once_a_minute(harness: AppHarness) -> None:
    for _ in range(3):
        mentioned(harness)
    asked = [call.method for call in harness.workspace.calls if call.method.startswith("conversations.")]
    assert (asked.count("conversations.info"), asked.count("conversations.members")) == (1, 1)
    assert len(in_channel(harness)) == 3

    joined(harness, newcomer(role=PersonRole.GUEST))
    harness.pass_time(CACHED_FOR.total_seconds())
    mentioned(harness)

    assert in_channel(harness)[-1].text == NOTE
    assert len(in_private(harness)) == 1


def test_a_member_who_became_a_guest_is_one_as_soon_as_the_directory_knows(harness: AppHarness) -> None:
    mentioned(harness)
    ben = harness.repositories.directory.find(harness.workspace.person("ben").id)
    assert ben is not None
    harness.repositories.directory.put(replace(ben, guest=True))
    mentioned(harness)

    assert SHOWN in words(in_channel(harness)[0])
    assert in_channel(harness)[1].text == NOTE


def test_a_follow_up_in_the_thread_keeps_to_the_same_rule(harness: AppHarness) -> None:
    mentioned(harness)
    thread = in_channel(harness)[0].thread_ts
    harness.sandbox.mention("ana", STAFF, "it was a payment for work, a mid-market client", thread)
    harness.settle()
    assert headline(in_channel(harness)[1]) == "HV Mediation Tier 1"

    joined(harness, newcomer(role=PersonRole.GUEST))
    harness.pass_time(CACHED_FOR.total_seconds())
    harness.sandbox.mention("ana", STAFF, "it was a payment for work, a mid-market client", thread)
    harness.settle()

    assert in_channel(harness)[2].text == NOTE
    assert in_channel(harness)[2].thread_ts == thread
    assert headline(in_private(harness)[0]) == "HV Mediation Tier 1"


@pytest.mark.parametrize(("who", "channel"), [("gil", "general"), ("olga", "partner-desk")])
def test_who_may_not_ask_is_refused_in_the_thread(harness: AppHarness, who: str, channel: str) -> None:
    mentioned(harness, channel, who)

    (refusal,) = in_channel(harness, channel)
    assert "members of this workspace only" in said(refusal)
    assert in_private(harness, who) == []


# -- roles ------------------------------------------------------------------------------------------------------------


def test_a_team_leads_question_is_answered_in_a_channel_as_an_agents(harness: AppHarness, guide: Guide) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]

    mentioned(harness, STAFF, "lena", entry.concerns[0])

    (answer,) = in_channel(harness)
    assert entry.title not in words(answer) + said(answer)
    assert entry.id not in str(answer.blocks)


def test_a_team_leads_direct_message_is_drawn_for_a_team_lead(harness: AppHarness, guide: Guide) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]

    mentioned(harness, "general", "lena", entry.concerns[0])

    assert entry.title in words(in_private(harness, "lena")[0])
    assert [m.text for m in in_channel(harness, "general")] == [NOTE]


# -- once each, whatever happens between the two posts ----------------------------------------------------------------


def test_neither_post_is_doubled_where_slack_does_not_say_that_it_arrived(harness: AppHarness) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=2))

    mentioned(harness, "general")

    seen_privately(harness, "general")


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET, FaultKind.RATE_LIMITED])
def test_neither_post_is_lost_where_slack_fails(harness: AppHarness, kind: FaultKind) -> None:
    for method in ("conversations.open", "chat.postMessage"):
        harness.sandbox.inject_fault(InjectedFault(kind=kind, method=method, times=1))

    mentioned(harness, "general")

    seen_privately(harness, "general")


def test_a_process_that_ends_between_the_two_owes_the_second(harness: AppHarness) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    harness.sandbox.mention("ana", "general", MEDIATION)
    harness.until(lambda: in_private(harness))
    harness.end()

    harness.begin()
    harness.settle()

    seen_privately(harness, "general")


def test_an_answer_that_is_in_the_thread_already_is_not_given_again_in_private(harness: AppHarness) -> None:
    """It arrived, Slack did not say so, and before the next try a guest joins."""
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    harness.sandbox.mention("ana", STAFF, MEDIATION)
    harness.until(lambda: in_channel(harness))
    joined(harness, newcomer(role=PersonRole.GUEST))
    harness.pass_time(CACHED_FOR.total_seconds())
    harness.settle()

    seen_publicly(harness)


def test_an_answer_that_was_given_in_private_already_is_not_given_again_in_the_thread(harness: AppHarness) -> None:
    """The other way round: before the next try the guest leaves."""
    members = harness.workspace.conversation(STAFF).members
    joined(harness, newcomer(role=PersonRole.GUEST))
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    harness.sandbox.mention("ana", STAFF, MEDIATION)
    harness.until(lambda: in_private(harness))
    harness.workspace.change_channel(STAFF, members=members)
    harness.pass_time(CACHED_FOR.total_seconds())
    harness.settle()

    seen_privately(harness)
