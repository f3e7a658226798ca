"""The answer card: warnings, destination, steps, note, sources and buttons."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, SectionBlock

from slackguide.guide import Answer, BaseOutcome
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.button_payloads import AnswerPayload, AnswerState, ChooseEntryPayload, EscalatePayload
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import bold, plain
from slackguide.slack.views.blocks import (
    RenderedMessage,
    actions,
    bulleted,
    button,
    context,
    header,
    numbered,
    paragraph,
    preformatted,
    rich_text,
    rich_text_block,
)
from slackguide.slack.views.question import facts_blocks, question_blocks
from slackguide.triage import Triage


def answer_card(
    answer: Answer, state: AnswerState, knowledge: KnowledgeBase, triage: Triage, *, notice: str | None = None
) -> RenderedMessage:
    """Return the card of an answer; `notice` is a line about the last click."""
    blocks: list[Block] = []
    if notice:
        blocks.append(context(notice))
    blocks += alert_blocks(answer, state)
    if answer.urgent:
        blocks.append(context("Shown first because this message can mean that a person is at risk."))
    blocks.append(SectionBlock(text=bold(answer.entry.title)))
    if answer.decision.warnings:
        runs = [[rich_text("Warning: ", strong=True), rich_text(warning)] for warning in answer.decision.warnings]
        blocks.append(rich_text_block(bulleted(runs)))
    blocks += _destination(answer)
    blocks += facts_blocks(answer, state, knowledge)
    blocks += question_blocks(answer, state, knowledge, triage)
    if answer.decision.path:
        blocks.append(rich_text_block(paragraph(rich_text("Steps", strong=True)), numbered(answer.decision.path)))
    if answer.note and answer.decision.note:
        label = knowledge.notes[answer.decision.note].label
        blocks.append(
            rich_text_block(paragraph(rich_text(f"{label} (copy and fill in)", strong=True)), preformatted(answer.note))
        )
    if answer.decision.cautions:
        cautions = [[rich_text("Caution: ", strong=True), rich_text(caution)] for caution in answer.decision.cautions]
        blocks.append(rich_text_block(bulleted(cautions)))
    blocks += _sources(answer)
    blocks.append(actions(_buttons(answer, state, knowledge)))
    return RenderedMessage(answer_text(answer, knowledge), tuple(blocks))


def alert_blocks(outcome: BaseOutcome, state: AnswerState) -> list[Block]:
    """Return the alerts of an outcome, each with a button that opens its entry."""
    blocks: list[Block] = []
    for number, alert in enumerate(outcome.alerts):
        text = f"Alert: {alert.message}"
        blocks.append(SectionBlock(text=plain(text)))
        value = ChooseEntryPayload(state, alert.id).encode()
        blocks.append(actions([button("Open it now", f"{Action.OPEN_ALERT}:{number}", value, style="danger")]))
        blocks.append(DividerBlock())
    return blocks


def _destination(answer: Answer) -> list[Block]:
    target = answer.decision.destination
    blocks: list[Block] = []
    if target is not None:
        label = "Not eligible" if target.kind == "not_eligible" else f"Goes to: {target.name}"
        blocks.append(header(label))
        if target.kind != "not_eligible":
            also = f" Also called {', '.join(target.also)}." if target.also else ""
            icon = f"{target.icon} " if target.icon else ""
            ways = [f"{name.capitalize()}: {value}" for name, value in target.contacts.items()]
            note = f" {target.note}" if target.note else ""
            blocks.append(context(f"Kind: {icon}{target.kind_label}.{also}{note}", *ways))
    else:
        blocks.append(header("Where it goes depends on this"))
    why = [rich_text("Why: ", strong=True)] if target is not None else []
    if answer.decision.because:
        blocks.append(rich_text_block(bulleted([[*why, rich_text(reason)] for reason in answer.decision.because])))
    return blocks


def _sources(answer: Answer) -> list[Block]:
    entry = answer.entry
    blocks: list[Block] = []
    if entry.see_also:
        items = [
            [rich_text(article.title, link=article.url)] if article.url else [rich_text(article.title)]
            for article in entry.see_also
        ]
        blocks.append(rich_text_block(paragraph(rich_text("See also", strong=True)), bulleted(items)))
    sources = "; ".join(f"{source.document}, “{source.section}”" for source in entry.sources)
    owner = f"Owner: {entry.owner}. Last reviewed {entry.reviewed:%d %B %Y}."
    blocks.append(context(f"Source: {sources}" if sources else "", owner, _matched(answer)))
    return blocks


def _matched(answer: Answer) -> str:
    """Return a line with the words that carried the match and the confidence."""
    if not answer.why.words:
        return ""
    text = ", ".join(answer.why.words[:6])
    return f"Matched on: {text} ({answer.confidence:.0%} confidence)."


def _buttons(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[ButtonElement]:
    buttons: list[ButtonElement] = []
    if answer.decision.form:
        title = knowledge.forms[answer.decision.form].title
        buttons.append(
            button(
                "Escalate",
                Action.ESCALATE,
                EscalatePayload(state, answer.decision.form).encode(),
                style="primary",
                says=f"Escalate with the form {title}",
            )
        )
    value = AnswerPayload(state).encode()
    return [
        *buttons,
        button("Not this", Action.NOT_THIS, value, says="Not this: show the next matches"),
        button("Helpful", Action.HELPFUL, value),
        button("Not helpful", Action.NOT_HELPFUL, value),
    ]


def answer_text(answer: Answer, knowledge: KnowledgeBase) -> str:
    """Return the whole answer as plain text."""
    decision = answer.decision
    lines = [f"Alert: {alert.message}" for alert in answer.alerts]
    lines.append(answer.entry.title)
    lines += [f"Warning: {warning}" for warning in decision.warnings]
    if decision.destination is not None:
        lines.append(
            "Not eligible."
            if decision.destination.kind == "not_eligible"
            else f"Goes to: {decision.destination.name} ({decision.destination.kind_label})"
        )
    lines += [f"Why: {reason}" for reason in decision.because]
    lines += [f"Open question: {knowledge.facts[name].ask}" for name in decision.missing[:1]]
    lines += [f"{number}. {step}" for number, step in enumerate(decision.path, 1)]
    lines += [f"Caution: {caution}" for caution in decision.cautions]
    if answer.note:
        label = knowledge.notes[decision.note].label if decision.note else "Note for the ticket"
        lines += [f"{label}:", answer.note]
    if answer.entry.sources:
        lines.append("Source: " + "; ".join(f"{source.document}, {source.section}" for source in answer.entry.sources))
    lines.append(f"Owner: {answer.entry.owner}. Last reviewed {answer.entry.reviewed:%d %B %Y}.")
    return "\n".join(lines)
