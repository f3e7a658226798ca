"""The sections of an answer card that open in place, one at a time, below its buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from slackguide.guide import Answer
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.button_payloads import AnswerPayload, AnswerState, FeedbackPayload, RemoveFactPayload, Section
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import BUTTON_LIMIT, plain, truncate
from slackguide.slack.views.blocks import (
    actions,
    bulleted,
    button,
    context,
    numbered,
    paragraph,
    preformatted,
    rich_text,
    rich_text_block,
)
from slackguide.slack.views.question import fact_text

ROW = 5
"""Maximum number of buttons in a row, so that it fits on a phone."""

UNDER_MORE = {Section.MORE, Section.DETAILS, Section.FACTS, Section.FEEDBACK}
"""The sections whose buttons are under “More”: “Less” closes them."""

FEEDBACK_REASONS = {
    "wrong_entry": "Wrong entry",
    "wrong_destination": "Wrong destination",
    "out_of_date": "Out of date",
    "unclear": "Unclear",
    "too_long": "Too long",
}
"""What can be wrong with an answer."""


def section_button(label: str, section: Section, state: AnswerState, *, closes: str | None = None) -> ButtonElement:
    """Return the button that opens a section, or closes it if it is open."""
    open_sections = UNDER_MORE if section is Section.MORE else {section}
    is_open = closes is not None and state.section in open_sections
    value = AnswerPayload(replace(state, section=None if is_open else section)).encode()
    return button(closes if is_open and closes else label, f"{Action.OPEN_SECTION}:{section}", value)


def open_section(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    """Return the blocks of the open section."""
    build = SECTIONS.get(state.section) if state.section else None
    return build(answer, state, knowledge) if build else []


def _steps(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    del state, knowledge
    path = answer.decision.path
    queue = [] if answer.note else _queue_name(answer)
    return [rich_text_block(*queue, numbered(path))] if path else []


def _note(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    del state
    if not answer.note or not answer.decision.note:
        return []
    label = knowledge.notes[answer.decision.note].label
    return [
        rich_text_block(
            *_queue_name(answer), paragraph(rich_text(f"{label} (copy and fill in)", strong=True)),
            preformatted(answer.note),
        )
    ]  # fmt: skip


def _queue_name(answer: Answer) -> list[object]:
    """Return the name of the queue in a block of its own, easy to select."""
    target = answer.decision.destination
    return [preformatted(target.name)] if target is not None and target.kind == "zendesk_group" else []


def _script(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    del state
    if answer.entry.script is None:
        return []
    note = knowledge.notes[answer.entry.script]
    return [rich_text_block(paragraph(rich_text(note.label, strong=True)), preformatted(note.text))]


def _details(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    """Return the warnings and cautions that the card does not show at once, and the sources."""
    del state, knowledge
    entry, decision = answer.entry, answer.decision
    others = [text for text in decision.warnings if text != decision.top_warning or entry.act_now]
    items = [[rich_text(text)] for text in (*others, *decision.cautions)]
    blocks: list[Block] = [rich_text_block(bulleted(items))] if items else []
    target = decision.destination
    if target is not None and (target.also or target.note):
        also = f"Also called {', '.join(target.also)}." if target.also else ""
        blocks.append(SectionBlock(text=plain(" ".join(filter(None, (f"{target.name}:", also, target.note))))))
    if entry.see_also:
        links = [[rich_text(article.title, link=article.url)] for article in entry.see_also]
        blocks.append(rich_text_block(paragraph(rich_text("See also", strong=True)), bulleted(links)))
    sources = "; ".join(f"{source.document}, “{source.section}”" for source in entry.sources)
    day = entry.reviewed
    reviewed = f"Last reviewed {day.day} {day:%B %Y}." if day else "Not reviewed yet."
    return [*blocks, context(f"Source: {sources}", f"Owner: {entry.owner}. {reviewed}")]


def _facts(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    """Return the known facts: a click removes one, so that it is asked again."""
    buttons: list[ButtonElement] = []
    for name, value in answer.facts.items():
        label = f"{knowledge.facts[name].label}: {knowledge.facts[name].value_label(value)}"
        payload = RemoveFactPayload(replace(state, section=None), name).encode()
        says = truncate(f"Change {fact_text(name, value, knowledge)}", BUTTON_LIMIT)
        buttons.append(button(label, f"{Action.REMOVE_FACT}:{name}", payload, says=says))
    if not buttons:
        return []
    rows = [actions(buttons[start : start + ROW]) for start in range(0, len(buttons), ROW)]
    return [context("Click the fact that is wrong. If it matters, I ask for it again."), *rows]


def _feedback(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    del answer, knowledge
    closed = replace(state, section=None)
    buttons = [
        button(label, f"{Action.FEEDBACK_REASON}:{reason}", FeedbackPayload(closed, reason).encode())
        for reason, label in FEEDBACK_REASONS.items()
    ]
    return [context("Noted as not helpful. What was wrong? (optional)"), actions(buttons)]


SECTIONS: Mapping[Section, Callable[[Answer, AnswerState, KnowledgeBase], list[Block]]] = {
    Section.STEPS: _steps,
    Section.NOTE: _note,
    Section.SCRIPT: _script,
    Section.DETAILS: _details,
    Section.FACTS: _facts,
    Section.FEEDBACK: _feedback,
}
"""The builder of each section. `Section.MORE` is a row of buttons on the card itself."""
