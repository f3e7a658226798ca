"""Cards for the turns of a conversation: what changed, the steps that answer a question, the form, not understood."""

from __future__ import annotations

from dataclasses import replace

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from slackguide.guide import Answer, NoAnswer, Reply, Topic, TurnKind
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.button_payloads import AnswerState, EscalatePayload, Section
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import plain
from slackguide.slack.views.answer_card import alert_blocks, answer_card, answer_text
from slackguide.slack.views.blocks import RenderedMessage, actions, button, context
from slackguide.slack.views.card_sections import section_button
from slackguide.slack.views.question import fact_text
from slackguide.triage import Triage

NOT_SAID = "The guides do not say."

NOTHING_NEW = "No fact is read in that."
"""Notice on a card that stays as it was after a message about the case."""

NOT_UNDERSTOOD = (
    "I do not understand that about this case. Say it in other words, or describe another case in a sentence."
)

SECTIONS = {"note": Section.NOTE, "steps": Section.STEPS, "script": Section.SCRIPT}
"""The section of the card that answers a question, by what the question asks for."""


def conversation_card(
    reply: Reply, answer: Answer, state: AnswerState, knowledge: KnowledgeBase, triage: Triage
) -> RenderedMessage:
    """Return the card for a turn about the case at hand."""
    if reply.kind is TurnKind.ACTION:
        return _form_card(reply, answer, state, knowledge)
    if reply.kind is TurnKind.QUESTION or (reply.subject is not None and not reply.changes):
        section = _section_of(reply, answer)
        if section is not None:
            return answer_card(answer, replace(state, section=section), knowledge, triage)
        if reply.subject != "destination":
            return _passages_card(reply, answer, state, knowledge)
    notice = changes_line(reply, knowledge)
    if notice is None and reply.kind is TurnKind.FACTS and not _is_new(reply):
        notice = NOTHING_NEW
    return answer_card(answer, state, knowledge, triage, notice=notice)


def changes_line(reply: Reply, knowledge: KnowledgeBase) -> str | None:
    """Return what a turn changed: `Changed: 12 days → 40 days.` None if it changed nothing."""
    changed = [
        f"{fact_text(change.fact, change.old, knowledge)} → {fact_text(change.fact, change.new, knowledge)}"
        for change in reply.changes
        if change.new is not None
    ]
    dropped = [fact_text(change.fact, change.old, knowledge) for change in reply.changes if change.new is None]
    texts = [
        f"Changed: {', '.join(changed)}." if changed else "",
        f"No longer taken: {', '.join(dropped)}." if dropped else "",
    ]
    return " ".join(filter(None, texts)) or None


def not_understood_card(
    nothing: NoAnswer, state: AnswerState, topic: Topic, knowledge: KnowledgeBase
) -> RenderedMessage:
    """Return the card for a turn that is not understood; the case stays as it is."""
    blocks: list[Block] = [*alert_blocks(nothing, state, knowledge), SectionBlock(text=plain(NOT_UNDERSTOOD))]
    if nothing.pointer:
        blocks.append(SectionBlock(text=plain(nothing.pointer)))
    kept = [knowledge.entries[topic.entry].title] if topic.entry else []
    kept += [fact_text(name, value, knowledge) for name, value in topic.values.items()]
    if kept:
        blocks.append(context(f"Still: {' · '.join(kept)}"))
    return RenderedMessage(f"Not in these guides. {nothing.pointer or NOT_UNDERSTOOD}", tuple(blocks))


def _is_new(reply: Reply) -> bool:
    """Return whether the last turn stated a fact."""
    conversation = reply.conversation
    return any(fact.turn == len(conversation.turns) - 1 for fact in conversation.topic.facts.values())


def _section_of(reply: Reply, answer: Answer) -> Section | None:
    """Return the section of the card that answers a question, if the answer has it."""
    section = SECTIONS.get(reply.subject or "")
    held = {
        Section.NOTE: answer.note is not None,
        Section.STEPS: bool(answer.decision.path),
        Section.SCRIPT: answer.entry.script is not None,
    }
    return section if section is not None and held[section] else None


def _passages_card(reply: Reply, answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> RenderedMessage:
    """Return the steps or cautions that answer a question, or that the guides do not say."""
    passages = reply.passages or (NOT_SAID,)
    blocks: list[Block] = [*alert_blocks(answer, state, knowledge)]
    blocks += [SectionBlock(text=plain(passage)) for passage in passages]
    blocks.append(context(_case_line(answer, knowledge)))
    buttons = [section_button(f"Steps ({len(answer.decision.path)})", Section.STEPS, state)]
    buttons += _form_button(answer, state, knowledge) if not reply.passages else []
    blocks.append(actions(buttons))
    return RenderedMessage(f"{answer_text(answer, knowledge)} {passages[0]}", tuple(blocks))


def _form_card(reply: Reply, answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> RenderedMessage:
    """Return the button that opens the form: only a click can open one."""
    buttons = _form_button(answer, state, knowledge, style="primary")
    text = "Press the button to open the form." if buttons else "No form belongs to this case. Ask your Team Lead."
    decision = answer.decision
    blocks: list[Block] = [*alert_blocks(answer, state, knowledge), SectionBlock(text=plain(text))]
    if decision.destination is not None and decision.destination.kind == "not_eligible":
        blocks.append(SectionBlock(text=plain(f"By the guides the case is not eligible: {decision.reason}.")))
    notice = changes_line(reply, knowledge)
    blocks += [context(notice)] if notice else []
    blocks.append(context(_case_line(answer, knowledge)))
    blocks.append(actions([*buttons, section_button(f"Steps ({len(decision.path)})", Section.STEPS, state)]))
    return RenderedMessage(answer_text(answer, knowledge), tuple(blocks))


def _form_button(
    answer: Answer, state: AnswerState, knowledge: KnowledgeBase, *, style: str | None = None
) -> list[ButtonElement]:
    form_id = answer.decision.form or answer.entry.form
    if form_id is None:
        return []
    form = knowledge.forms[form_id]
    value = EscalatePayload(state, form_id).encode()
    label = f"Ask #{form.channel}"
    return [button(label, Action.ESCALATE, value, style=style, says=f"Open the form {form.title}")]


def _case_line(answer: Answer, knowledge: KnowledgeBase) -> str:
    """Return the case in one line: the entry, the destination and the facts."""
    target = answer.decision.destination
    facts = [fact_text(name, value, knowledge) for name, value in answer.decision.known_facts.items()]
    names = [place.name for place in (target, *answer.decision.also) if place is not None]
    case = f"{answer.entry.title} → {' and '.join(names)}" if names else answer.entry.title
    return " · ".join([case, *facts])
