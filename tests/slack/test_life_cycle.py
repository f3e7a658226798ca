"""An escalation from its post to its end, by the buttons that people press."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from slackguide.escalation.models import Escalation, EscalationState, EventKind
from slackguide.escalation.resolution import ResolutionCode
from slackguide.sandbox import Message
from slackguide.slack.ids import Action, Callback
from tests.slack.escalating import kept, notices, posted, posts, sent, thread
from tests.slack.forging import answer_to
from tests.slack.reading import labels, live, words
from tests.trial import Workplace


def card(work: Workplace, post: Message) -> Message:
    """The post as it stands now."""
    work.settle()
    return work.workspace.message(post.ts)


@pytest.fixture
def post(work: Workplace, escalation: Escalation) -> Message:
    """The post of an escalation of Ana's."""
    return posted(work, escalation)


@pytest.fixture
def escalation(work: Workplace) -> Escalation:
    """An escalation of Ana's."""
    return sent(work)


@pytest.fixture
def claimed(work: Workplace, post: Message) -> Message:
    """Its post, once Marek has claimed it."""
    work.click(post, Action.CLAIM, "marek")
    return card(work, post)


def history(work: Workplace, escalation: Escalation) -> list[EventKind]:
    """What happened to it."""
    return [event.kind for event in work.stores.escalations.history(escalation.id)]


def test_an_unclaimed_card_offers_the_claim_alone(post: Message) -> None:
    assert list(labels(post)) == ["Claim"]
    assert "Unclaimed" in words(post)


def test_words_for_whoever_pressed_stand_beside_a_card_with_replies(work: Workplace, claimed: Message) -> None:
    assert len(work.workspace.messages(claimed.channel, thread_ts=claimed.ts)) > 1

    notified = work.told(claimed, Action.RELEASE, "marek")

    assert notified.thread_ts is None


def test_a_claim_is_told_to_whoever_pressed_the_thread_and_the_requester(work: Workplace, post: Message) -> None:
    notified = work.told(post, Action.CLAIM, "marek")

    assert "D-1001 is yours now" in notified.text
    assert notified.thread_ts is None, "beside the card, in the channel"
    after = card(work, post)
    marek, ana = work.workspace.person("marek").id, work.workspace.person("ana").id
    assert "Claimed" in words(after)
    assert live(after) == {f"<@{marek}>", f"<@{ana}>"}
    assert set(labels(after)) == {"Resolve", "Ask for more", "Hand over", "Release"}
    assert "claimed D-1001" in thread(work, post)
    assert f"<@{marek}> claimed D-1001" in words(notices(work)[-1])


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(work: Workplace, post: Message) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: work.sandbox.click(who, post, Action.CLAIM), ("marek", "priya")))
    work.until(lambda: work.workspace.ephemerals("marek") and work.workspace.ephemerals("priya"))

    said = {who: work.workspace.ephemerals(who)[-1] for who in ("marek", "priya")}
    winner = next(who for who in said if "yours now" in said[who].text)
    loser = {"marek": "priya", "priya": "marek"}[winner]
    assert f"was claimed by <@{work.workspace.person(winner).id}> already" in words(said[loser])
    assert f"Claimed* by <@{work.workspace.person(winner).id}>" in words(card(work, post))


def test_a_repeated_claim_does_no_harm(work: Workplace, escalation: Escalation, claimed: Message) -> None:
    """Once more by the same person, and from a card that somebody has had open since before."""
    assert "yours already" in answer_to(work, Action.CLAIM, escalation.id, "marek")
    assert "was claimed by" in answer_to(work, Action.CLAIM, escalation.id, "priya")
    assert history(work, escalation).count(EventKind.CLAIMED) == 1


def test_a_release_gives_it_back_to_everybody(work: Workplace, claimed: Message) -> None:
    assert "open to everybody again" in work.told(claimed, Action.RELEASE, "marek").text

    after = card(work, claimed)
    assert list(labels(after)) == ["Claim"]
    assert "released D-1001" in words(notices(work)[-1])


def test_a_question_goes_to_the_requester_and_the_details_come_back_into_the_thread(
    work: Workplace, claimed: Message
) -> None:
    work.click(claimed, Action.ASK_MORE, "marek")
    assert work.modal("marek").callback_id == Callback.ASK_MORE
    assert work.submit({"words": "Which week? <!channel>"}, "marek").ok
    asked = card(work, claimed)
    assert "Waiting for the requester" in words(asked)
    question = notices(work)[-1]
    assert "Which week? <!channel>" in words(question)
    assert live(question) == {f"<@{work.workspace.person('marek').id}>"}

    work.click(question, Action.ADD_DETAILS)
    assert work.submit({"words": "Last week, and *the one* before"}).ok

    assert "Claimed" in words(card(work, claimed))
    assert "Last week, and *the one* before" in thread(work, claimed)
    replies = work.workspace.messages("ask-disputes", thread_ts=claimed.ts)[1:]
    ours = {f"<@{work.workspace.person(who).id}>" for who in ("ana", "marek")}
    assert set().union(*(live(reply) for reply in replies)) <= ours
    assert "Last week" in words(notices(work, "marek")[-1])


def test_only_who_has_it_may_ask_resolve_and_hand_over(work: Workplace, claimed: Message) -> None:
    for action, values in (
        (Action.ASK_MORE, {"words": "why?"}),
        (Action.RESOLVE, {"ending": "right_place", "decided": "done"}),
        (Action.HAND_OVER, {"desk": "ask-ce", "words": "yours"}),
    ):
        work.click(claimed, action, "priya")
        exchange = work.submit(values, "priya")
        (notified,) = exchange.errors.values()
        assert "is with marek, who has to do that" in notified
        work.workspace.views.clear(work.workspace.person("priya").id)
    assert card(work, claimed) == claimed


def test_a_question_without_words_is_not_sent(work: Workplace, claimed: Message) -> None:
    work.click(claimed, Action.ASK_MORE, "marek")

    assert work.submit({"words": "\x01"}, "marek").errors == {"words": "Write a sentence or two."}


def test_handed_over_it_is_in_the_other_channel_and_the_old_card_says_so(
    work: Workplace, escalation: Escalation, claimed: Message
) -> None:
    work.click(claimed, Action.HAND_OVER, "marek")
    assert work.submit({"desk": "ask-ce", "words": "For CE & <#C1>"}, "marek").ok
    old = card(work, claimed)

    assert "was handed over to #ask-ce" in words(old)
    assert labels(old) == {}
    (post,) = posts(work, "ask-ce")
    assert post.metadata == {"event_type": "slackguide_escalation", "event_payload": {"id": escalation.id}}
    assert list(labels(post)) == ["Claim"]
    notified = "\n".join(words(notice) for notice in notices(work))
    assert "handed D-1001 over to #ask-ce" in notified
    assert "For CE & <#C1>" in notified
    assert "D-1001 is in #ask-ce" in notified

    work.click(post, Action.CLAIM, "priya")
    assert "Claimed" in words(card(work, post))


ENDED = {
    ResolutionCode.RIGHT_PLACE: ({}, "Right place"),
    ResolutionCode.WRONG_QUEUE: ({"queue": "pay-ops"}, "Wrong queue (Pay Ops)"),
    ResolutionCode.DUPLICATE: ({"first": "D-0999"}, "Duplicate (D-0999)"),
    ResolutionCode.NOT_ELIGIBLE: ({}, "Not eligible"),
    ResolutionCode.IN_GUIDE: ({}, "Was in the guide"),
}


@pytest.mark.parametrize(("ending", "more", "shown"), [(e, m, s) for e, (m, s) in ENDED.items()])
def test_resolved_it_says_how_it_ended_and_what_was_decided(
    work: Workplace, escalation: Escalation, claimed: Message, ending: ResolutionCode, more: dict[str, str], shown: str
) -> None:
    work.click(claimed, Action.RESOLVE, "marek")
    assert work.submit({"ending": ending.value, "decided": "We <!here> decided", **more}, "marek").ok

    after = card(work, claimed)
    assert "Resolved" in words(after)
    assert f"{shown}: \nWe <!here> decided" in words(after)
    assert list(labels(after)) == ["Reopen"]
    notified = notices(work)[-1]
    assert f"resolved D-1001: {shown[0].lower()}{shown[1:]}" in words(notified)
    assert "We <!here> decided" in words(notified)
    resolution = kept(work, escalation).resolution
    assert resolution is not None
    assert resolution.code is ending


@pytest.mark.parametrize(
    ("ending", "field"), [("wrong_queue", "queue"), ("duplicate", "first")], ids=["which queue", "of which"]
)
def test_what_an_ending_needs_is_asked_for_on_its_field(
    work: Workplace, claimed: Message, ending: str, field: str
) -> None:
    work.click(claimed, Action.RESOLVE, "marek")

    assert work.submit({"ending": ending, "decided": "so"}, "marek").errors.keys() == {field}


def test_the_requester_reopens_with_a_reason(work: Workplace, escalation: Escalation, claimed: Message) -> None:
    work.click(claimed, Action.RESOLVE, "marek")
    work.submit({"ending": "in_guide", "decided": "Read it"}, "marek")
    work.settle()

    work.click(notices(work)[-1], Action.REOPEN)
    assert work.submit({"words": "It is not in there"}).ok

    after = card(work, claimed)
    assert "Unclaimed" in words(after)
    assert "It is not in there" in thread(work, claimed)
    assert "opened D-1001 again" in words(notices(work, "marek")[-1])
    assert kept(work, escalation).state is EscalationState.SENT


def test_after_14_days_it_is_not_reopened(work: Workplace, claimed: Message) -> None:
    work.click(claimed, Action.RESOLVE, "marek")
    work.submit({"ending": "in_guide", "decided": "Read it"}, "marek")
    work.settle()
    work.pass_time(15 * 86_400)

    work.click(notices(work)[-1], Action.REOPEN)
    exchange = work.submit({})

    (notified,) = exchange.errors.values()
    assert "more than 14 days ago" in notified


def test_the_requester_withdraws(work: Workplace, escalation: Escalation, claimed: Message) -> None:
    notice = notices(work)[-1]
    assert "Withdraw" in labels(notice)

    work.click(notice, Action.WITHDRAW)

    after = card(work, claimed)
    assert "Withdrawn" in words(after)
    assert "withdrew D-1001" in words(notices(work, "marek")[-1])
    assert "withdrawn by" in answer_to(work, Action.CLAIM, escalation.id, "priya")


def test_nobody_else_withdraws_or_adds(work: Workplace, escalation: Escalation, claimed: Message) -> None:
    assert "was sent by" in answer_to(work, Action.WITHDRAW, escalation.id, "ben")
    assert kept(work, escalation).is_open


def test_an_escalation_that_is_gone_says_so_on_every_button(work: Workplace) -> None:
    for action in (Action.CLAIM, Action.RELEASE, Action.WITHDRAW, Action.ASK_MORE, Action.HAND_OVER, Action.RESOLVE,
                   Action.READ, Action.ADD_DETAILS, Action.REOPEN, Action.SNOOZE, Action.STOP_REMINDING):  # fmt: skip
        assert "no longer kept" in answer_to(work, action, "gone"), action


def test_a_small_form_while_the_database_is_away_stays_open(work: Workplace, claimed: Message) -> None:
    work.click(claimed, Action.ASK_MORE, "marek")
    away = work.database.with_suffix(".away")
    work.database.rename(away)
    exchange = work.submit({"words": "Which week?"}, "marek")
    away.rename(work.database)

    assert "database" in exchange.errors["words"]
    assert work.submit({}, "marek").ok
    work.settle()
    assert "Which week?" in words(notices(work)[-1])


def test_a_press_while_the_database_is_away_is_told(work: Workplace, post: Message) -> None:
    away = work.database.with_suffix(".away")
    work.database.rename(away)
    notified = work.told(post, Action.CLAIM, "marek")
    away.rename(work.database)

    assert "The database cannot be reached" in notified.text


def test_the_whole_story_is_kept(work: Workplace, escalation: Escalation, claimed: Message) -> None:
    work.click(claimed, Action.RELEASE, "marek")
    work.click(card(work, claimed), Action.CLAIM, "priya")
    work.click(card(work, claimed), Action.RESOLVE, "priya")
    work.submit({"ending": "right_place", "decided": "Done"}, "priya")
    work.settle()

    assert history(work, escalation) == [
        EventKind.SUBMITTED, EventKind.POSTED, EventKind.CLAIMED, EventKind.RELEASED, EventKind.CLAIMED,
        EventKind.RESOLVED,
    ]  # fmt: skip


# -- reminders --------------------------------------------------------------------------------------------------------


def reminded(work: Workplace) -> None:
    """An hour and a bit passes, and the reminders that are due are given."""
    work.pass_time(61 * 60)
    work.until(lambda: work.remind() or work.active())
    work.settle()


def test_a_reminder_that_nobody_claimed_stands_in_the_thread_with_snooze_and_stop(
    work: Workplace, post: Message
) -> None:
    reminded(work)

    reminder = work.workspace.messages("ask-disputes", thread_ts=post.ts)[-1]
    assert "nobody has claimed D-1001 yet" in words(reminder)
    assert set(labels(reminder)) == {"Remind in 4 hours", "Stop reminding"}


def test_a_snoozed_reminder_comes_back_four_hours_later(work: Workplace, escalation: Escalation, post: Message) -> None:
    reminded(work)
    reminder = work.workspace.messages("ask-disputes", thread_ts=post.ts)[-1]

    assert "quiet for a while" in work.told(reminder, Action.SNOOZE, "marek").text

    watch = kept(work, escalation).sla_timer
    assert watch.remind_at is not None
    assert abs(watch.remind_at.timestamp() - work.clock.now - 4 * 3600) < 60


def test_a_stopped_reminder_does_not_come_back(work: Workplace, escalation: Escalation, post: Message) -> None:
    reminded(work)
    reminder = work.workspace.messages("ask-disputes", thread_ts=post.ts)[-1]

    assert "not going to be reminded of again" in work.told(reminder, Action.STOP_REMINDING, "marek").text

    assert kept(work, escalation).sla_timer.remind_at is None
