"""The next question of a card, the known facts in a line, and the branches if nothing more can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, CheckboxesElement, Option

from slackguide.guide import Answer
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.checklists import NONE, value_of
from slackguide.knowledge.conditions import FactValue
from slackguide.slack.button_payloads import AnswerState, SetFactPayload, UnknownFactPayload
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import OPTION_LIMIT, plain
from slackguide.slack.views.blocks import bulleted, button, context, paragraph, rich_text, rich_text_block
from slackguide.triage import Triage
from slackguide.triage.explanations import describe_fact

NAMED_DESTINATIONS = 3
"""Maximum number of possible destinations that a question names."""


def hint_of(answer: Answer, name: str, knowledge: KnowledgeBase) -> str:
    """Return what helps to answer the question: what is not clear, where to look, and what depends on it."""
    decision = answer.decision
    unclear = answer.unclear.get(name)
    hint = unclear if unclear and unclear != knowledge.facts[name].ask else knowledge.facts[name].help or ""
    destinations = f"Then {decision.reason}." if len(decision.possible) <= NAMED_DESTINATIONS else ""
    left = len(decision.missing) - 1
    more = f"At most {left} more question{'s' if left > 1 else ''}." if left else "The last question."
    return " ".join(filter(None, (hint, destinations, more)))


def answer_buttons(
    answer: Answer, state: AnswerState, name: str, knowledge: KnowledgeBase, triage: Triage
) -> list[ButtonElement]:
    """Return the answers to the question about a fact, the last one “I don't know”."""
    fact = knowledge.facts[name]
    state = replace(state, section=None)
    payload = UnknownFactPayload(state, name).encode()
    unknown = button("I don't know", Action.UNKNOWN_FACT, payload, says=f"{fact.label}: I don't know")
    if fact.kind == "checklist":
        ticked = SetFactPayload(state, name, NONE).encode()
        return [button("Continue with what is ticked", Action.SET_CHECKLIST, ticked), unknown]
    buttons = [
        button(
            label,
            f"{Action.SET_FACT}:{number}",
            SetFactPayload(state, name, value).encode(),
            says=f"{fact.label}: {label}",
        )
        for number, (value, label) in enumerate(_answers(answer, name, knowledge, triage))
    ]
    return [*buttons, unknown]


def checklist(name: str, knowledge: KnowledgeBase) -> list[Block]:
    """Return the items of a checklist to tick; nothing for another fact."""
    fact = knowledge.facts[name]
    if fact.kind != "checklist":
        return []
    options = [Option(text=plain(label, OPTION_LIMIT), value=item) for item, label in fact.item_labels.items()]
    return [
        ActionsBlock(
            block_id=f"{Action.CHECKLIST}:{name}",
            elements=[CheckboxesElement(action_id=Action.CHECKLIST, options=options)],
        )
    ]


def ticked_items(body: Mapping[str, Any]) -> str:
    """Return the value of the checklist in the message or view that was clicked."""
    state = body.get("state") or (body.get("view") or {}).get("state") or {}
    elements = [block[Action.CHECKLIST] for block in (state.get("values") or {}).values() if Action.CHECKLIST in block]
    items = [str(option["value"]) for element in elements for option in element.get("selected_options") or ()]
    return value_of(items, items)


def _answers(answer: Answer, name: str, knowledge: KnowledgeBase, triage: Triage) -> list[tuple[FactValue, str]]:
    """Return the values to choose from: those of a choice, or the ranges that the rules make of a number or date."""
    fact = knowledge.facts[name]
    if not fact.is_ordered:
        return [(value, fact.value_label(value)) for value in fact.choices]
    return [
        (cell.sample_value, cell.describe(fact))
        for cell in triage.cells(answer.entry.id, name, answer.decision.known_facts)
    ]


def facts_line(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    """Return one line with the facts that the answer rests on."""
    known = " · ".join(fact_text(name, value, knowledge) for name, value in answer.decision.known_facts.items())
    taken = ", ".join(answer.decision.taken_as)
    label = "Known" if state.facts else "From your message"
    against = ", ".join(answer.decision.contradicting)
    texts = [
        f"{label}: {known}." if known else "",
        f"Taken as: {taken}." if taken else "",
        f"Does not fit “{answer.entry.title}”: {against}." if against else "",
    ]
    return [context(" ".join(filter(None, texts)))] if any(texts) else []


def fact_text(name: str, value: FactValue, knowledge: KnowledgeBase) -> str:
    """Return a fact in as few words as it can be understood in: `Urgent`, `12 days`, `the person was told`."""
    fact = knowledge.facts[name]
    return describe_fact(name, value, knowledge.facts) if fact.kind == "yes_no" else fact.value_label(value)


def possibilities(answer: Answer, triage: Triage) -> list[Block]:
    """Return every branch of the open questions."""
    items = [
        [rich_text(f"{'; '.join(branch.answers)}: "), rich_text(branch.goes_to, strong=True)]
        for branch in triage.branches(answer.entry.id, answer.decision.known_facts)
    ]
    return [rich_text_block(paragraph(rich_text("Possible destinations", strong=True)), bulleted(items))]
