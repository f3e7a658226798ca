"""The answer card: at most 60 words before anything is opened, destination first."""

from __future__ import annotations

from dataclasses import replace

from slack_sdk.models.blocks import Block, ButtonElement, ContextBlock, SectionBlock

from slackguide.guide import Answer, BaseOutcome
from slackguide.knowledge import Destination, KnowledgeBase
from slackguide.knowledge.forms import Form
from slackguide.slack.button_payloads import AnswerPayload, AnswerState, ChooseEntryPayload, EscalatePayload, Section
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import escape, mrkdwn, plain
from slackguide.slack.views.blocks import RenderedMessage, actions, button, context, header
from slackguide.slack.views.card_sections import open_section, section_button
from slackguide.slack.views.question import answer_buttons, checklist, facts_line, hint_of, possibilities
from slackguide.triage import Triage

MOST_BUTTONS = 7
"""Maximum number of buttons before anything is opened."""

QUOTED_WORDS = 12
"""Maximum number of words that the card repeats of the question."""

QUOTED_CHARACTERS = 90
"""Maximum number of characters that the card repeats of the question."""


def answer_card(
    answer: Answer,
    state: AnswerState,
    knowledge: KnowledgeBase,
    triage: Triage,
    *,
    notice: str | None = None,
    confirmation: str | None = None,
) -> RenderedMessage:
    """Return the card of an answer.

    `notice` is a line at the top about the last click, `confirmation` one below the buttons.
    """
    state = replace(state, entry=answer.entry.id)
    question = answer.decision.question
    blocks: list[Block] = [context(notice)] if notice else []
    blocks += alert_blocks(answer, state, knowledge)
    blocks += quoted_question(state)
    if answer.entry.act_now:
        blocks += _act_now(answer)
    elif question is not None:
        blocks += _question(answer, question, knowledge)
    else:
        blocks += _destination(answer, triage)
    if answer.decision.top_warning and not answer.entry.act_now:
        blocks.append(SectionBlock(text=plain(f"⚠ {answer.decision.top_warning}")))
    blocks += _buttons(answer, state, question, knowledge, triage)
    blocks += open_section(answer, state, knowledge)
    if confirmation:
        blocks.append(context(confirmation))
    if not answer.entry.act_now:
        blocks += facts_line(answer, state, knowledge)
    blocks += _runner_up(answer, state)
    return RenderedMessage(answer_text(answer, knowledge), tuple(blocks))


def alert_blocks(outcome: BaseOutcome, state: AnswerState, knowledge: KnowledgeBase) -> list[Block]:
    """Return the alerts of an outcome, each with a button that opens its entry."""
    return [
        SectionBlock(
            text=plain(f"⚠ {knowledge.entries[alert.id].title}? {alert.message}"),
            accessory=button(
                "Open this first",
                f"{Action.OPEN_ALERT}:{number}",
                ChooseEntryPayload(replace(state, section=None), alert.id).encode(),
                style="danger",
                says=f"Open: {knowledge.entries[alert.id].title}",
            ),
        )
        for number, alert in enumerate(outcome.alerts)
    ]


def quoted_question(state: AnswerState) -> list[Block]:
    """Return a line with the beginning of what was asked, or nothing if the entry was opened without a text."""
    words = (state.part or state.text).split()
    if not words:
        return []
    quoted = " ".join(words[:QUOTED_WORDS])
    shortened = len(words) > QUOTED_WORDS or len(quoted) > QUOTED_CHARACTERS
    quoted = quoted[:QUOTED_CHARACTERS].rstrip(" ,;:.…") if shortened else quoted
    return [context(f"You asked: {quoted}{'…' if shortened else ''}")]


def _act_now(answer: Answer) -> list[Block]:
    lines = "\n".join(f"{number}. {escape(line)}" for number, line in enumerate(answer.entry.act_now, 1))
    return [header(f"{answer.entry.title}: act now"), SectionBlock(text=mrkdwn(lines)), *_also(answer)]


def _question(answer: Answer, name: str, knowledge: KnowledgeBase) -> list[Block]:
    return [
        header(knowledge.facts[name].ask),
        context(f"{answer.entry.title} · {hint_of(answer, name, knowledge)}"),
    ]


def _destination(answer: Answer, triage: Triage) -> list[Block]:
    decision, target = answer.decision, answer.decision.destination
    if target is None:
        return [header("It depends"), context(answer.entry.title), *possibilities(answer, triage)]
    blocks: list[Block] = [
        header(target.name),
        ContextBlock(elements=[mrkdwn(" · ".join((escape(answer.entry.title), *_kind_and_contacts(target))))]),
    ]
    blocks += _also(answer)
    if decision.reason:
        blocks.append(SectionBlock(text=plain(_sentence(decision.reason))))
    if decision.instead:
        blocks.append(SectionBlock(text=mrkdwn(f"*Instead:* {escape(decision.instead)}")))
    elif target.kind == "self" and decision.path:
        blocks.append(SectionBlock(text=plain(decision.path[0])))
    return blocks


def _also(answer: Answer) -> list[Block]:
    """Return a line for each further destination."""
    return [
        SectionBlock(text=mrkdwn(" · ".join((f"*Also:* {escape(target.name)}", *_kind_and_contacts(target)))))
        for target in answer.decision.also
    ]


def _kind_and_contacts(target: Destination) -> list[str]:
    """Return the kind of a destination and the ways to reach it, as mrkdwn."""
    if target.kind == "not_eligible":
        return []
    kind = " ".join(filter(None, (target.icon, target.kind_label)))
    ways = [f"<{escape(value)}>" if name == "url" else escape(value) for name, value in target.contacts.items()]
    return [escape(kind), *ways]


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _buttons(
    answer: Answer, state: AnswerState, question: str | None, knowledge: KnowledgeBase, triage: Triage
) -> list[Block]:
    """Return the answers to the question, and the row of actions. What has no room is one click away, under “More”."""
    answers = answer_buttons(answer, state, question, knowledge, triage) if question else []
    main = _main_actions(answer, state, question, knowledge)
    room = MOST_BUTTONS - 1  # for “More”
    answers, crowded_out = answers[:room], answers[room:]
    room -= len(answers)
    row = [*main[:room], section_button("More", Section.MORE, state, closes="Less")]
    blocks: list[Block] = checklist(question, knowledge) if question else []
    blocks += [actions(answers)] if answers else []
    blocks.append(actions(row))
    if state.section is Section.MORE:
        blocks.append(actions([*crowded_out, *main[room:], *_further_actions(answer, state, knowledge)]))
    return blocks


def _main_actions(
    answer: Answer, state: AnswerState, question: str | None, knowledge: KnowledgeBase
) -> list[ButtonElement]:
    """Return the actions of the first row, the most useful first."""
    decision = answer.decision
    found: list[ButtonElement] = []
    if answer.entry.urgent and knowledge.team_lead_groups:
        value = AnswerPayload(replace(state, section=None)).encode()
        found.append(button("Tell my Team Lead", Action.TELL_TEAM_LEAD, value, style="danger"))
    if answer.entry.script:
        found.append(section_button("Words to say", Section.SCRIPT, state, closes="Hide the words"))
    form = _form_to_ask(answer, knowledge)
    if form is not None and _is_next_step(form, decision.destination):
        found.append(_ask_button(form, answer, state, style="primary"))
    if decision.path:
        label = f"Steps so far ({len(decision.path)})" if question else f"Steps ({len(decision.path)})"
        found.append(section_button(label, Section.STEPS, state, closes="Hide the steps"))
    if question is None and answer.note and not answer.entry.act_now:
        found.append(section_button("Note for the ticket", Section.NOTE, state, closes="Hide the note"))
    found.append(_not_this(answer, state))
    return found


def _further_actions(answer: Answer, state: AnswerState, knowledge: KnowledgeBase) -> list[ButtonElement]:
    """Return the actions under “More”."""
    value = AnswerPayload(replace(state, section=None)).encode()
    found: list[ButtonElement] = []
    if answer.note and answer.entry.act_now:
        found.append(section_button("Note for the ticket", Section.NOTE, state))
    if answer.facts:
        found.append(section_button("Change a fact", Section.FACTS, state))
    found.append(section_button("Cautions and sources", Section.DETAILS, state))
    form = _form_to_ask(answer, knowledge)
    if form is not None and not _is_next_step(form, answer.decision.destination):
        found.append(_ask_button(form, answer, state))
    return [
        *found,
        button("Helpful", Action.HELPFUL, value),
        button("Not helpful", Action.NOT_HELPFUL, value),
    ]


def _form_to_ask(answer: Answer, knowledge: KnowledgeBase) -> Form | None:
    """Return the form of the answer; none if the case is not eligible, because then nobody has to be asked."""
    target = answer.decision.destination
    if answer.decision.form is None or (target is not None and target.kind == "not_eligible"):
        return None
    return knowledge.forms[answer.decision.form]


def _is_next_step(form: Form, target: Destination | None) -> bool:
    """Return whether the destination is the channel that the form posts to."""
    return target is not None and target.kind == "slack_channel" and target.name.lstrip("#") == form.channel


def _ask_button(form: Form, answer: Answer, state: AnswerState, *, style: str | None = None) -> ButtonElement:
    value = EscalatePayload(replace(state, section=None), answer.decision.form or "").encode()
    return button(f"Ask #{form.channel}", Action.ESCALATE, value, style=style, says=f"Open the form {form.title}")


def _not_this(answer: Answer, state: AnswerState) -> ButtonElement:
    value = AnswerPayload(replace(state, section=None)).encode()
    if state.chosen and state.text:
        return button("Back", Action.GO_BACK, value, says="Back to what it was chosen from")
    label = "Not about this" if answer.entry.act_now else "Not this"
    return button(label, Action.NOT_THIS, value, says=f"{label}: show the next matches")


def _runner_up(answer: Answer, state: AnswerState) -> list[Block]:
    """Return the second match, if the first is not certain."""
    second = answer.runner_up
    if second is None:
        return []
    value = ChooseEntryPayload(replace(state, section=None), second.id).encode()
    open_it = button("Open", f"{Action.CHOOSE}:1", value, says=f"Open: {second.title}")
    return [SectionBlock(text=mrkdwn(f"Not this? *{escape(second.title).replace('*', '')}*"), accessory=open_it)]


def answer_text(answer: Answer, knowledge: KnowledgeBase) -> str:
    """Return the answer in one or two sentences, for notifications and screen readers."""
    decision, target, title = answer.decision, answer.decision.destination, answer.entry.title
    question = decision.question
    also = "".join(f" Also: {other.name}." for other in decision.also)
    if answer.entry.act_now and target is not None:
        text = f"{answer.entry.act_now[0]} {target.name}.{also}"
    elif answer.entry.urgent and target is not None:
        text = f"{decision.top_warning or decision.path[0]} {target.name}.{also}"
    elif question is not None:
        text = f"{knowledge.facts[question].ask} {title}."
    elif target is None:
        text = f"It depends. {title}."
    elif target.kind == "not_eligible":
        text = f"{target.name}. {_sentence(decision.reason or title)}"
    else:
        text = f"{target.name}.{also} {title}."
    return " ".join([text, *(f"Alert: {knowledge.entries[alert.id].title}." for alert in answer.alerts)])
