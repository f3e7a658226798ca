"""An escalation from its post to its end, by the buttons that people press."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from slackguide.escalation.models import Escalation, EscalationState, EventKind
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import AddDetails, Ask, Assign, Claim
from slackguide.guide import Guide
from slackguide.knowledge.forms import DutyShift
from slackguide.knowledge.resolutions import ResolutionSpec
from slackguide.sandbox import Message
from slackguide.slack.ids import Action, Callback
from tests.support.app_harness import AppHarness
from tests.support.escalations import kept, notices, posted, posts, sent, thread
from tests.support.forged_requests import answer_to
from tests.support.rendered import fields, labels, live, options, words

TRANSPORTS = ("http", "socket")


def card(harness: AppHarness, post: Message) -> Message:
    """Return the post as it stands now."""
    harness.settle()
    return harness.workspace.message(post.ts)


@pytest.fixture
def post(harness: AppHarness, escalation: Escalation) -> Message:
    """Return the post of an escalation of Ana's."""
    return posted(harness, escalation)


@pytest.fixture
def escalation(harness: AppHarness) -> Escalation:
    """Return an escalation of Ana's."""
    return sent(harness)


@pytest.fixture
def claimed(harness: AppHarness, post: Message) -> Message:
    """Its post, once Marek has claimed it."""
    harness.click(post, Action.CLAIM, "marek")
    return card(harness, post)


def history(harness: AppHarness, escalation: Escalation) -> list[EventKind]:
    """Return what happened to it."""
    return [event.kind for event in harness.repositories.escalations.history(escalation.id)]


def test_an_unclaimed_card_offers_the_claim_alone(post: Message) -> None:
    assert list(labels(post)) == ["Claim"]
    assert "Unclaimed" in words(post)


def test_words_for_whoever_clicked_stand_beside_a_card_with_replies(harness: AppHarness, claimed: Message) -> None:
    assert len(harness.workspace.messages(claimed.channel, thread_ts=claimed.ts)) > 1

    notified = harness.notified(claimed, Action.ASK_MORE, "priya")

    assert notified.thread_ts is None


def test_a_claim_shows_on_the_card_and_is_reported_to_the_thread_and_the_requester(
    harness: AppHarness, post: Message
) -> None:
    harness.click(post, Action.CLAIM, "marek")

    after = card(harness, post)
    assert harness.workspace.ephemerals("marek") == (), "the card says it"
    marek, ana = harness.workspace.person("marek").id, harness.workspace.person("ana").id
    assert "Claimed" in words(after)
    assert live(after) == {f"<@{marek}>", f"<@{ana}>"}
    assert set(labels(after)) == {"Resolve", "Ask for more", "Hand over", "Release"}
    assert "claimed D-1001" in thread(harness, post)
    assert f"<@{marek}> claimed it" in words(notices(harness)[-1])


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_notified_who(harness: AppHarness, post: Message) -> None:
    people = ("marek", "priya")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: harness.sandbox.click(who, post, Action.CLAIM), people))
    harness.until(lambda: any(harness.workspace.ephemerals(who) for who in people))

    (loser,) = [who for who in people if harness.workspace.ephemerals(who)]
    winner = {"marek": "priya", "priya": "marek"}[loser]
    (said,) = harness.workspace.ephemerals(loser)
    assert f"is already claimed by <@{harness.workspace.person(winner).id}>" in words(said)
    assert f"Claimed* by <@{harness.workspace.person(winner).id}>" in words(card(harness, post))


def test_a_repeated_claim_does_no_harm(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    """Once more by the same person, and from a card that somebody has had open since before."""
    assert "already claimed D-1001" in answer_to(harness, Action.CLAIM, escalation.id, "marek")
    assert "is already claimed by" in answer_to(harness, Action.CLAIM, escalation.id, "priya")
    assert history(harness, escalation).count(EventKind.CLAIMED) == 1


def test_a_release_gives_it_back_to_everybody(harness: AppHarness, claimed: Message) -> None:
    harness.click(claimed, Action.RELEASE, "marek")

    after = card(harness, claimed)
    assert list(labels(after)) == ["Claim"]
    assert "released it" in words(notices(harness)[-1])


def test_a_question_goes_to_the_requester_and_the_details_come_back_into_the_thread(
    harness: AppHarness, claimed: Message
) -> None:
    harness.click(claimed, Action.ASK_MORE, "marek")
    assert harness.modal("marek").callback_id == Callback.ASK_MORE
    assert harness.submit({"words": "Which week? <!channel>"}, "marek").ok
    asked = card(harness, claimed)
    assert f"*Waiting for* <@{harness.workspace.person('ana').id}>" in words(asked)
    question = notices(harness)[-1]
    assert "Which week? <!channel>" in words(question)
    assert live(question) == {f"<@{harness.workspace.person('marek').id}>"}

    harness.click(question, Action.ADD_DETAILS)
    assert harness.submit({"words": "Last week, and *the one* before"}).ok

    answered = card(harness, claimed)
    assert "Claimed" in words(answered)
    assert "asked: Which week? <!channel>" in words(answered), "as it was typed, in rich text"
    assert "answered: Last week, and *the one* before" in words(answered)
    assert "Last week, and *the one* before" in thread(harness, claimed)
    replies = harness.workspace.messages("ask-disputes", thread_ts=claimed.ts)[1:]
    ours = {f"<@{harness.workspace.person(who).id}>" for who in ("ana", "marek")}
    assert set().union(*(live(reply) for reply in replies)) <= ours
    assert words(replies[-1]).startswith(f"<@{harness.workspace.person('marek').id}> "), "Slack notifies Marek"
    assert notices(harness, "marek") == []


def test_only_who_has_it_may_ask_resolve_and_hand_over(harness: AppHarness, claimed: Message) -> None:
    marek = harness.workspace.person("marek").id
    for action in (Action.ASK_MORE, Action.RESOLVE, Action.HAND_OVER):
        notified = harness.notified(claimed, action, "priya")
        assert f"is claimed by <@{marek}>. Only the claimant can do that" in words(notified)
        assert harness.workspace.views.top(harness.workspace.person("priya").id) is None, "before a form is filled in"
    assert card(harness, claimed) == claimed


def test_who_loses_it_while_a_form_is_open_is_told_there(
    harness: AppHarness, escalation: Escalation, claimed: Message
) -> None:
    harness.click(claimed, Action.ASK_MORE, "marek")
    priya = harness.workspace.person("priya").id
    harness.repositories.escalations.apply(escalation.id, Assign(harness.workspace.person("marek").id, priya))

    (notified,) = harness.submit({"words": "why?"}, "marek").errors.values()

    assert "is claimed by Priya Nair" in notified


def test_the_requester_cannot_claim_their_own(harness: AppHarness, escalation: Escalation, post: Message) -> None:
    assert "is your own" in words(harness.notified(post, Action.CLAIM, "ana"))
    assert kept(harness, escalation).state is EscalationState.SENT


@pytest.fixture
def strict(guide: Guide) -> Guide:
    """Return a guide whose forms are for their specialists alone."""
    strict = copy.copy(guide)
    forms = {id: form.model_copy(update={"others_may_claim": False}) for id, form in guide.knowledge.forms.items()}
    strict.knowledge = replace(guide.knowledge, forms=forms)
    return strict


def test_a_form_for_its_specialists_alone(
    harness: AppHarness, strict: Guide, escalation: Escalation, post: Message
) -> None:
    harness.reload(strict)
    marek = harness.workspace.person("marek").id

    assert f"is for the specialists of #ask-disputes: <@{marek}>." in words(
        harness.notified(post, Action.CLAIM, "priya")
    )
    assert kept(harness, escalation).state is EscalationState.SENT
    harness.click(post, Action.CLAIM, "marek")
    harness.click(card(harness, post), Action.HAND_OVER, "marek")
    refused = harness.submit({"colleague": harness.workspace.person("priya").id}, "marek")
    assert refused.errors == {"colleague": "D-1001 is for the specialists of #ask-disputes: Marek Nowak."}


def test_a_colleague_gets_it_with_what_was_asked_and_answered(
    harness: AppHarness, escalation: Escalation, claimed: Message
) -> None:
    marek, priya = harness.workspace.person("marek").id, harness.workspace.person("priya").id
    for command in (Ask(marek, "Which week?"), AddDetails(harness.workspace.person("ana").id, "Week 9")):
        harness.repositories.escalations.apply(escalation.id, command)
    harness.settle()
    harness.click(card(harness, claimed), Action.HAND_OVER, "marek")
    assert harness.submit({"words": "Off until Monday"}, "marek").errors.keys() == {"colleague"}
    both = {"colleague": priya, "desk": "ask-ce"}
    assert harness.submit(both, "marek").errors.keys() == {"desk"}
    assert harness.submit({"desk": None}, "marek").ok
    harness.settle()

    assert kept(harness, escalation).claimed_by == priya
    told = words(notices(harness, "priya")[-1])
    assert f"<@{marek}> handed it over to <@{priya}>." in told
    assert told.index("Off until Monday") < told.index("Asked: \nWhich week?") < told.index("Answered: \nWeek 9")
    assert f"<@{marek}> handed it over to <@{priya}>: “Off until Monday”" in words(notices(harness)[-1])
    last = harness.workspace.messages("ask-disputes", thread_ts=claimed.ts)[-1]
    assert words(last).startswith(f"<@{priya}> <@{marek}> handed D-1001 over")
    assert f"*Claimed* by <@{priya}>" in words(card(harness, claimed))


def test_a_guest_does_not_get_it(harness: AppHarness, claimed: Message) -> None:
    harness.click(claimed, Action.HAND_OVER, "marek")

    refused = harness.submit({"colleague": harness.workspace.person("gil").id}, "marek")

    assert "cannot use slackguide" in refused.errors["colleague"]


def test_the_usual_resolution_takes_two_clicks(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")
    assert harness.submit({}, "marek").ok

    after = card(harness, claimed)
    assert "Resolved by" in words(after)
    assert "right place" in words(after)
    resolution = kept(harness, escalation).resolution
    assert resolution is not None
    assert resolution.note is None


def test_only_fields_that_apply_are_shown_and_only_queues_are_queues(harness: AppHarness, claimed: Message) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")
    assert fields(harness.modal("marek")).keys() == {"ending", "decided"}

    ended_as(harness, "duplicate")
    assert fields(harness.modal("marek")).keys() == {"ending", "first", "decided"}
    ended_as(harness, "wrong_queue", decided="typed before")
    shown = harness.modal("marek")
    assert fields(shown) == {"ending": "wrong_queue", "queue": None, "decided": "typed before"}
    names = set(options(shown, "queue"))
    assert "Pay Ops" in names
    assert not names & {"Not eligible", "You handle it", "The in-product dispute"}


def ended_as(harness: AppHarness, code: str, **typed: str) -> None:
    """Choose how it ended, and wait until the modal shows what that needs."""
    before = harness.modal("marek")
    if typed:
        before = harness.sandbox.fill("marek", before.id, typed)
    harness.sandbox.click("marek", before, Action.RESOLUTION_CODE, code)
    harness.until(lambda: harness.modal("marek").hash != before.hash)


def test_a_question_without_words_is_not_sent(harness: AppHarness, claimed: Message) -> None:
    harness.click(claimed, Action.ASK_MORE, "marek")

    assert harness.submit({"words": "\x01"}, "marek").errors == {"words": "Write a sentence or two."}


def test_handed_over_it_is_in_the_other_channel_and_the_old_card_says_so(
    harness: AppHarness, escalation: Escalation, claimed: Message
) -> None:
    harness.click(claimed, Action.HAND_OVER, "marek")
    assert harness.submit({"desk": "ask-ce", "words": "For CE & <#C1>"}, "marek").ok
    old = card(harness, claimed)

    assert "was handed over to #ask-ce" in words(old)
    assert labels(old) == {}
    (post,) = posts(harness, "ask-ce")
    assert post.metadata == {"event_type": "slackguide_escalation", "event_payload": {"id": escalation.id}}
    assert list(labels(post)) == ["Claim"]
    notified = "\n".join(words(notice) for notice in notices(harness))
    assert "handed it over to #ask-ce: “For CE &amp; &lt;#C1&gt;”" in notified
    assert "In #ask-ce." in notified

    harness.click(post, Action.CLAIM, "priya")
    assert "Claimed" in words(card(harness, post))


ENDED = {
    ResolutionCode.RIGHT_PLACE: ({}, "Right place"),
    ResolutionCode.WRONG_QUEUE: ({"queue": "pay-ops"}, "Wrong queue (Pay Ops)"),
    ResolutionCode.DUPLICATE: ({"first": " d-0999"}, "Duplicate (D-0999)"),
    ResolutionCode.NOT_ELIGIBLE: ({}, "Not eligible"),
    ResolutionCode.IN_GUIDE: ({}, "Was in the guide"),
}


@pytest.mark.parametrize(("ending", "more", "shown"), [(e, m, s) for e, (m, s) in ENDED.items()])
def test_resolved_it_says_how_it_ended_and_what_was_decided(
    harness: AppHarness,
    escalation: Escalation,
    claimed: Message,
    ending: ResolutionCode,
    more: dict[str, str],
    shown: str,
) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")
    ended_as(harness, ending.value)
    assert harness.submit({"decided": "We <!here> decided", **more}, "marek").ok

    after = card(harness, claimed)
    assert "Resolved" in words(after)
    assert f"{shown[0].lower()}{shown[1:]}, “We &lt;!here&gt; decided”" in words(after)
    assert len(after.blocks) == 2
    assert list(options(after, Action.CARD_MENU)) == ["Reopen", "Read it all"]
    notified = notices(harness)[-1]
    assert f"resolved it: {shown[0].lower()}{shown[1:]}" in words(notified)
    assert "We <!here> decided" in words(notified)
    resolution = kept(harness, escalation).resolution
    assert resolution is not None
    assert resolution.code is ending


def test_a_knowledge_base_names_codes_and_adds_its_own(
    harness: AppHarness, escalation: Escalation, claimed: Message
) -> None:
    own = {
        "right_place": ResolutionSpec(label="Done"),
        "vendor": ResolutionSpec(label="Sent to the vendor"),
        "no_contract": ResolutionSpec(label="No contract", like="not_eligible"),
    }
    knowledge = harness.guide().knowledge
    harness.reload(Guide(replace(knowledge, resolutions=own)))
    harness.click(claimed, Action.RESOLVE, "marek")
    assert options(harness.modal("marek"), Action.RESOLUTION_CODE) == {
        "Done": "right_place", "Wrong queue": "wrong_queue", "Duplicate": "duplicate", "Not eligible": "not_eligible",
        "Was in the guide": "in_guide", "Sent to the vendor": "right_place:vendor",
        "No contract": "not_eligible:no_contract",
    }  # fmt: skip
    ended_as(harness, "not_eligible:no_contract")
    assert harness.submit({}, "marek").errors == {"decided": "Please complete this required field."}
    ended_as(harness, "right_place:vendor")
    assert harness.submit({}, "marek").ok
    assert "sent to the vendor" in words(card(harness, claimed))
    resolution = kept(harness, escalation).resolution
    assert resolution == Resolution(ResolutionCode.RIGHT_PLACE, None, "vendor")
    harness.reload(Guide(knowledge))
    assert resolution.label(knowledge) == "Right place"


@pytest.mark.parametrize(
    ("ending", "field"), [("wrong_queue", "queue"), ("duplicate", "first")], ids=["which queue", "of which"]
)
def test_what_an_ending_needs_is_asked_for_on_its_field(
    harness: AppHarness, claimed: Message, ending: str, field: str
) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")
    ended_as(harness, ending)

    assert harness.submit({"decided": "so"}, "marek").errors.keys() == {field}


def test_the_requester_reopens_with_a_reason(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")
    harness.submit({"ending": "in_guide", "decided": "Read it"}, "marek")
    harness.settle()

    harness.click(notices(harness)[-1], Action.REOPEN)
    assert harness.submit({"words": "It is not in there"}).ok

    after = card(harness, claimed)
    marek = harness.workspace.person("marek").id
    assert f"*Claimed* by <@{marek}>" in words(after)
    assert f"decided before by <@{marek}>: was in the guide, “Read it”" in words(after)
    assert "It is not in there" in thread(harness, claimed)
    assert "reopened it" in words(notices(harness, "marek")[-1])
    assert kept(harness, escalation).state is EscalationState.CLAIMED


def test_after_14_days_it_is_not_reopened(harness: AppHarness, claimed: Message) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")
    harness.submit({"ending": "in_guide", "decided": "Read it"}, "marek")
    harness.settle()
    harness.pass_time(15 * 86_400)

    notified = harness.notified(notices(harness)[-1], Action.REOPEN)

    assert "more than 14 days ago" in notified.text


def test_the_requester_withdraws(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    notice = notices(harness)[-1]
    harness.click(notice, Action.WITHDRAW, value=options(notice, Action.WITHDRAW)["Withdraw"])

    after = card(harness, claimed)
    assert "Withdrawn" in words(after)
    assert "withdrew it" in words(notices(harness, "marek")[-1])
    assert "withdrawn by" in answer_to(harness, Action.CLAIM, escalation.id, "priya")


def test_nobody_else_withdraws_or_adds(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    assert "was sent by" in answer_to(harness, Action.WITHDRAW, escalation.id, "ben")
    assert kept(harness, escalation).is_open


def test_an_escalation_that_is_gone_says_so_on_every_button(harness: AppHarness) -> None:
    for action in (Action.CLAIM, Action.RELEASE, Action.WITHDRAW, Action.ASK_MORE, Action.HAND_OVER, Action.RESOLVE,
                   Action.READ, Action.ADD_DETAILS, Action.REOPEN, Action.SNOOZE, Action.STOP_REMINDING):  # fmt: skip
        assert "no longer exists" in answer_to(harness, action, "gone"), action


def test_a_small_form_while_the_database_is_away_stays_open(harness: AppHarness, claimed: Message) -> None:
    harness.click(claimed, Action.ASK_MORE, "marek")
    away = harness.database.with_suffix(".away")
    harness.database.rename(away)
    exchange = harness.submit({"words": "Which week?"}, "marek")
    away.rename(harness.database)

    assert "database" in exchange.errors["words"]
    assert harness.submit({}, "marek").ok
    harness.settle()
    assert "Which week?" in words(notices(harness)[-1])


def test_a_click_while_the_database_is_away_is_reported(harness: AppHarness, post: Message) -> None:
    away = harness.database.with_suffix(".away")
    harness.database.rename(away)
    notified = harness.notified(post, Action.CLAIM, "marek")
    away.rename(harness.database)

    assert "The database cannot be reached" in notified.text


def test_the_whole_story_is_stored(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    harness.click(claimed, Action.RELEASE, "marek")
    harness.click(card(harness, claimed), Action.CLAIM, "priya")
    harness.click(card(harness, claimed), Action.RESOLVE, "priya")
    harness.submit({"ending": "right_place", "decided": "Done"}, "priya")
    harness.settle()

    assert history(harness, escalation) == [
        EventKind.SUBMITTED, EventKind.POSTED, EventKind.CLAIMED, EventKind.RELEASED, EventKind.CLAIMED,
        EventKind.RESOLVED,
    ]  # fmt: skip


# -- reminders --------------------------------------------------------------------------------------------------------


def reminded(harness: AppHarness) -> None:
    """Let an hour and a bit pass, and send the reminders that are due."""
    harness.pass_time(61 * 60)
    harness.until(lambda: harness.remind() or harness.active())
    harness.settle()


def last_reply(harness: AppHarness, post: Message) -> Message:
    """Return the last reply under a card."""
    return harness.workspace.messages("ask-disputes", thread_ts=post.ts)[-1]


def left(harness: AppHarness, who: str) -> None:
    """Deactivate a person's account."""
    found = harness.repositories.directory.find(harness.workspace.person(who).id)
    assert found is not None
    harness.repositories.directory.put(replace(found, deleted=True))


def test_a_reminder_that_nobody_claimed_mentions_the_specialists_in_the_channel(
    harness: AppHarness, post: Message
) -> None:
    reminded(harness)

    reminder = last_reply(harness, post)
    assert reminder.broadcast, "the channel shows it too"
    assert words(reminder).startswith(f"<@{harness.workspace.person('marek').id}> *Both sides disagree")
    assert "has waited 61 min. Reminder: nobody has claimed D-1001 yet" in words(reminder)
    assert set(labels(reminder)) == {"Claim", "Remind in 4 hours", "Stop reminding"}
    assert "You have claimed D-1001" in harness.notified(reminder, Action.CLAIM, "marek").text


@pytest.mark.parametrize("hours", [None, "00:00-24:00", "00:00-01:00"], ids=["always", "in a shift", "off duty"])
def test_the_form_names_who_is_on_duty(harness: AppHarness, guide: Guide, post: Message, hours: str | None) -> None:
    marek, priya, lena = (harness.workspace.person(name).id for name in ("marek", "priya", "lena"))
    duty: tuple[Any, ...] = ("ce-specialists", lena)
    if hours is not None:
        duty = (DutyShift.model_validate({"who": duty, "zone": "UTC", "hours": {"wednesday": hours}}),)
    on_duty = copy.copy(guide)
    form = guide.knowledge.forms["ask-disputes"].model_copy(update={"on_duty": duty})
    on_duty.knowledge = replace(guide.knowledge, forms={"ask-disputes": form})
    harness.reload(on_duty)

    reminded(harness)

    expected = f"<@{marek}> *" if hours == "00:00-01:00" else f"<@{lena}> <@{priya}> *"
    assert words(last_reply(harness, post)).startswith(expected)


def test_a_reminder_to_the_requester_says_what_is_waited_for(
    harness: AppHarness, escalation: Escalation, claimed: Message
) -> None:
    marek = harness.workspace.person("marek").id
    harness.repositories.escalations.apply(escalation.id, Ask(marek, "Which week?"))
    harness.settle()
    harness.pass_time(481 * 60)
    harness.until(lambda: harness.remind() or harness.active())
    harness.settle()

    reminder = words(notices(harness)[-1])
    assert f"<@{marek}> waits for your answer" in reminder
    assert "Which week?" in reminder


@pytest.mark.parametrize("asked", [False, True], ids=["claimed", "waiting"])
def test_a_reminder_for_a_specialist_who_has_left_goes_to_the_queue(
    harness: AppHarness, escalation: Escalation, post: Message, asked: bool
) -> None:
    priya = harness.workspace.person("priya").id
    harness.repositories.escalations.apply(escalation.id, Claim(priya))
    if asked:
        harness.repositories.escalations.apply(escalation.id, Ask(priya, "Which week?"))
    harness.settle()
    left(harness, "priya")
    harness.pass_time(481 * 60)
    harness.until(lambda: harness.remind() or harness.active())
    harness.settle()

    reminder = last_reply(harness, post)
    assert words(reminder).startswith(f"<@{harness.workspace.person('marek').id}> *Both")
    assert f"<@{priya}>, who claimed it, has left" in words(reminder)
    harness.click(reminder, Action.RELEASE, "marek")
    assert kept(harness, escalation).state is EscalationState.SENT


def test_a_reminder_for_a_requester_who_has_left_goes_to_who_asked(
    harness: AppHarness, escalation: Escalation, claimed: Message
) -> None:
    harness.repositories.escalations.apply(escalation.id, Ask(harness.workspace.person("marek").id, "Which week?"))
    harness.settle()
    left(harness, "ana")
    harness.pass_time(481 * 60)
    harness.until(lambda: harness.remind() or harness.active())
    harness.settle()

    assert "whom you asked, has left" in words(notices(harness, "marek")[-1])


def test_a_snoozed_reminder_comes_back_four_hours_later(
    harness: AppHarness, escalation: Escalation, post: Message
) -> None:
    reminded(harness)
    reminder = harness.workspace.messages("ask-disputes", thread_ts=post.ts)[-1]

    assert "are snoozed" in harness.notified(reminder, Action.SNOOZE, "marek").text

    watch = kept(harness, escalation).sla_timer
    assert watch.remind_at is not None
    assert abs(watch.remind_at.timestamp() - harness.clock.now - 4 * 3600) < 60


def test_a_stopped_reminder_does_not_come_back(harness: AppHarness, escalation: Escalation, post: Message) -> None:
    reminded(harness)
    reminder = harness.workspace.messages("ask-disputes", thread_ts=post.ts)[-1]

    assert "are off" in harness.notified(reminder, Action.STOP_REMINDING, "marek").text

    assert kept(harness, escalation).sla_timer.remind_at is None
