"""App Home as blocks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, LinkButtonElement, SectionBlock
from slack_sdk.models.views import View

from slackguide.escalation.filters import PageCursor
from slackguide.escalation.models import Escalation
from slackguide.escalation.resolution import RESOLUTION_LABELS
from slackguide.knowledge import KnowledgeBase, Role
from slackguide.knowledge.examples import example_questions
from slackguide.slack.button_payloads import ChooseFormPayload, HomePagePayload, RetryPayload
from slackguide.slack.ids import COMMAND, Action, Callback
from slackguide.slack.mrkdwn import escape, mention, mrkdwn, plain
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
from slackguide.slack.views.escalation_card import STATES

EXAMPLES = 3
"""Number of example questions."""

TOPICS = 4
"""Maximum number of titles listed for a team."""

UNDELIVERED_SHOWN = 5
"""Undelivered messages on App Home."""


@dataclass(frozen=True, slots=True)
class HomeSection:
    """One list of App Home: a page of escalations, and the length of the list.

    `next_cursor` is None on the last page; `pages` is whether this is another page than the first.
    """

    name: str
    title: str
    shown: Sequence[Escalation]
    next_cursor: PageCursor | None
    count: int
    pages: bool


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message of the person that is not delivered: its subject as mrkdwn, and the id of its job.

    `final`: it is not retried automatically.
    """

    job_id: int
    subject: str
    advice: Advice
    final: bool


def home_view(
    lists: Sequence[HomeSection],
    knowledge: KnowledgeBase,
    roles: Collection[Role],
    undelivered: Sequence[Undelivered] = (),
) -> View:
    """Return App Home. Entries that none of `roles` may not see are not named."""
    blocks: list[Block] = [
        header("Where does this concern go?"),
        SectionBlock(
            text=plain(f"Type {COMMAND} and the concern in any channel, write to me in Messages, or click Ask."),
            block_id="ask",  # the same each time: a click while App Home is published again still has its element
            accessory=button("Ask", Action.HOME_ASK, "ask", style="primary", says="Ask where a concern goes"),
        ),
    ]
    blocks += _undelivered_blocks(undelivered)
    if not any(listed.count for listed in lists):
        blocks += _introduction(knowledge, roles)
    for listed in lists:
        blocks += _section_blocks(listed, knowledge, knowledge.hidden_from(*roles))
    return View(type="home", callback_id=Callback.HOME, blocks=blocks[:100])


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


def _section_blocks(listed: HomeSection, knowledge: KnowledgeBase, hidden: Collection[str]) -> list[Block]:
    count = "more than 100" if listed.count > 100 else str(listed.count)
    blocks: list[Block] = [DividerBlock(), header(f"{listed.title} ({count})")]
    if not listed.shown:
        return [*blocks, context("None.")]
    blocks += [_row(escalation, knowledge, hidden) for escalation in listed.shown]
    buttons: list[ButtonElement] = []
    if listed.pages:
        back = HomePagePayload(listed.name).encode()
        buttons.append(button("From the start", f"{Action.HOME_PAGE}:{listed.name}:back", back))
    if listed.next_cursor:
        more = HomePagePayload(listed.name, listed.next_cursor).encode()
        buttons.append(button("More", f"{Action.HOME_PAGE}:{listed.name}:on", more, says=f"More: {listed.title}"))
    return [*blocks, actions(buttons, block_id=f"pages-{listed.name}")] if buttons else blocks


def _row(escalation: Escalation, knowledge: KnowledgeBase, hidden: Collection[str]) -> SectionBlock:
    form = knowledge.forms.get(escalation.form_id)
    named = escalation.entry_id if escalation.entry_id not in hidden else None
    entry = knowledge.entries.get(named or "")
    state = STATES[escalation.state]
    if escalation.resolution:
        state = f"{state}: {RESOLUTION_LABELS[escalation.resolution.code].lower()}"
    by = f", with {mention(escalation.claimed_by)}" if escalation.claimed_by else ""
    about = escape(entry.title if entry else form.title if form else escalation.form_id)
    sent = f"{escalation.created_at.day} {escalation.created_at:%B %Y}"
    text = f"*{escalation.reference}*: {about}\n{state}{by}. Sent {sent} by {mention(escalation.requester.user_id)}."
    link = escalation.card.permalink if escalation.card else None
    accessory = LinkButtonElement(text="Open", url=link, action_id=f"{Action.LINK}:{escalation.id}") if link else None
    return SectionBlock(text=mrkdwn(text), accessory=accessory)
