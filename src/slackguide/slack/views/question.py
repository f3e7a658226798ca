"""Triage as blocks: the known facts, the next question, and the branches if the fact is unknown."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from slackguide.guide import Answer
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue
from slackguide.slack.button_payloads import AnswerPayload, AnswerState, RemoveFactPayload, SetFactPayload
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import BUTTON_LIMIT, bold, truncate
from slackguide.slack.views.blocks import actions, bulleted, button, context, paragraph, rich_text, rich_text_block
from slackguide.triage import Triage

ROW = 5
"""Most buttons of a row, so that it fits on a phone."""


def facts_blocks(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    """Return the known facts: each is a button that removes it."""
    relevant = dict(answer.decision.known_facts)
    blocks: list[Block] = []
    if relevant:
        buttons: list[ButtonElement] = []
        for name, value in relevant.items():
            fact = knowledge.facts[name]
            label = f"{fact.label}: {fact.value_label(value)} ✕"
            says = f"{label}, click to remove it"
            payload = RemoveFactPayload(state, name).encode()
            buttons.append(button(label, f"{Action.REMOVE_FACT}:{name}", payload, says=truncate(says, BUTTON_LIMIT)))
        blocks.append(context("Detected from your message. Click a fact to remove it."))
        blocks += [actions(buttons[start : start + ROW]) for start in range(0, len(buttons), ROW)]
    blocks += [
        context(f"Not clear: {text}") for name, text in answer.unclear.items() if name in answer.decision.missing
    ]
    return blocks


def question_blocks(answer: Answer, state: AnswerState, knowledge: KnowledgeBase, triage: Triage) -> list[Block]:
    """Return the next question with its answers as buttons, or every branch if the person skipped it."""
    decision = answer.decision
    if not decision.missing:
        return []
    if state.skipped:
        return _possibilities(answer, triage)
    name = decision.missing[0]
    fact = knowledge.facts[name]
    buttons = [
        button(
            label,
            f"{Action.SET_FACT}:{number}",
            SetFactPayload(state, name, value).encode(),
            says=f"{fact.label}: {label}",
        )
        for number, (value, label) in enumerate(_answers(answer, name, knowledge, triage))
    ]
    buttons.append(button("I don't know", Action.SKIP_FACT, AnswerPayload(state).encode()))
    left = len(decision.missing) - 1
    blocks: list[Block] = [SectionBlock(text=bold(fact.ask))]
    hint = [fact.help or "", f"At most {left} more after this." if left else "The last question."]
    blocks += [actions(buttons[start : start + ROW]) for start in range(0, len(buttons), ROW)]
    blocks.append(context(*hint))
    return blocks


def _answers(answer: Answer, name: str, knowledge: KnowledgeBase, triage: Triage) -> list[tuple[FactValue, str]]:
    """Return the values to choose from: those of a choice, or the ranges that the rules make of a number."""
    fact = knowledge.facts[name]
    if fact.kind != "number":
        return [(value, fact.value_label(value)) for value in fact.choices]
    return [(cell.sample_value, cell.describe(fact)) for cell in triage.cells(answer.entry.id, name)]


def _possibilities(answer: Answer, triage: Triage) -> list[Block]:
    items = [
        [rich_text(f"{'; '.join(branch.answers)}: "), rich_text(branch.destination.name, strong=True)]
        for branch in triage.branches(answer.entry.id, answer.decision.known_facts)
    ]
    return [rich_text_block(paragraph(rich_text("Possible destinations:", strong=True)), bulleted(items))]
