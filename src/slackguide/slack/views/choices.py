"""Choices to pick from, the honest nothing, and help."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, SectionBlock

from slackguide.guide import BaseOutcome, Choices, NoAnswer, RankedEntry
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.ids import COMMAND, Action
from slackguide.slack.state import Asked
from slackguide.slack.views.answer import alert_blocks
from slackguide.slack.views.card import Card, actions, bulleted, button, paragraph, rich, run, small
from slackguide.slack.words import bold, plain

OFFERED = 4
"""Most entries offered at once."""


def choices_card(choices: Choices, asked: Asked, *, said: str | None = None) -> Card:
    """Two to four entries: the agent picks."""
    return _pick("Which of these is it?", choices, choices.matches[: choices.offered], asked, said)


def nothing_card(nothing: NoAnswer, asked: Asked, *, said: str | None = None) -> Card:
    """Nothing fits: says so, offers what came near, and says what to do."""
    near = tuple(match for match in nothing.matches if match.id not in asked.passed)[:3]
    title = "I have nothing in the guides for this."
    advice = "Say it in other words, with what happened and what the person wants. Or ask your Team Lead."
    blocks: list[Block] = [small(said)] if said else []
    blocks += alert_blocks(nothing, asked)
    blocks += [SectionBlock(text=bold(title)), SectionBlock(text=plain(advice))]
    lines = [*(f"Alert: {alert.message}" for alert in nothing.alerts), title, advice]
    if near:
        blocks += [small("These came nearest, but not near enough to be sure:"), *_rows(near, asked)]
        lines += [f"Near: {match.title}" for match in near]
    return Card("\n".join(lines), tuple(blocks))


def next_matches_card(found: BaseOutcome, asked: Asked) -> Card:
    """After “Not this”: the next matches, or that there are none; an alert stays."""
    left = tuple(match for match in found.matches if match.id not in asked.passed)[:OFFERED]
    if not left:
        nothing = NoAnswer(0.0, (), found.alerts)
        return nothing_card(nothing, asked, said="Noted: that was not it. There are no further matches.")
    found = Choices(left[0].confidence, left, found.alerts, offered=len(left))
    return _pick("Noted: that was not it. Is it one of these?", found, left, asked, None)


def _pick(title: str, found: Choices, offered: tuple[RankedEntry, ...], asked: Asked, said: str | None) -> Card:
    blocks: list[Block] = [small(said)] if said else []
    blocks += alert_blocks(found, asked)
    blocks += [SectionBlock(text=bold(title)), *_rows(offered, asked)]
    blocks.append(actions([button("None of these", Action.NONE_OF_THESE, asked.encoded())]))
    lines = [*(f"Alert: {alert.message}" for alert in found.alerts), title, *(match.title for match in offered)]
    return Card("\n".join(lines), tuple(blocks))


def _rows(matches: tuple[RankedEntry, ...], asked: Asked) -> list[Block]:
    return [
        SectionBlock(
            text=plain(match.title),
            accessory=button(
                "Open", f"{Action.CHOOSE}:{number}", asked.encoded(o=match.id), says=f"Open: {match.title}"
            ),
        )
        for number, match in enumerate(matches)
    ]


def help_card(knowledge: KnowledgeBase) -> Card:
    """What can be asked, and how."""
    items = [
        (f"{COMMAND} client wants mediation, hourly, paid 12 days ago", "answers with the steps and the queue"),
        (COMMAND, "opens a form to type a longer question into"),
        (f"{COMMAND} escalate", "lets you choose an escalation form"),
        *((f"{COMMAND} escalate {id}", f"opens the form “{form.title}”") for id, form in knowledge.forms.items()),
        (f"{COMMAND} help", "shows this"),
    ]
    more = (
        "You can also write to me in a direct message, as you would to a colleague; follow-ups in the thread count. "
        "Say what happened, who asks and what they want. I answer from the guides alone, or say that I am not sure."
    )
    blocks: list[Block] = [
        SectionBlock(text=bold("slackguide tells you where a concern goes")),
        rich(bulleted([[run(typed, strong=True), run(f": {does}.")] for typed, does in items])),
        rich(paragraph(run(more))),
    ]
    return Card("\n".join([*(f"{typed}: {does}." for typed, does in items), more]), tuple(blocks))


def choose_form_card(knowledge: KnowledgeBase) -> Card:
    """The forms to choose from."""
    blocks: list[Block] = [SectionBlock(text=bold("Which form?"))]
    for number, (id, form) in enumerate(knowledge.forms.items()):
        text = f"{form.title}, to {form.channel}. {form.intro or ''}"
        blocks.append(
            SectionBlock(
                text=plain(text), accessory=button("Open", f"{Action.CHOOSE_FORM}:{number}", id, says=form.title)
            )
        )
    lines = [f"{COMMAND} escalate {id}: {form.title}" for id, form in knowledge.forms.items()]
    return Card("\n".join(["Which form?", *lines]), tuple(blocks))
