"""Who reads an answer: in a channel, what everybody there may read; the rest goes to the asker alone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from slackguide.guide import Guide
from slackguide.sandbox import FaultKind, InjectedFault, Message, Person, PersonRole
from slackguide.slack.readers import CACHED_FOR, LOOKUP_LIMIT, MEMBER_LIMIT
from slackguide.slack.views.direct import NOTE
from tests.slack.asking import MEDIATION, team_lead_entry
from tests.slack.reading import live, said, words
from tests.trial import STAFF, Workplace

SHOWN = "Send a case to Mediation"
"""What the answer to `MEDIATION` holds."""


def in_channel(work: Workplace, channel: str = STAFF) -> list[Message]:
    """What slackguide posted for everybody in the channel."""
    return [m for m in work.workspace.all_messages(channel) if m.by_bot]


def in_private(work: Workplace, who: str = "ana") -> list[Message]:
    """What slackguide wrote to this person alone."""
    return [m for m in work.workspace.direct_messages(who) if m.by_bot]


def mentioned(work: Workplace, channel: str = STAFF, who: str = "ana", text: str = MEDIATION) -> None:
    """Ask by a mention, and wait until everything owed is posted."""
    work.sandbox.mention(who, channel, text)
    work.settle()


def joined(work: Workplace, *people: Person, channel: str = STAFF) -> None:
    """Add people of whom the directory knows nothing yet."""
    for person in people:
        work.workspace.add_person(person, channels=(channel,))


def newcomer(number: int = 0, role: PersonRole = PersonRole.AGENT, **changes: bool) -> Person:
    """Return somebody who is not in the workspace yet."""
    return Person(name=f"new{number}", real_name=f"New {number}", role=role, **changes)  # type: ignore[arg-type]


def seen_privately(work: Workplace, channel: str = STAFF, who: str = "ana") -> None:
    """Assert that the answer went to the asker alone and that the channel holds one line without content."""
    (note,) = in_channel(work, channel)
    question = next(m for m in work.workspace.all_messages(channel) if not m.by_bot)
    assert (note.text, words(note), note.thread_ts) == (NOTE, NOTE, question.ts)
    (answer,) = in_private(work, who)
    assert SHOWN in words(answer)
    assert SHOWN in answer.text
    assert f"<#{work.workspace.conversation(channel).id}>" in words(answer)
    assert work.owed() == ()


def seen_publicly(work: Workplace) -> None:
    """Assert that the answer stands in the thread alone."""
    (answer,) = in_channel(work)
    assert SHOWN in words(answer)
    assert live(answer) == set()
    assert in_private(work) == []


def test_among_members_the_answer_stands_in_the_thread(work: Workplace) -> None:
    mentioned(work)

    seen_publicly(work)


# -- who else may read it ---------------------------------------------------------------------------------------------


def a_guest(work: Workplace) -> None:
    joined(work, newcomer(role=PersonRole.GUEST))


def a_single_channel_guest(work: Workplace) -> None:
    joined(work, newcomer(role=PersonRole.SINGLE_CHANNEL_GUEST))


def somebody_of_another_company(work: Workplace) -> None:
    """Although Slack does not mark the channel as shared."""
    joined(work, newcomer(role=PersonRole.OUTSIDER, listed=False))


def slack_connect(work: Workplace) -> None:
    work.workspace.change_channel(STAFF, shared=True)


def an_invitation_of_another_company(work: Workplace) -> None:
    work.workspace.change_channel(STAFF, pending_shared=True)


def other_workspaces_of_the_organization(work: Workplace) -> None:
    work.workspace.change_channel(STAFF, org_shared=True)


def a_member_whom_slack_does_not_tell_of(work: Workplace) -> None:
    joined(work, newcomer())
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.REFUSING, method="users.info", code="user_not_visible"))


def more_newcomers_than_are_looked_up(work: Workplace) -> None:
    joined(work, *(newcomer(number) for number in range(LOOKUP_LIMIT + 1)))


def more_members_than_are_looked_at(work: Workplace) -> None:
    members = work.workspace.conversation(STAFF).members
    work.workspace.change_channel(STAFF, members=members | {f"U{number}" for number in range(MEMBER_LIMIT)})


def a_channel_that_may_not_be_looked_at(work: Workplace) -> None:
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.REFUSING, method="conversations.info", code="missing_scope"))


def members_that_may_not_be_listed(work: Workplace) -> None:
    work.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.REFUSING, method="conversations.members", code="fetch_members_failed")
    )


def slack_that_does_not_say_for_long(work: Workplace) -> None:
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING, method="conversations.info"))


def members_that_are_never_listed_in_time(work: Workplace) -> None:
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.RATE_LIMITED, method="conversations.members", seconds=1))


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
    work: Workplace, arrange: Callable[[Workplace], None]
) -> None:
    arrange(work)

    mentioned(work)

    seen_privately(work)


@pytest.mark.parametrize("channel", ["general", "partner-desk"])
def test_known_guests_and_shared_channels_are_no_different(work: Workplace, channel: str) -> None:
    mentioned(work, channel)

    seen_privately(work, channel)


def test_a_guest_on_a_later_page_of_the_members_is_found(work: Workplace) -> None:
    joined(work, *(newcomer(number) for number in range(450)), newcomer(450, PersonRole.GUEST))
    work.end()
    work.begin()  # the directory knows them all

    mentioned(work)

    seen_privately(work)
    assert len([call for call in work.workspace.calls if call.method == "conversations.members"]) > 1


def test_a_channel_that_the_event_alone_calls_shared_is_shared(work: Workplace) -> None:
    payload = copy.deepcopy(work.sandbox.mention("ana", "general", "help").sent)
    work.settle()
    before = len(in_private(work))
    place = work.workspace.conversation(STAFF)
    work.sandbox.say("ben", STAFF, "who knows?")
    ts = work.workspace.messages(STAFF)[0].ts
    payload |= {"event_id": "EvShared", "is_ext_shared_channel": True}
    payload["event"] |= {"channel": place.id, "text": MEDIATION, "ts": ts, "event_ts": ts}
    payload["event"].pop("blocks", None)

    assert work.send("events_api", payload).status == 200
    work.settle()

    assert [m.text for m in in_channel(work)] == [NOTE]
    assert SHOWN in words(in_private(work)[before])
    asked = [c for c in work.workspace.calls if c.method == "conversations.info" and c.arguments["channel"] == place.id]
    assert asked == [], "nothing has to be asked"


# -- who does not matter ----------------------------------------------------------------------------------------------


def a_bot(work: Workplace) -> None:
    """A ticket system's, say: it was installed for the workspace, and does not read as a person does."""
    joined(work, newcomer(bot=True))


def a_newcomer(work: Workplace) -> None:
    joined(work, newcomer())


def a_lead(work: Workplace) -> None:
    assert work.workspace.person("lena").id in work.workspace.conversation(STAFF).members


def slack_away_for_a_moment(work: Workplace) -> None:
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING, method="conversations.info", times=2))
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.RESET, method="conversations.members", times=1))


def a_newcomer_who_is_looked_up_at_the_second_try(work: Workplace) -> None:
    joined(work, newcomer())
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING, method="users.info", times=1))


@pytest.mark.parametrize(
    "arrange", [a_bot, a_newcomer, a_lead, slack_away_for_a_moment, a_newcomer_who_is_looked_up_at_the_second_try]
)
def test_who_may_read_it_or_does_not_read_keeps_nothing_from_the_channel(
    work: Workplace, arrange: Callable[[Workplace], None]
) -> None:
    arrange(work)

    mentioned(work)

    seen_publicly(work)


def test_what_slack_said_of_a_channel_is_asked_for_once_a_minute(work: Workplace) -> None:
    for _ in range(3):
        mentioned(work)
    asked = [call.method for call in work.workspace.calls if call.method.startswith("conversations.")]
    assert (asked.count("conversations.info"), asked.count("conversations.members")) == (1, 1)
    assert len(in_channel(work)) == 3

    joined(work, newcomer(role=PersonRole.GUEST))
    work.pass_time(CACHED_FOR.total_seconds())
    mentioned(work)

    assert in_channel(work)[-1].text == NOTE
    assert len(in_private(work)) == 1


def test_a_member_who_became_a_guest_is_one_as_soon_as_the_directory_knows(work: Workplace) -> None:
    mentioned(work)
    ben = work.stores.directory.find(work.workspace.person("ben").id)
    assert ben is not None
    work.stores.directory.put(replace(ben, guest=True))
    mentioned(work)

    assert SHOWN in words(in_channel(work)[0])
    assert in_channel(work)[1].text == NOTE


def test_a_follow_up_in_the_thread_keeps_to_the_same_rule(work: Workplace) -> None:
    mentioned(work)
    thread = in_channel(work)[0].thread_ts
    work.sandbox.mention("ana", STAFF, "it was a payment for work, a mid-market client", thread)
    work.settle()
    assert "Goes to: HV Mediation Tier 1" in words(in_channel(work)[1])

    joined(work, newcomer(role=PersonRole.GUEST))
    work.pass_time(CACHED_FOR.total_seconds())
    work.sandbox.mention("ana", STAFF, "it was a payment for work, a mid-market client", thread)
    work.settle()

    assert in_channel(work)[2].text == NOTE
    assert in_channel(work)[2].thread_ts == thread
    assert "Goes to: HV Mediation Tier 1" in words(in_private(work)[0])


@pytest.mark.parametrize(("who", "channel"), [("gil", "general"), ("olga", "partner-desk")])
def test_who_may_not_ask_is_refused_in_the_thread(work: Workplace, who: str, channel: str) -> None:
    mentioned(work, channel, who)

    (refusal,) = in_channel(work, channel)
    assert "members of this workspace only" in said(refusal)
    assert in_private(work, who) == []


# -- roles ------------------------------------------------------------------------------------------------------------


def test_a_team_leads_question_is_answered_in_a_channel_as_an_agents(work: Workplace, guide: Guide) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]

    mentioned(work, STAFF, "lena", entry.concerns[0])

    (answer,) = in_channel(work)
    assert entry.title not in words(answer) + said(answer)
    assert entry.id not in str(answer.blocks)


def test_a_team_leads_direct_message_is_drawn_for_a_team_lead(work: Workplace, guide: Guide) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]

    mentioned(work, "general", "lena", entry.concerns[0])

    assert entry.title in words(in_private(work, "lena")[0])
    assert [m.text for m in in_channel(work, "general")] == [NOTE]


# -- once each, whatever happens between the two posts ----------------------------------------------------------------


def test_neither_post_is_doubled_where_slack_does_not_say_that_it_arrived(work: Workplace) -> None:
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_ANSWER, method="chat.postMessage", times=2))

    mentioned(work, "general")

    seen_privately(work, "general")


@pytest.mark.parametrize("kind", [FaultKind.FAILING, FaultKind.RESET, FaultKind.RATE_LIMITED])
def test_neither_post_is_lost_where_slack_fails(work: Workplace, kind: FaultKind) -> None:
    for method in ("conversations.open", "chat.postMessage"):
        work.sandbox.inject_fault(InjectedFault(kind=kind, method=method, times=1))

    mentioned(work, "general")

    seen_privately(work, "general")


def test_a_process_that_ends_between_the_two_owes_the_second(work: Workplace) -> None:
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_ANSWER, method="chat.postMessage", times=1))
    work.sandbox.mention("ana", "general", MEDIATION)
    work.until(lambda: in_private(work))
    work.end()

    work.begin()
    work.settle()

    seen_privately(work, "general")


def test_an_answer_that_is_in_the_thread_already_is_not_given_again_in_private(work: Workplace) -> None:
    """It arrived, Slack did not say so, and before the next try a guest joins."""
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_ANSWER, method="chat.postMessage", times=1))
    work.sandbox.mention("ana", STAFF, MEDIATION)
    work.until(lambda: in_channel(work))
    joined(work, newcomer(role=PersonRole.GUEST))
    work.pass_time(CACHED_FOR.total_seconds())
    work.settle()

    seen_publicly(work)


def test_an_answer_that_was_given_in_private_already_is_not_given_again_in_the_thread(work: Workplace) -> None:
    """The other way round: before the next try the guest leaves."""
    members = work.workspace.conversation(STAFF).members
    joined(work, newcomer(role=PersonRole.GUEST))
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_ANSWER, method="chat.postMessage", times=1))
    work.sandbox.mention("ana", STAFF, MEDIATION)
    work.until(lambda: in_private(work))
    work.workspace.change_channel(STAFF, members=members)
    work.pass_time(CACHED_FOR.total_seconds())
    work.settle()

    seen_privately(work)
