"""`slackguide triage`: the whole decision table of an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.text import Text

from slackguide.cli.facts import told_facts
from slackguide.cli.options import DEFAULT_KNOWLEDGE, JsonOption, KnowledgeOption
from slackguide.cli.output import fail, out, print_json
from slackguide.knowledge import Entry, KnowledgeBase, Rule, did_you_mean
from slackguide.knowledge.conditions import FactValue, OneOf, Within
from slackguide.triage import Triage, sound
from slackguide.triage.boxes import values, words
from slackguide.triage.cells import Cell, passes
from slackguide.triage.flowchart import flowchart
from slackguide.triage.rows import Row, rows
from slackguide.triage.table import DecisionTable


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def triage(
        id: Annotated[str, typer.Argument(metavar="ID", help="The entry, like disputes/send-to-mediation.")],
        fact: Annotated[
            list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="A known fact; may be repeated.")
        ] = None,
        mermaid: Annotated[
            bool, typer.Option("--mermaid", help="A flowchart of the questions, as Markdown viewers draw it.")
        ] = False,
        json: JsonOption = False,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
    ) -> None:
        """Print where the cases of an entry go: every case, the rule that decides it, and its source.

        Exits 0, or 2 where there is no such entry or fact, or the knowledge base is not sound.
        """
        if mermaid and json:
            fail("--mermaid and --json are two ways to print the same: give one of them.")
        base = sound(knowledge)
        if id not in base.entries:
            fail(f"unknown entry `{id}`{did_you_mean(id, base.entries)}")
        entry, table = base.entries[id], Triage(base).table(id)
        told = told_facts(fact or (), base.facts)
        if mermaid:
            typer.echo(flowchart(table, entry, told, base.facts))
        elif json:
            print_json(_document(entry, table, told, base))
        else:
            _print(entry, table, told, base)


def _print(entry: Entry, table: DecisionTable, told: Mapping[str, FactValue], base: KnowledgeBase) -> None:
    out.print(Text.assemble((entry.title, "bold"), "  ", (entry.id, "dim")))
    for label, given in (("Fixed by the concern", entry.fixes), ("Taken for granted unless told", entry.assumes)):
        untold = [test for test in given if test.fact in table.facts and test.fact not in told]
        if untold:
            said = ", ".join(words(test.fact, _cells(test, table), base.facts) for test in untold)
            out.print(Text(f"{label}: {said}.", style="cyan"))
    if entry.urgent:
        out.print(Text("Critical: answered at once; the facts only add to the answer.", style="cyan"))
    for expected, part in groupby(rows(table, entry, told, base.facts), key=lambda row: row.expected):
        if not expected:
            out.print(Text("\nWhere an agent says otherwise:", style="bold"))
        for _, cases in groupby(part, key=lambda row: row.rule.location):
            _print_rule(list(cases), entry, base)


def _print_rule(cases: Sequence[Row], entry: Entry, base: KnowledgeBase) -> None:
    rule = cases[0].rule
    out.print(Text(f"\n{rule.target.name}", style="bold green"))
    for row in cases:
        out.print(Text(f"  - {_said(row, base)}"))
    for reason in (rule.not_eligible, rule.instead and f"Instead: {rule.instead}", rule.because):
        if reason:
            out.print(Text(f"  {reason[0].upper()}{reason[1:]}", style="cyan"))
    sources = "; ".join(f"{source.document}, {source.section}" for source in _sources(rule, entry))
    out.print(Text(f"  {rule.line}  {sources}", style="dim"))


def _said(row: Row, base: KnowledgeBase) -> str:
    return ", ".join(words(name, cells, base.facts) for name, cells in row.when.items()) or "every case"


def _cells(test: OneOf | Within, table: DecisionTable) -> list[Cell]:
    return [cell for cell in table.cells[table.facts.index(test.fact)] if passes(test, cell)]


def _sources(rule: Rule, entry: Entry) -> tuple[Any, ...]:
    return (rule.source,) if rule.source else entry.sources


def _document(entry: Entry, table: DecisionTable, told: Mapping[str, FactValue], base: KnowledgeBase) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "facts": [name for name in base.facts if name in table.facts],
        "fixes": _given(entry.fixes, table),
        "assumes": _given(entry.assumes, table),
        "told": dict(told),
        "rows": [_row(row, entry) for row in rows(table, entry, told, base.facts)],
    }


def _given(tests: Iterable[OneOf | Within], table: DecisionTable) -> dict[str, list[str]]:
    return {test.fact: list(values(_cells(test, table))) for test in tests if test.fact in table.facts}


def _row(row: Row, entry: Entry) -> dict[str, Any]:
    rule = row.rule
    return {
        "when": {name: list(values(cells)) for name, cells in row.when.items()},
        "expected": row.expected,
        "destination": {"id": rule.target.id, "kind": rule.target.kind, "name": rule.target.name},
        "not_eligible": rule.not_eligible,
        "instead": rule.instead,
        "because": rule.because,
        "sources": [{"document": source.document, "section": source.section} for source in _sources(rule, entry)],
        "line": rule.line,
    }
