"""Print an outcome of the guide in the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from rich.panel import Panel
from rich.text import Text

from slackguide.cli.options import DEFAULT_KNOWLEDGE
from slackguide.cli.output import out, printable
from slackguide.guide import Answer, Choices, Guide, NoAnswer, Outcome, RankedEntry, Social
from slackguide.knowledge.facts import FactSpec


def route_command(knowledge: Path) -> str:
    """Return the command that asks the same knowledge base."""
    given = "" if knowledge == DEFAULT_KNOWLEDGE else f" --knowledge {shlex.quote(str(knowledge))}"
    return f"slackguide route{given}"


def print_card(outcome: Outcome, guide: Guide, *, text: str, command: str) -> None:
    """Print the outcome in readable form: warnings, destination, steps, note and sources, in this order.

    `text` is what was asked, and `command` the `route_command` of the knowledge base.
    """
    for alert in outcome.alerts:
        out.print(Text(f"! {alert.message} ({alert.id})", style="bold red"))
    match outcome:
        case Answer():
            _print_answer(outcome, guide, text)
        case Choices():
            _print_language(outcome.language)
            for number, concern in enumerate(outcome.concerns, 1):
                line = Text.assemble(
                    (f"Concern {number}: ", "bold"), printable(concern.text), f" → {concern.entry.title}"
                )
                out.print(line)
            out.print(Text("Which of these is it?", style="bold"))
            _print_matches(outcome.matches[: outcome.offered])
            out.print(Text(f"Add detail and ask again, or choose one: {command} --entry ID", style="dim"))
        case NoAnswer():
            _print_language(outcome.language)
            out.print(Text("No entry in the guide matches this text.", style="bold"))
            if outcome.pointer:
                out.print(Text(outcome.pointer, style="green"))
            if near := outcome.near[:3]:
                out.print(Text("Closest entries, below the threshold for an answer:", style="dim"))
                _print_matches(near)
        case Social():
            out.print(Text(outcome.reply, style="bold"))
        case other:
            assert_never(other)


def _print_language(language: str | None) -> None:
    if language:
        out.print(Text(f"This text seems to be in {language}; only English is understood.", style="bold"))


def _print_matches(matches: Sequence[RankedEntry]) -> None:
    for number, match in enumerate(matches, 1):
        out.print(
            Text.assemble(f"  {number}. ", (match.title, "bold"), f"  {match.confidence:.0%}  ", (match.id, "dim"))
        )


def _expected(fact: FactSpec) -> str:
    """Return what answers the question about a fact."""
    if fact.kind == "checklist":
        return f"{'+'.join(fact.values)}, some of them, or none"
    if fact.choices:
        return ", ".join(fact.value_label(choice) for choice in fact.choices)
    return "a date like 2026-11-21" if fact.kind == "date" else f"a number of {fact.unit}" if fact.unit else "a number"


def _print_answer(answer: Answer, guide: Guide, text: str) -> None:
    entry, decision, facts = answer.entry, answer.decision, guide.knowledge.facts
    out.print(Text.assemble((entry.title, "bold"), f"  {answer.confidence:.0%} sure  ", (entry.id, "dim")))
    for warning in decision.warnings:
        out.print(Text(f"! {warning}", style="yellow"))
    if decision.destination is not None:
        target = decision.destination
        lines = [(target.name, "bold green"), *((f"\n{way}: {value}", "") for way, value in target.contacts.items())]
        out.print(Panel(Text.assemble(*lines), title=f"goes to ({target.kind_label})", expand=False), soft_wrap=False)
    for target in decision.also:
        ways = "".join(f", {way}: {value}" for way, value in target.contacts.items())
        out.print(Text(f"Also: {target.name} ({target.kind_label}{ways})", style="green"))
    for reason in decision.because:
        out.print(Text(reason, style="cyan"))
    for number, name in enumerate(decision.missing):
        fact = facts[name]
        order = "Then" if number else "Next"
        out.print(Text(f"{order}: {fact.ask} [{name}: {_expected(fact)}]", style="magenta"))
    for name, question in answer.unclear.items():
        out.print(Text(f"Not clear: {question} [{name}]", style="magenta"))
    for number, step in enumerate(decision.path, 1):
        out.print(Text(f"{number:>3}. {step}"))
    for caution in decision.cautions:
        out.print(Text(f"Caution: {caution}", style="yellow"))
    if answer.note:
        label = guide.knowledge.notes[decision.note].label if decision.note else ""
        out.print(Panel(Text(printable(answer.note, lines=True)), title=label, expand=False), soft_wrap=False)
    if decision.form:
        out.print(Text(f"Form: {decision.form}"))
    for article in entry.see_also:
        out.print(Text(f"See also: {article.title}" + (f" {article.url}" if article.url else "")))
    if words := guide.explain_match(text, entry.id):
        out.print(Text(f"Matched by: {', '.join(words)}", style="dim"))
    for source in entry.sources:
        out.print(Text(f"Source: {source.document}, {source.section}", style="dim"))
    reviewed = f"reviewed {entry.reviewed:%Y-%m-%d}" if entry.reviewed else "not reviewed yet"
    out.print(Text(f"Owner: {entry.owner}, {reviewed}", style="dim"))
