"""The card of an escalation in its channel."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    Option,
    OverflowMenuElement,
    SectionBlock,
)
from slack_sdk.models.blocks.block_elements import RichTextElementParts

from slackguide.escalation.models import Escalation, EscalationState, Event, EventKind
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.guide import LEAST_PRIVILEGED
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.forms import Form
from slackguide.slack.button_payloads import CardMenu, CardMenuPayload, EscalationPayload
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import bold, escape, mention, mrkdwn, plain, truncate
from slackguide.slack.views.blocks import (
    RenderedMessage,
    actions,
    button,
    context,
    paragraph,
    rich_text,
    rich_text_block,
)
from slackguide.slack.views.escalation_text import (
    EXCHANGED,
    STATES,
    display_value,
    exchange,
    field_texts,
    question_field,
    question_text,
    resolution_text,
    ticket_of,
    title_and_rest,
    title_of,
)

CARD_LIMIT = 11_000
"""Most characters of a card: a message has room for about 12,000."""

BUTTONS_LENGTH = 900
"""Most characters of the buttons, the title, the status line and the mentions."""

LEAST = 40
"""Fewest characters shown of a value."""

SHORT = 60
"""Most characters of a value that stands in a column."""

_FORMATTING = re.compile(r"[*~`\n]|(?<!\w)_|_(?!\w)|:[\w+-]+:")
"""What mrkdwn does not show as it was typed: such a value stands in rich text instead of a column."""

COLUMN_FIELDS = 20
"""Most fields of a section: ten lines a column, of about 100 characters, are well below Slack's limit of 2,000."""

INLINE = 300
"""Most characters of the rest of a question that stand in the section of the title."""

EXCHANGES = 6
"""Most questions, answers and explanations on a card: the latest."""

DECISION_LIMIT = 200
"""Most characters of a decision on a collapsed card."""


ERASED = "The content was erased."


def escalation_card(escalation: Escalation, knowledge: KnowledgeBase, history: Sequence[Event] = ()) -> RenderedMessage:
    """Return the posted message: the question as its title, every field, what was asked and answered, and buttons.

    A closed escalation has two lines. Without its `history` it shows neither questions nor answers.
    """
    if not escalation.is_open:
        return _closed_card(escalation, knowledge)
    form = knowledge.forms.get(escalation.form_id)
    columns, long = _fields(escalation, form)
    exchanged = exchange(history)[-EXCHANGES:]
    texts = [*(text for _, text in long), *(event.text or "" for event in exchanged)]
    labels = sum(len(text) for text in columns) + sum(len(label) + 2 for label, _ in long)
    share = _share_room([len(text) for text in texts], CARD_LIMIT - BUTTONS_LENGTH - labels)
    rest = next((text for label, text in long if not label), "")
    buttons = _buttons(escalation, cut=any(len(text) > share for text in texts))
    blocks = _head(title_of(escalation, knowledge), truncate(rest, share), buttons)
    blocks += _columns(columns)
    blocks += [_paragraph(label, truncate(text, share)) for label, text in long if label]
    blocks += [_exchange_block(event, share) for event in exchanged]
    advice = _advice(escalation, knowledge)
    quiet = [_status(escalation), *(escape(line) for line in advice), *_earlier_decision(history, knowledge)]
    blocks.append(ContextBlock(elements=[mrkdwn(" · ".join(quiet))]))
    if escalation.erased_at is not None:
        blocks.append(context(ERASED))
    if len(buttons) > 1:
        blocks.append(actions(buttons))
    lines = [*_lines(escalation, knowledge), *advice]
    lines += [f"{EXCHANGED[event.kind]}: {event.text}" for event in exchanged]
    return RenderedMessage("\n".join(lines), tuple(blocks))


def _head(title: str, rest: str, buttons: Sequence[ButtonElement]) -> list[Block]:
    """Return the title and the rest of the question, beside the button if there is one alone.

    Only a section has a button beside it, and shows mrkdwn: what that would change stands in rich text, whole.
    """
    accessory = buttons[0] if len(buttons) == 1 else None
    if not _FORMATTING.search(title):
        inline = bool(rest) and len(rest) <= INLINE and not _FORMATTING.search(rest)
        text = bold(title).text + (f"\n{escape(rest)}" if inline else "")
        blocks: list[Block] = [SectionBlock(text=mrkdwn(text), accessory=accessory)]
        return blocks if inline or not rest else [*blocks, _paragraph("", rest)]
    blocks = [rich_text_block(paragraph(rich_text(title, strong=True)))]
    if rest:
        blocks.append(_paragraph("", rest))
    return [*blocks, actions([accessory])] if accessory is not None else blocks


def _columns(columns: Sequence[str]) -> list[Block]:
    """Return the short fields in two columns, in sections of two texts each: less high than a text a field."""
    blocks: list[Block] = []
    for start in range(0, len(columns), COLUMN_FIELDS):
        part = columns[start : start + COLUMN_FIELDS]
        sides = ["\n".join(part[side::2]) for side in (0, 1)]
        blocks.append(SectionBlock(fields=[mrkdwn(side) for side in sides if side]))
    return blocks


def _fields(escalation: Escalation, form: Form | None) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the short fields in mrkdwn, for columns, and the long ones with their labels.

    The question is the title of the card. What the title leaves out of it is a long field without a label.
    """
    _, rest = title_and_rest(question_text(escalation, form))
    long: list[tuple[str, str]] = [("", rest)] if rest else []
    columns: list[str] = []
    definitions = form.fields if form else {}
    ticket = ticket_of(escalation, form)
    for id, value in escalation.values.items():
        item = definitions.get(id)
        label, text = item.label if item else id, display_value(value, item)
        if id == question_field(form) and isinstance(value, str):
            continue
        if ticket is not None and value == ticket[0]:
            columns.append(f"*{escape(label)}* <{escape(ticket[0])}|{ticket[1]}>")
        elif len(text) <= SHORT and not _FORMATTING.search(text):
            columns.append(f"*{escape(label)}* {escape(text)}")
        else:
            long.append((label, text))
    if escalation.duplicate_reason:
        long.append(("Reason for a second escalation", escalation.duplicate_reason))
    return columns, long


def _paragraph(label: str, text: str) -> Block:
    start = [rich_text(f"{label}: ", strong=True)] if label else []
    return rich_text_block(paragraph(*start, rich_text(text)))


def _lines(escalation: Escalation, knowledge: KnowledgeBase) -> list[str]:
    """Return the beginning of the card's text: title, state and fields."""
    form = knowledge.forms.get(escalation.form_id)
    return [
        title_of(escalation, knowledge),
        f"{escalation.reference}: {STATES[escalation.state]}.",
        *(f"{label}: {text}" for label, text in field_texts(escalation, form)),
    ]


def handed_over_card(escalation: Escalation) -> RenderedMessage:
    """Return the message left in the channel that handed an escalation over."""
    text = f"{escalation.reference} was handed over to #{escalation.channel}."
    return RenderedMessage(text, (SectionBlock(text=plain(text)),))


def _closed_card(escalation: Escalation, knowledge: KnowledgeBase) -> RenderedMessage:
    """Return the two lines of a closed escalation. A click shows all of it."""
    name, resolution = escalation.reference, escalation.resolution
    who = escalation.claimed_by if resolution else escalation.requester.user_id
    state = STATES[escalation.state] + (f" by {mention(who)}" if who else "")
    decision = ""
    lines = _lines(escalation, knowledge)
    if resolution is not None:
        label = resolution_text(resolution, knowledge)
        decision = f": {label[0].lower()}{label[1:]}"
        if resolution.note:
            decision += f", “{resolution.note}”"
        lines.append(f"{label}: {resolution.note or '–'}")
    status = f"{name} · {state}{escape(truncate(decision, DECISION_LIMIT))}"
    menu = OverflowMenuElement(
        action_id=Action.CARD_MENU,
        options=[
            Option(text=plain("Reopen"), value=CardMenuPayload(CardMenu.REOPEN, escalation.id).encode()),
            Option(text=plain("Read it all"), value=CardMenuPayload(CardMenu.READ, escalation.id).encode()),
        ],
    )
    mark = "✓" if resolution else "✕"
    blocks: list[Block] = [
        SectionBlock(text=mrkdwn(f"{mark} {bold(title_of(escalation, knowledge)).text}"), accessory=menu),
        ContextBlock(elements=[mrkdwn(status)]),
    ]
    if escalation.erased_at is not None:
        blocks.append(context(ERASED))
    return RenderedMessage("\n".join(lines), tuple(blocks))


def _status(escalation: Escalation) -> str:
    """Return the reference and the state: who has it, whom it waits for, and who sent it."""
    claimant = mention(escalation.claimed_by) if escalation.claimed_by else ""
    requester = mention(escalation.requester.user_id)
    match escalation.state:
        case EscalationState.CLAIMED:
            state = f"*Claimed* by {claimant} · from {requester}"
        case EscalationState.AWAITING_REQUESTER:
            state = f"*Waiting for* {requester} · claimed by {claimant}"
        case _:
            state = f"*{STATES[escalation.state]}* · from {requester}"
    return f"{escalation.reference} · {state}"


def _advice(escalation: Escalation, knowledge: KnowledgeBase) -> list[str]:
    """Return the guide's advice, if everybody in the channel may read that entry."""
    entry = knowledge.entries.get(escalation.entry_id or "")
    if entry is None or LEAST_PRIVILEGED.role not in entry.audience:
        return []
    advice = escalation.recommendation
    if advice is None:
        return [f"From the guide: {entry.title}"]
    reason = f": {advice.because[0]}" if advice.because else ""
    return [f"The guide says {advice.destination} ({entry.title}{truncate(reason, 200)})"]


def _earlier_decision(history: Sequence[Event], knowledge: KnowledgeBase) -> list[str]:
    """Return the last decision on an escalation that was reopened."""
    event = next((event for event in reversed(history) if event.kind is EventKind.RESOLVED), None)
    if event is None or event.details.get("ending") not in set(ResolutionCode):
        return []
    resolution = Resolution(ResolutionCode(event.details["ending"]), event.text, event.details.get("which"))
    label = resolution_text(resolution, knowledge)
    note = f", “{truncate(event.text, DECISION_LIMIT)}”" if event.text else ""
    by = f" by {mention(event.actor)}" if event.actor else ""
    return [f"decided before{by}: {escape(label[0].lower() + label[1:] + note)}"]


def _exchange_block(event: Event, share: int) -> Block:
    """Return what somebody asked, answered or explained."""
    who = RichTextElementParts.User(user_id=event.actor) if event.actor else rich_text("slackguide")
    label = EXCHANGED[event.kind].lower()
    return rich_text_block(paragraph(who, rich_text(f" {label}: {truncate(event.text or '', share)}")))


def _share_room(lengths: Sequence[int], room: int) -> int:
    """Return the most characters per text so that all fit; short texts leave their room to long ones."""
    for taken, length in enumerate(sorted(lengths)):
        share = max(LEAST, room // (len(lengths) - taken))
        if length > share:
            return share
        room -= length
    return max(lengths, default=0)


def _buttons(escalation: Escalation, *, cut: bool) -> list[ButtonElement]:
    id, name = EscalationPayload(escalation.id).encode(), escalation.reference

    def command(text: str, action: Action, style: str | None = None) -> ButtonElement:
        return button(text, action, id, style=style, says=f"{text} {name}")

    if escalation.state is EscalationState.SENT:
        buttons = [command("Claim", Action.CLAIM, "primary")]
    else:
        buttons = [
            command("Resolve", Action.RESOLVE, "primary"),
            command("Ask for more", Action.ASK_MORE),
            command("Hand over", Action.HAND_OVER),
            command("Release", Action.RELEASE),
        ]
    if cut:
        buttons.append(command("Read it all", Action.READ))
    return buttons
