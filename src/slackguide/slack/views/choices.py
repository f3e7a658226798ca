"""A list of matches to choose from, the no-match card, and help."""

from __future__ import annotations

from dataclasses import replace

from slack_sdk.models.blocks import Block, SectionBlock

from slackguide.guide import BaseOutcome, Choices, NoAnswer, RankedEntry
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.examples import example_questions
from slackguide.slack.button_payloads import (
    AnswerPayload,
    AnswerState,
    ChooseEntryPayload,
    ChooseFormPayload,
    EscalatePayload,
)
from slackguide.slack.ids import COMMAND, Action
from slackguide.slack.mrkdwn import bold, escape, mrkdwn, plain, truncate
from slackguide.slack.views.answer_card import alert_blocks, quoted_question
from slackguide.slack.views.blocks import (
    RenderedMessage,
    actions,
    bulleted,
    button,
    context,
    header,
    paragraph,
    rich_text,
    rich_text_block,
)

FORMS_OFFERED = 5
"""Maximum number of forms offered below an answer, so that their buttons fit into a row."""

OFFERED = 4
"""Maximum number of matches shown at once."""

PART_LIMIT = 200
"""Maximum number of characters shown of the part of a text that states one concern."""

_NUMBERS = {2: "two", 3: "three", 4: "four"}

NEAREST = 3
"""Maximum number of near matches below “Not in these guides”."""


def choices_card(
    choices: Choices, state: AnswerState, knowledge: KnowledgeBase, *, notice: str | None = None
) -> RenderedMessage:
    """Return the concerns of the text, each to be opened, or two to four matches to choose from."""
    if choices.concerns:
        return _concerns_card(choices, state, knowledge, notice)
    return _pick_list("Which one?", choices, choices.matches[: choices.offered], state, knowledge, notice)


def _concerns_card(
    choices: Choices, state: AnswerState, knowledge: KnowledgeBase, notice: str | None
) -> RenderedMessage:
    blocks: list[Block] = [context(notice)] if notice else []
    blocks += alert_blocks(choices, state, knowledge)
    blocks += [*quoted_question(state), header(f"I see {_NUMBERS.get(len(choices.concerns), 'several')} things.")]
    for number, concern in enumerate(choices.concerns):
        part = truncate(concern.text, PART_LIMIT)
        text = f"{_title_and_destination(concern.entry)}\n“{escape(part)}”"
        value = ChooseEntryPayload(replace(state, part=part), concern.entry.id).encode()
        opens = button("Open", f"{Action.CHOOSE}:{number}", value, says=f"Open: {concern.entry.title}")
        blocks.append(SectionBlock(text=mrkdwn(text), accessory=opens))
    blocks.append(actions([button("None of these", Action.NONE_OF_THESE, AnswerPayload(state).encode())]))
    text = f"Which one? {'; '.join(concern.entry.title for concern in choices.concerns)}"
    return RenderedMessage(_with_alerts(text, choices, knowledge), tuple(blocks))


def nothing_card(
    nothing: NoAnswer, state: AnswerState, knowledge: KnowledgeBase, *, notice: str | None = None
) -> RenderedMessage:
    """Return the no-match card: whom to ask instead, or how to ask, and the nearest matches."""
    near = tuple(match for match in nothing.near if match.id not in state.rejected_entries)[:NEAREST]
    title = "Not in these guides, as far as I can tell."
    if nothing.language:
        title = f"I read English, and this looks like {nothing.language}."
    advice = (
        nothing.pointer or "Say it in other words: what happened, and what the person wants. Or ask your Team Lead."
    )
    blocks: list[Block] = [context(notice)] if notice else []
    blocks += alert_blocks(nothing, state, knowledge)
    blocks += quoted_question(state)
    blocks += [header(title), SectionBlock(text=plain(advice))]
    if near:
        blocks += [context("Nearest:"), *_rows(near, state, knowledge)]
    text = f"Not in these guides. {advice}"
    return RenderedMessage(_with_alerts(text, nothing, knowledge), tuple(blocks))


def next_matches_card(outcome: BaseOutcome, state: AnswerState, knowledge: KnowledgeBase) -> RenderedMessage:
    """Return the next matches after “Not this”, or the no-match card; alerts stay."""
    left = tuple(match for match in outcome.matches if match.id not in state.rejected_entries)[:OFFERED]
    if not left:
        nothing = NoAnswer(0.0, (), outcome.alerts)
        return nothing_card(nothing, state, knowledge, notice="Noted: that was not it. There are no further matches.")
    return _pick_list("Which one, then?", outcome, left, state, knowledge, "Noted: that was not it.")


def _pick_list(
    title: str,
    outcome: BaseOutcome,
    offered: tuple[RankedEntry, ...],
    state: AnswerState,
    knowledge: KnowledgeBase,
    notice: str | None,
) -> RenderedMessage:
    blocks: list[Block] = [context(notice)] if notice else []
    blocks += alert_blocks(outcome, state, knowledge)
    blocks += [*quoted_question(state), header(title), *_rows(offered, state, knowledge)]
    blocks.append(actions([button("None of these", Action.NONE_OF_THESE, AnswerPayload(state).encode())]))
    text = f"Which one? {'; '.join(match.title for match in offered)}"
    return RenderedMessage(_with_alerts(text, outcome, knowledge), tuple(blocks))


def _with_alerts(text: str, outcome: BaseOutcome, knowledge: KnowledgeBase) -> str:
    return " ".join([text, *(f"Alert: {knowledge.entries[alert.id].title}." for alert in outcome.alerts)])


def _rows(matches: tuple[RankedEntry, ...], state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    """Return one row an entry: its title, its destination, and what tells it apart."""
    rows: list[Block] = []
    for number, match in enumerate(matches):
        hint = knowledge.entries[match.id].hint
        text = _title_and_destination(match)
        text += f"\n{escape(hint[0].upper() + hint[1:])}" if hint else ""
        value = ChooseEntryPayload(state, match.id).encode()
        opens = button("Open", f"{Action.CHOOSE}:{number}", value, says=f"Open: {match.title}")
        rows.append(SectionBlock(text=mrkdwn(text), accessory=opens))
    return rows


def _title_and_destination(match: RankedEntry) -> str:
    title = f"*{escape(match.title).replace('*', '')}*"
    return f"{title} →\N{NO-BREAK SPACE}{escape(match.destination.name)}" if match.destination else title


def help_card(knowledge: KnowledgeBase) -> RenderedMessage:
    """Return the help for the command."""
    items = [
        *((f"{COMMAND} {question}", "answers with the destination") for question in example_questions(knowledge, 1)),
        (COMMAND, "opens a form to type a longer question into"),
        (f"{COMMAND} escalate", "lets you choose an escalation form"),
        *(
            (f"{COMMAND} escalate {id}", f"opens the form “{form.title}”; further words fill it in")
            for id, form in knowledge.forms.items()
        ),
        (f"{COMMAND} help", "shows this"),
    ]
    more = (
        "You can also write to me in a direct message, as you would to a colleague; follow-ups count. "
        "Say what happened, who asks and what they want. I answer from the guides alone, or say that I am not sure."
    )
    blocks: list[Block] = [
        SectionBlock(text=bold("slackguide tells you where a concern goes")),
        rich_text_block(bulleted([[rich_text(typed, strong=True), rich_text(f": {does}.")] for typed, does in items])),
        rich_text_block(paragraph(rich_text(more))),
    ]
    return RenderedMessage("\n".join([*(f"{typed}: {does}." for typed, does in items), more]), tuple(blocks))


def with_forms(card: RenderedMessage, state: AnswerState, knowledge: KnowledgeBase) -> RenderedMessage:
    """Return an answer with the forms offered below it, for a person who wants to escalate."""
    buttons = [
        button(
            f"Ask #{form.channel}",
            f"{Action.ESCALATE}:{number}",
            EscalatePayload(state, id).encode(),
            says=f"Escalate with the form {form.title}",
        )
        for number, (id, form) in enumerate(knowledge.forms.items())
    ][:FORMS_OFFERED]
    offer = "To escalate it as it is:"
    return RenderedMessage(f"{card.text}\n{offer} {COMMAND} escalate", (*card.blocks, context(offer), actions(buttons)))


def choose_form_card(knowledge: KnowledgeBase) -> RenderedMessage:
    """Return the forms to choose from."""
    blocks: list[Block] = [SectionBlock(text=bold("Which form?"))]
    for number, (id, form) in enumerate(knowledge.forms.items()):
        text = f"{form.title}, to {form.channel}. {form.intro or ''}"
        value = ChooseFormPayload(id).encode()
        blocks.append(
            SectionBlock(
                text=plain(text), accessory=button("Open", f"{Action.CHOOSE_FORM}:{number}", value, says=form.title)
            )
        )
    lines = [f"{COMMAND} escalate {id}: {form.title}" for id, form in knowledge.forms.items()]
    return RenderedMessage("\n".join(["Which form?", *lines]), tuple(blocks))
