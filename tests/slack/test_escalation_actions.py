"""An escalation from its post to its end, by the buttons that people press."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from slackguide.escalation.models import Escalation, EscalationState, EventKind
from slackguide.escalation.resolution import ResolutionCode
from slackguide.sandbox import Message
from slackguide.slack.ids import Action, Callback
from tests.support.app_harness import AppHarness
from tests.support.escalations import kept, notices, posted, posts, sent, thread
from tests.support.forged_requests import answer_to
from tests.support.rendered import labels, live, words

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

    notified = harness.notified(claimed, Action.RELEASE, "marek")

    assert notified.thread_ts is None


def test_a_claim_is_reported_to_whoever_clicked_the_thread_and_the_requester(
    harness: AppHarness, post: Message
) -> None:
    notified = harness.notified(post, Action.CLAIM, "marek")

    assert "You have claimed D-1001" in notified.text
    assert notified.thread_ts is None, "beside the card, in the channel"
    after = card(harness, post)
    marek, ana = harness.workspace.person("marek").id, harness.workspace.person("ana").id
    assert "Claimed" in words(after)
    assert live(after) == {f"<@{marek}>", f"<@{ana}>"}
    assert set(labels(after)) == {"Resolve", "Ask for more", "Hand over", "Release"}
    assert "claimed D-1001" in thread(harness, post)
    assert f"<@{marek}> claimed D-1001" in words(notices(harness)[-1])


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_notified_who(harness: AppHarness, post: Message) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: harness.sandbox.click(who, post, Action.CLAIM), ("marek", "priya")))
    harness.until(lambda: harness.workspace.ephemerals("marek") and harness.workspace.ephemerals("priya"))

    said = {who: harness.workspace.ephemerals(who)[-1] for who in ("marek", "priya")}
    winner = next(who for who in said if "You have claimed" in said[who].text)
    loser = {"marek": "priya", "priya": "marek"}[winner]
    assert f"is already claimed by <@{harness.workspace.person(winner).id}>" in words(said[loser])
    assert f"Claimed* by <@{harness.workspace.person(winner).id}>" in words(card(harness, post))


def test_a_repeated_claim_does_no_harm(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    """Once more by the same person, and from a card that somebody has had open since before."""
    assert "already claimed D-1001" in answer_to(harness, Action.CLAIM, escalation.id, "marek")
    assert "is already claimed by" in answer_to(harness, Action.CLAIM, escalation.id, "priya")
    assert history(harness, escalation).count(EventKind.CLAIMED) == 1


def test_a_release_gives_it_back_to_everybody(harness: AppHarness, claimed: Message) -> None:
    assert "unclaimed again" in harness.notified(claimed, Action.RELEASE, "marek").text

    after = card(harness, claimed)
    assert list(labels(after)) == ["Claim"]
    assert "released D-1001" in words(notices(harness)[-1])


def test_a_question_goes_to_the_requester_and_the_details_come_back_into_the_thread(
    harness: AppHarness, claimed: Message
) -> None:
    harness.click(claimed, Action.ASK_MORE, "marek")
    assert harness.modal("marek").callback_id == Callback.ASK_MORE
    assert harness.submit({"words": "Which week? <!channel>"}, "marek").ok
    asked = card(harness, claimed)
    assert "Waiting for the requester" in words(asked)
    question = notices(harness)[-1]
    assert "Which week? <!channel>" in words(question)
    assert live(question) == {f"<@{harness.workspace.person('marek').id}>"}

    harness.click(question, Action.ADD_DETAILS)
    assert harness.submit({"words": "Last week, and *the one* before"}).ok

    assert "Claimed" in words(card(harness, claimed))
    assert "Last week, and *the one* before" in thread(harness, claimed)
    replies = harness.workspace.messages("ask-disputes", thread_ts=claimed.ts)[1:]
    ours = {f"<@{harness.workspace.person(who).id}>" for who in ("ana", "marek")}
    assert set().union(*(live(reply) for reply in replies)) <= ours
    assert "Last week" in words(notices(harness, "marek")[-1])


def test_only_who_has_it_may_ask_resolve_and_hand_over(harness: AppHarness, claimed: Message) -> None:
    for action, values in (
        (Action.ASK_MORE, {"words": "why?"}),
        (Action.RESOLVE, {"ending": "right_place", "decided": "done"}),
        (Action.HAND_OVER, {"desk": "ask-ce", "words": "yours"}),
    ):
        harness.click(claimed, action, "priya")
        exchange = harness.submit(values, "priya")
        (notified,) = exchange.errors.values()
        assert "is claimed by marek. Only the claimant can do that" in notified
        harness.workspace.views.clear(harness.workspace.person("priya").id)
    assert card(harness, claimed) == claimed


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
    assert "handed D-1001 over to #ask-ce" in notified
    assert "For CE & <#C1>" in notified
    assert "D-1001 is in #ask-ce" in notified

    harness.click(post, Action.CLAIM, "priya")
    assert "Claimed" in words(card(harness, post))


ENDED = {
    ResolutionCode.RIGHT_PLACE: ({}, "Right place"),
    ResolutionCode.WRONG_QUEUE: ({"queue": "pay-ops"}, "Wrong queue (Pay Ops)"),
    ResolutionCode.DUPLICATE: ({"first": "D-0999"}, "Duplicate (D-0999)"),
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
    assert harness.submit({"ending": ending.value, "decided": "We <!here> decided", **more}, "marek").ok

    after = card(harness, claimed)
    assert "Resolved" in words(after)
    assert f"{shown}: \nWe <!here> decided" in words(after)
    assert list(labels(after)) == ["Reopen"]
    notified = notices(harness)[-1]
    assert f"resolved D-1001: {shown[0].lower()}{shown[1:]}" in words(notified)
    assert "We <!here> decided" in words(notified)
    resolution = kept(harness, escalation).resolution
    assert resolution is not None
    assert resolution.code is ending


@pytest.mark.parametrize(
    ("ending", "field"), [("wrong_queue", "queue"), ("duplicate", "first")], ids=["which queue", "of which"]
)
def test_what_an_ending_needs_is_asked_for_on_its_field(
    harness: AppHarness, claimed: Message, ending: str, field: str
) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")

    assert harness.submit({"ending": ending, "decided": "so"}, "marek").errors.keys() == {field}


def test_the_requester_reopens_with_a_reason(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")
    harness.submit({"ending": "in_guide", "decided": "Read it"}, "marek")
    harness.settle()

    harness.click(notices(harness)[-1], Action.REOPEN)
    assert harness.submit({"words": "It is not in there"}).ok

    after = card(harness, claimed)
    assert "Unclaimed" in words(after)
    assert "It is not in there" in thread(harness, claimed)
    assert "reopened D-1001" in words(notices(harness, "marek")[-1])
    assert kept(harness, escalation).state is EscalationState.SENT


def test_after_14_days_it_is_not_reopened(harness: AppHarness, claimed: Message) -> None:
    harness.click(claimed, Action.RESOLVE, "marek")
    harness.submit({"ending": "in_guide", "decided": "Read it"}, "marek")
    harness.settle()
    harness.pass_time(15 * 86_400)

    harness.click(notices(harness)[-1], Action.REOPEN)
    exchange = harness.submit({})

    (notified,) = exchange.errors.values()
    assert "more than 14 days ago" in notified


def test_the_requester_withdraws(harness: AppHarness, escalation: Escalation, claimed: Message) -> None:
    notice = notices(harness)[-1]
    assert "Withdraw" in labels(notice)

    harness.click(notice, Action.WITHDRAW)

    after = card(harness, claimed)
    assert "Withdrawn" in words(after)
    assert "withdrew D-1001" in words(notices(harness, "marek")[-1])
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


def test_a_reminder_that_nobody_claimed_stands_in_the_thread_with_snooze_and_stop(
    harness: AppHarness, post: Message
) -> None:
    reminded(harness)

    reminder = harness.workspace.messages("ask-disputes", thread_ts=post.ts)[-1]
    assert "nobody has claimed D-1001 yet" in words(reminder)
    assert set(labels(reminder)) == {"Remind in 4 hours", "Stop reminding"}


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
