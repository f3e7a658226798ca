"""`slackguide triage`: print the decision table of an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.text import Text

from slackguide.cli.guides import load_base
from slackguide.cli.options import DEFAULT_KNOWLEDGE, JsonOption, KnowledgeOption, parse_fact_options
from slackguide.cli.output import fail, out, print_json
from slackguide.guide import destination_json
from slackguide.knowledge import Entry, KnowledgeBase, Rule, did_you_mean
from slackguide.knowledge.conditions import FactValue, OneOf, Within
from slackguide.triage import Triage
from slackguide.triage.cells import Cell, satisfies
from slackguide.triage.decision_table import DecisionTable
from slackguide.triage.mermaid import flowchart
from slackguide.triage.regions import cell_labels, describe_cells
from slackguide.triage.table_rows import TableRow, table_rows


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def triage(
        id: Annotated[str, typer.Argument(metavar="ID", help="The id of the entry, like network/vpn.")],
        fact: Annotated[
            list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="A known fact; may be repeated.")
        ] = None,
        mermaid: Annotated[
            bool, typer.Option("--mermaid", help="Print a Mermaid flowchart of the questions, for Markdown viewers.")
        ] = False,
        json: JsonOption = False,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
    ) -> None:
        """Print the decision table of an entry: every case, the rule that decides it, and its source.

        Exits 0, or 2 if there is no such entry or fact, or the knowledge base is invalid.
        """
        if mermaid and json:
            fail("--mermaid and --json exclude each other: use one of them.")
        base = load_base(knowledge)
        if id not in base.entries:
            fail(f"unknown entry `{id}`{did_you_mean(id, base.entries)}")
        entry, table = base.entries[id], Triage(base).table(id)
        known_facts = parse_fact_options(fact or (), base.facts)
        if mermaid:
            typer.echo(flowchart(table, entry, known_facts, base.facts))
        elif json:
            print_json(_document(entry, table, known_facts, base))
        else:
            _print(entry, table, known_facts, base)


def _print(entry: Entry, table: DecisionTable, known_facts: Mapping[str, FactValue], knowledge: KnowledgeBase) -> None:
    out.print(Text.assemble((entry.title, "bold"), "  ", (entry.id, "dim")))
    for label, given in (("Fixed by the concern", entry.fixes), ("Assumed unless stated", entry.assumes)):
        unknown_facts = [test for test in given if test.fact in table.facts and test.fact not in known_facts]
        if unknown_facts:
            text = ", ".join(describe_cells(test.fact, _cells(test, table), knowledge.facts) for test in unknown_facts)
            out.print(Text(f"{label}: {text}.", style="cyan"))
    if entry.urgent:
        out.print(Text("Critical: answered immediately; facts only refine the answer.", style="cyan"))
    for expected, part in groupby(table_rows(table, entry, known_facts, knowledge.facts), key=lambda row: row.expected):
        if not expected:
            out.print(Text("\nIf an agent states otherwise:", style="bold"))
        for _, cases in groupby(part, key=lambda row: row.rule.location):
            _print_rule(list(cases), entry, knowledge)


def _print_rule(cases: Sequence[TableRow], entry: Entry, knowledge: KnowledgeBase) -> None:
    rule = cases[0].rule
    out.print(Text(f"\n{rule.goes_to}", style="bold green"))
    for row in cases:
        out.print(Text(f"  - {_describe_row(row, knowledge)}"))
    for reason in (rule.not_eligible, rule.instead and f"Instead: {rule.instead}", rule.because):
        if reason:
            out.print(Text(f"  {reason[0].upper()}{reason[1:]}", style="cyan"))
    sources = "; ".join(f"{source.document}, {source.section}" for source in _sources(rule, entry))
    out.print(Text(f"  {rule.line}  {sources}", style="dim"))


def _describe_row(row: TableRow, knowledge: KnowledgeBase) -> str:
    return ", ".join(describe_cells(name, cells, knowledge.facts) for name, cells in row.when.items()) or "every case"


def _cells(test: OneOf | Within, table: DecisionTable) -> list[Cell]:
    return [cell for cell in table.cells[table.facts.index(test.fact)] if satisfies(test, cell)]


def _sources(rule: Rule, entry: Entry) -> tuple[Any, ...]:
    return (rule.source,) if rule.source else entry.sources


def _document(
    entry: Entry, table: DecisionTable, known_facts: Mapping[str, FactValue], knowledge: KnowledgeBase
) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "facts": [name for name in knowledge.facts if name in table.facts],
        "fixes": _format_tests(entry.fixes, table),
        "assumes": _format_tests(entry.assumes, table),
        "told": dict(known_facts),
        "rows": [_row(row, entry) for row in table_rows(table, entry, known_facts, knowledge.facts)],
    }


def _format_tests(tests: Iterable[OneOf | Within], table: DecisionTable) -> dict[str, list[str]]:
    return {test.fact: list(cell_labels(_cells(test, table))) for test in tests if test.fact in table.facts}


def _row(row: TableRow, entry: Entry) -> dict[str, Any]:
    rule = row.rule
    return {
        "when": {name: list(cell_labels(cells)) for name, cells in row.when.items()},
        "expected": row.expected,
        "destination": destination_json(rule.target),
        "also": [destination_json(target) for target in rule.also],
        "not_eligible": rule.not_eligible,
        "instead": rule.instead,
        "because": rule.because,
        "sources": [{"document": source.document, "section": source.section} for source in _sources(rule, entry)],
        "line": rule.line,
    }
