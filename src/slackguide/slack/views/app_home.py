"""App Home as blocks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, LinkButtonElement, SectionBlock
from slack_sdk.models.views import View

from slackguide.escalation.filters import PageCursor
from slackguide.escalation.models import Escalation, EscalationState
from slackguide.knowledge import KnowledgeBase, Role
from slackguide.knowledge.examples import example_questions
from slackguide.slack.button_payloads import ChooseFormPayload, EscalationPayload, HomePagePayload, RetryPayload
from slackguide.slack.ids import COMMAND, Action, Callback
from slackguide.slack.mrkdwn import bold, escape, mention, mrkdwn, plain, truncate
from slackguide.slack.views.blocks import (
    actions,
    bulleted,
    button,
    context,
    header,
    paragraph,
    rich_text,
    rich_text_block,
)
from slackguide.slack.views.choices import FORMS_OFFERED
from slackguide.slack.views.error_advice import TRY_AGAIN, Advice
from slackguide.slack.views.escalation_text import STATES, duration_text, ticket_of, title_of

EXAMPLES = 3
"""Number of example questions."""

TOPICS = 4
"""Maximum number of titles listed for a team."""

UNDELIVERED_SHOWN = 5
"""Undelivered messages on App Home."""


@dataclass(frozen=True, slots=True)
class HomeSection:
    """One list of App Home: a page of escalations, its position, the cursor of the next one, and the list's length."""

    name: str
    title: str
    shown: Sequence[Escalation]
    position: HomePagePayload
    next_cursor: PageCursor | None
    count: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message of the person that is not delivered: its subject as mrkdwn, and the id of its job.

    `final`: it is not retried automatically.
    """

    job_id: int
    subject: str
    advice: Advice
    final: bool


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """The open and the overdue escalations of a queue."""

    title: str
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class TeamOverview:
    """What a team lead looks after. The questions and titles are examples, the numbers count all of them."""

    queues: Sequence[QueueHealth]
    unanswered: Sequence[str]
    unanswered_count: int
    due_for_review: Sequence[str]
    due_count: int


def home_view(
    sections: Sequence[HomeSection],
    knowledge: KnowledgeBase,
    roles: Collection[Role],
    undelivered: Sequence[Undelivered] = (),
    *,
    user_id: str,
    now: datetime,
    overdue: int | None = None,
    team: TeamOverview | None = None,
) -> View:
    """Return App Home for a person at `now`. Entries that none of `roles` may see are not named.

    `overdue` is the number of overdue escalations in a specialist's queues, None for others. `team` is for team leads.
    """
    blocks: list[Block] = [
        header(_heading(sections, overdue)),
        SectionBlock(
            text=plain(f"Type {COMMAND} and the concern in any channel, write to me in Messages, or click Ask."),
            block_id="ask",  # the same each time: a click while App Home is published again still has its element
            accessory=button("Ask", Action.HOME_ASK, "ask", style="primary", says="Ask where a concern goes"),
        ),
    ]
    blocks += _undelivered_blocks(undelivered)
    if team is not None:
        blocks += _team_blocks(team)
    if not any(section.count for section in sections):
        blocks += _introduction(knowledge, roles)
    for section in sections:
        blocks += _section_blocks(section, knowledge, user_id, now)
    return View(type="home", callback_id=Callback.HOME, blocks=blocks[:100])


def _heading(sections: Sequence[HomeSection], overdue: int | None) -> str:
    """Return a specialist's numbers, or the question that everybody else comes with."""
    if overdue is None:
        return "Where does this concern go?"
    count = {section.name: section.count for section in sections}
    return f"{count['unclaimed']} unclaimed · {count['mine']} yours · {overdue} overdue"


def _overdue_by(escalation: Escalation, now: datetime) -> timedelta | None:
    due = escalation.sla_timer.overdue_at
    return now - due if escalation.is_open and due is not None and due <= now else None


def _team_blocks(team: TeamOverview) -> list[Block]:
    """Return the overview for a team lead."""
    queues = [
        [rich_text(f"{queue.title}: ", strong=True), rich_text(f"{queue.open} open, {queue.overdue} overdue")]
        for queue in team.queues
    ]
    lines = [paragraph(rich_text("Your queues", strong=True)), bulleted(queues)] if queues else []
    if team.unanswered_count:
        lines.append(paragraph(rich_text(f"Questions without an answer: {team.unanswered_count}", strong=True)))
        lines.append(bulleted([[rich_text(truncate(question, 150))] for question in team.unanswered]))
    if team.due_count:
        lines.append(paragraph(rich_text(f"Entries due for review: {team.due_count}", strong=True)))
        lines.append(bulleted([[rich_text(title)] for title in team.due_for_review]))
    return [DividerBlock(), rich_text_block(*lines)] if lines else []


def text_home(text: str) -> View:
    """Return App Home with a text alone."""
    return View(type="home", callback_id=Callback.HOME, blocks=[SectionBlock(text=plain(text))])


def _introduction(knowledge: KnowledgeBase, roles: Collection[Role]) -> list[Block]:
    """Return examples of questions, the topics of each team, and the forms, for somebody who has sent nothing yet."""
    examples = [[rich_text(f"{COMMAND} {question}")] for question in example_questions(knowledge, EXAMPLES)]
    hidden = knowledge.hidden_from(*roles)
    topics: dict[str, list[str]] = {}
    for id, entry in knowledge.entries.items():
        if id not in hidden:
            topics.setdefault(entry.team, []).append(entry.title)
    lines = [
        [rich_text(f"{team or 'Topics'}: ", strong=True), rich_text(_listing(titles))]
        for team, titles in topics.items()
    ]
    forms = [
        button(
            f"Ask #{form.channel}",
            f"{Action.CHOOSE_FORM}:{number}",
            ChooseFormPayload(id).encode(),
            says=f"Open the form {form.title}",
        )
        for number, (id, form) in enumerate(knowledge.forms.items())
    ][:FORMS_OFFERED]
    blocks: list[Block] = [
        rich_text_block(paragraph(rich_text("For example", strong=True)), bulleted(examples)),
        rich_text_block(paragraph(rich_text("What I know about", strong=True)), bulleted(lines)),
    ]
    return [*blocks, context("Not sure? Ask the specialists:"), actions(forms, block_id="forms")] if forms else blocks


def _listing(titles: Sequence[str]) -> str:
    more = len(titles) - TOPICS
    return "; ".join(titles[:TOPICS]) + (f"; and {more} more" if more > 0 else "")


def _undelivered_blocks(jobs: Sequence[Undelivered]) -> list[Block]:
    """Return the messages that are not delivered, each with its reason and a button. Nothing if there are none."""
    if not jobs:
        return []
    blocks: list[Block] = [DividerBlock(), header("Not delivered yet")]
    for job in jobs[:UNDELIVERED_SHOWN]:
        after = "I have stopped trying." if job.final else "I keep trying."
        text = f"{job.subject}: {escape(job.advice.happened)}. {escape(job.advice.remedy)}. {after}"
        retry = button(
            TRY_AGAIN, f"{Action.RETRY_DELIVERY}:{job.job_id}", RetryPayload(job.job_id).encode(),
            says="Try again to deliver it",
        )  # fmt: skip
        blocks.append(SectionBlock(text=mrkdwn(text), accessory=retry, block_id=f"undelivered-{job.job_id}"))
    if len(jobs) > UNDELIVERED_SHOWN:
        blocks.append(context("There are more. They appear here when these are delivered."))
    return blocks


def _section_blocks(section: HomeSection, knowledge: KnowledgeBase, user_id: str, now: datetime) -> list[Block]:
    count = "more than 100" if section.count > 100 else str(section.count)
    blocks: list[Block] = [DividerBlock(), header(f"{section.title} ({count})")]
    if not section.shown:
        return [*blocks, context("None.")]
    blocks += [_row(escalation, knowledge, user_id, now) for escalation in section.shown]
    buttons: list[ButtonElement] = []
    if section.position.after is not None:
        back = section.position.previous().encode()
        buttons.append(button("Back", f"{Action.HOME_PAGE}:{section.name}:back", back, says=f"Back: {section.title}"))
    if section.next_cursor is not None:
        more = section.position.next(section.next_cursor).encode()
        buttons.append(button("More", f"{Action.HOME_PAGE}:{section.name}:on", more, says=f"More: {section.title}"))
    return [*blocks, actions(buttons, block_id=f"pages-{section.name}")] if buttons else blocks


def _row(escalation: Escalation, knowledge: KnowledgeBase, user_id: str, now: datetime) -> SectionBlock:
    """Return a case: what it is about, its ticket and reference, its age, and what the person can do."""
    form = knowledge.forms.get(escalation.form_id)
    link = escalation.card.permalink if escalation.card else None
    ticket = ticket_of(escalation, form)
    details = [
        f"<{escape(ticket[0])}|{ticket[1]}>" if ticket else "",
        f"<{link}|{escalation.reference}>" if link else escalation.reference,
        _state(escalation, user_id, knowledge),
        duration_text(now - (escalation.closed_at or escalation.created_at)),
        f"from {mention(escalation.requester.user_id)}" if escalation.requester.user_id != user_id else "",
    ]
    overdue = _overdue_by(escalation, now)
    if overdue is not None:
        details.append(f"*{duration_text(overdue)} overdue*")
    text = f"{bold(title_of(escalation, knowledge)).text}\n{' · '.join(detail for detail in details if detail)}"
    return SectionBlock(text=mrkdwn(text), accessory=_row_button(escalation, user_id, link))


def _state(escalation: Escalation, user_id: str, knowledge: KnowledgeBase) -> str:
    """Return the state as far as it differs within a list: who has it, whom it waits for, how it ended."""
    claimant = mention(escalation.claimed_by) if escalation.claimed_by else ""
    with_claimant = "" if escalation.claimed_by in (None, user_id) else f", with {claimant}"
    state = STATES[escalation.state]
    if escalation.resolution is not None:
        return f"{state}: {escalation.resolution.label(knowledge).lower()}"
    return f"{state}{with_claimant}"


def _row_button(escalation: Escalation, user_id: str, link: str | None) -> ButtonElement | None:
    """Return the button of a row: claim, resolve, or open the card."""
    id, name = EscalationPayload(escalation.id).encode(), escalation.reference
    if escalation.state is EscalationState.SENT and escalation.requester.user_id != user_id:
        return button("Claim", f"{Action.CLAIM}:{escalation.id}", id, style="primary", says=f"Claim {name}")
    if escalation.is_open and escalation.claimed_by == user_id:
        return button("Resolve", f"{Action.RESOLVE}:{escalation.id}", id, says=f"Resolve {name}")
    return LinkButtonElement(text="Open", url=link, action_id=f"{Action.LINK}:{escalation.id}") if link else None
