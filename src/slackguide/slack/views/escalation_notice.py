"""Notices about an escalation: direct messages to people, and replies in the thread of its card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    Block,
    ConfirmObject,
    InteractiveElement,
    LinkButtonElement,
    Option,
    OverflowMenuElement,
    SectionBlock,
)

from slackguide.escalation.messages import NoticeKind
from slackguide.escalation.models import Escalation, Event, EventKind
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.button_payloads import EscalationPayload, RetryPayload
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import bold, escape, mention, mrkdwn, plain, truncate
from slackguide.slack.views.blocks import RenderedMessage, actions, button, paragraph, rich_text, rich_text_block
from slackguide.slack.views.error_advice import TRY_AGAIN
from slackguide.slack.views.escalation_text import (
    duration_text,
    exchange_lines,
    form_title,
    last_event,
    resolution_text,
    title_of,
)

NOTICES = {
    NoticeKind.POSTED: "{ref} is in #{channel}.",
    NoticeKind.DEAD_LETTERED: "{words}",
    NoticeKind.DROPPED: "{ref} was taken out of the queue before it reached #{channel}.",
    NoticeKind.CLAIMED: "{who} claimed {ref}.",
    NoticeKind.RELEASED: "{who} released {ref}: it is unclaimed again.",
    NoticeKind.DETAILS_REQUESTED: "{who} asks about {ref}:",
    NoticeKind.DETAILS_ADDED: "{who} added to {ref}:",
    NoticeKind.FORWARDED: "{who} writes about {ref}:",
    NoticeKind.HANDED_OVER: "{who} handed {ref} over to #{channel}.",
    NoticeKind.ASSIGNED: "{who} handed {ref} over to {to}.",
    NoticeKind.RESOLVED: "{who} resolved {ref}: {ending}.",
    NoticeKind.REOPENED: "{who} reopened {ref}.",
    NoticeKind.WITHDRAWN: "{who} withdrew {ref}.",
    NoticeKind.UNCLAIMED: "Reminder: nobody has claimed {ref} yet.",
    NoticeKind.UNRESOLVED: "Reminder: {ref} is not resolved yet.",
    NoticeKind.UNDELIVERED: "{who} has not received the last message about {ref}: {words}",
    NoticeKind.CLAIMANT_LEFT: "Reminder: {ref} is not resolved, and {who}, who claimed it, has left.",
    NoticeKind.DETAILS_CHANGED: "{who} changed what they wrote about {ref}:",
    NoticeKind.DETAILS_DELETED: "{who} deleted what they wrote about {ref}.",
    NoticeKind.REQUESTER_LEFT: "Reminder: {ref} is not resolved, and {who}, whom you asked, has left.",
}
"""Text of each notice; a person's comment follows it. In a direct message, {ref} is “it”: the title stands above."""

RECEIVED = "{who} handed {ref} over from #{channel}."
"""Text of a hand-over for its new specialists; the reason follows."""

ANSWERED_ABOVE = "{who} answered above."
"""Text of an answer that was written in the thread itself."""

CHANGED_ABOVE = "{who} changed what they wrote above."
"""The same of an answer that was edited there."""

QUEUE_REMINDERS = frozenset({NoticeKind.UNCLAIMED, NoticeKind.CLAIMANT_LEFT})
"""Reminders to the people on duty, which the channel shows as well."""

REMINDERS = QUEUE_REMINDERS | {NoticeKind.UNRESOLVED, NoticeKind.REQUESTER_LEFT}

SMALL_CHANGES = frozenset(
    {NoticeKind.POSTED, NoticeKind.CLAIMED, NoticeKind.RELEASED, NoticeKind.HANDED_OVER, NoticeKind.ASSIGNED}
)
"""Notices that edit the last one, if that was one of these: they need not be heard."""


def is_small_change(notice: NoticeKind, escalation: Escalation, user_id: str) -> bool:
    """Return whether a notice need not be heard. The colleague who now has the escalation has to hear of it."""
    return notice in SMALL_CHANGES and not (notice is NoticeKind.ASSIGNED and user_id == escalation.claimed_by)


_SMALL_EVENTS = {
    EventKind.POSTED: "In #{channel}.",
    EventKind.CLAIMED: "{who} claimed it.",
    EventKind.RELEASED: "{who} released it.",
    EventKind.HANDED_OVER: "{who} handed it over to #{channel}",
    EventKind.ASSIGNED: "{who} handed it over to {to}",
}
"""Text of each event of a notice that is edited."""

EXCHANGES, EXCHANGE_LIMIT = 6, 1000
"""Maximum number of questions and answers shown after a hand-over, and maximum number of characters of each."""

SMALL_EVENTS_SHOWN = 4
"""Most events of such a notice: the latest."""


def notice_card(
    notice: NoticeKind,
    escalation: Escalation,
    knowledge: KnowledgeBase,
    *,
    who: str | None,
    words: str | None,
    to: str,
    history: Sequence[Event] = (),
) -> RenderedMessage:
    """Return a direct message to a person: what it is about, what happened, and the person's buttons.

    Small changes are listed, because one message shows all of them. `history` holds the events of the escalation.
    Somebody who only follows the escalation reads what happened, and nothing that people wrote: to follow it, its
    ticket is enough.
    """
    to_requester = to == escalation.requester.user_id
    follower = only_follows(escalation, history, to)
    title = form_title(escalation, knowledge) if follower else title_of(escalation, knowledge)
    head = f"{bold(title).text} ({escalation.reference}, #{escalation.channel})"
    received = notice is NoticeKind.ASSIGNED and not to_requester and not follower
    lines = _small_changes(history, reasons=not follower) if notice in SMALL_CHANGES and not received else []
    text, plain_text, comment = _text(notice, escalation, knowledge, who, words, "it")
    if follower and comment:
        text, plain_text, comment = _as_sentence(text), _as_sentence(plain_text), None
    if notice is NoticeKind.UNRESOLVED and to_requester:
        text, comment = _what_is_awaited(history, escalation)
        plain_text = text.replace(mention(escalation.claimed_by or ""), "Someone")
    if lines:
        text = "\n".join(lines)
    if notice is NoticeKind.DETAILS_REQUESTED and to_requester:
        text += " _Reply here._"
    blocks: list[Block] = [SectionBlock(text=mrkdwn(f"{head}\n{text}"))]
    plain_text = f"{title} ({escalation.reference}): {plain_text}"
    if comment and not lines:
        blocks.append(rich_text_block(paragraph(rich_text(comment))))
        plain_text += f"\n{comment}"
    if received:
        exchanges = exchange_lines([event for event in history if event.kind is not EventKind.ASSIGNED])[-EXCHANGES:]
        blocks += [
            rich_text_block(paragraph(rich_text(f"{label}: ", strong=True), rich_text(truncate(text, EXCHANGE_LIMIT))))
            for label, text in exchanges
        ]
    buttons = _notice_buttons(escalation, to_requester=to_requester)
    if notice is NoticeKind.DEAD_LETTERED and escalation.card is None:
        retry = RetryPayload(escalation_id=escalation.id).encode()
        says = f"Try again to send {escalation.reference}"
        buttons.insert(0, button(TRY_AGAIN, Action.RETRY_DELIVERY, retry, style="primary", says=says))
    if notice in REMINDERS:
        buttons[:0] = _reminder_buttons(escalation)
    if escalation.card and escalation.card.permalink:
        buttons.insert(0, LinkButtonElement(text="Open it", url=escalation.card.permalink, action_id=Action.LINK))
        plain_text += f"\n{escalation.card.permalink}"
    if buttons:
        blocks.append(actions(buttons))
    return RenderedMessage(plain_text, tuple(blocks))


def only_follows(escalation: Escalation, history: Sequence[Event], user_id: str) -> bool:
    """Return whether a person has followed the escalation and has taken no other part in it."""
    if user_id in (escalation.requester.user_id, escalation.claimed_by):
        return False
    kinds = {event.kind for event in history if event.actor == user_id}
    return EventKind.FOLLOWED in kinds and kinds <= {EventKind.FOLLOWED, EventKind.UNFOLLOWED}


def _as_sentence(text: str) -> str:
    """Return a text that announced a comment without the comment."""
    return f"{text.removesuffix(':').removesuffix('.')}."


def thread_reply(
    notice: NoticeKind,
    escalation: Escalation,
    knowledge: KnowledgeBase,
    *,
    who: str | None,
    words: str | None,
    from_channel: str | None = None,
    readers: Sequence[str] = (),
    at: datetime | None = None,
) -> RenderedMessage:
    """Return a reply under the card. It mentions `readers`, so that Slack notifies them.

    `from_channel` is the previous channel of a hand-over, for its new specialists. A reminder to the queue, which the
    channel shows outside the thread, begins with the title and how long the escalation has waited until `at`.
    """
    text, plain_text, comment = _text(notice, escalation, knowledge, who, words, escalation.reference, from_channel)
    if notice in (NoticeKind.DETAILS_ADDED, NoticeKind.DETAILS_CHANGED) and not words:
        answered = notice is NoticeKind.DETAILS_ADDED
        above, did = (ANSWERED_ABOVE, "answered") if answered else (CHANGED_ABOVE, "changed an answer")
        text = above.format(who=mention(who) if who else "slackguide")
        plain_text = f"{escalation.reference}: the requester {did} in the thread."
    if notice in QUEUE_REMINDERS and at is not None:
        title, waited = title_of(escalation, knowledge), duration_text(at - escalation.created_at)
        text = f"{bold(title).text} has waited {waited}. {text}"
        plain_text = f"{title} has waited {waited}. {plain_text}"
    if readers:
        text = f"{' '.join(mention(reader) for reader in readers)} {text}"
    blocks: list[Block] = [SectionBlock(text=mrkdwn(text))]
    if comment:
        blocks.append(rich_text_block(paragraph(rich_text(comment))))
        plain_text += f"\n{comment}"
    if notice in REMINDERS:
        blocks.append(actions(_reminder_buttons(escalation, for_queue=True)))
    return RenderedMessage(plain_text, tuple(blocks))


def _text(
    notice: NoticeKind,
    escalation: Escalation,
    knowledge: KnowledgeBase,
    who: str | None,
    words: str | None,
    ref: str,
    from_channel: str | None = None,
) -> tuple[str, str, str | None]:
    """Return the text in mrkdwn, the text without markup, and the person's comment."""
    ending = resolution_text(escalation.resolution, knowledge) if escalation.resolution else "closed"
    fill = {"channel": escalation.channel, "ending": ending[0].lower() + ending[1:]}
    template = NOTICES[notice]
    if notice is NoticeKind.HANDED_OVER and from_channel is not None:
        template, fill["channel"] = RECEIVED, from_channel
    own = notice in (NoticeKind.DEAD_LETTERED, NoticeKind.UNDELIVERED)
    text = template.format(
        ref=ref,
        who=mention(who) if who else "slackguide",
        words=escape(words or "") if own else "",
        to=mention(escalation.claimed_by) if escalation.claimed_by else "a colleague",
        **{name: escape(value) for name, value in fill.items()},
    )
    plain_text = template.format(
        ref=escalation.reference,
        who="Someone" if who else "slackguide",
        words=words or "" if own else "",
        to="a colleague",
        **fill,
    )
    return text[:1].upper() + text[1:], plain_text, None if own else words


def _small_changes(history: Sequence[Event], *, reasons: bool) -> list[str]:
    """Return what happened lately, one event a line, with the reasons that people gave if `reasons`."""
    lines = []
    for event in history:
        if event.kind in _SMALL_EVENTS:
            who = mention(event.actor) if event.actor else "slackguide"
            to = mention(event.details.get("to", ""))
            line = _SMALL_EVENTS[event.kind].format(who=who, to=to, channel=event.details.get("channel", ""))
            reason = f": “{escape(truncate(event.text, 500))}”" if event.text and reasons else ""
            lines.append(line + reason)
    return lines[-SMALL_EVENTS_SHOWN:]


def _what_is_awaited(history: Sequence[Event], escalation: Escalation) -> tuple[str, str | None]:
    """Return the reminder to a requester and the question that awaits their answer."""
    question = last_event(history, EventKind.DETAILS_REQUESTED)
    who = mention(escalation.claimed_by or "")
    return f"Reminder: {who} waits for your answer. _Reply here._", question.text if question else None


def _reminder_buttons(escalation: Escalation, *, for_queue: bool = False) -> list[InteractiveElement]:
    id, name = EscalationPayload(escalation.id).encode(), escalation.reference
    buttons: list[InteractiveElement] = [
        button("Remind in 4 hours", Action.SNOOZE, id, says=f"Remind me about {name} in 4 hours"),
        button("Stop reminding", Action.STOP_REMINDING, id, says=f"Turn off reminders for {name}"),
    ]
    if for_queue and escalation.claimed_by is None:
        buttons.insert(0, button("Claim", Action.CLAIM, id, style="primary", says=f"Claim {name}"))
    elif for_queue:
        buttons.insert(0, button("Release", Action.RELEASE, id, style="primary", says=f"Release {name}"))
    return buttons


def _notice_buttons(escalation: Escalation, *, to_requester: bool) -> list[InteractiveElement]:
    if not to_requester:
        return []
    id, name = EscalationPayload(escalation.id).encode(), escalation.reference
    if not escalation.is_open:
        return [button("Reopen", Action.REOPEN, id, says=f"Reopen {name}")]
    withdraw = OverflowMenuElement(
        action_id=Action.WITHDRAW,
        options=[Option(text=plain("Withdraw"), value=id)],
        confirm=ConfirmObject(
            title=plain("Withdraw it?", 100), text=plain(f"{name} is then closed; you can reopen it for 14 days.", 300),
            confirm=plain("Withdraw", 30), deny=plain("Keep it", 30),
        ),
    )  # fmt: skip
    return [button("Add details", Action.ADD_DETAILS, id, says=f"Add details to {name}"), withdraw]
