"""`slackguide sources`: print the sections of the source documents, and the entries written from them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from slackguide.cli.guides import load_base
from slackguide.cli.options import DEFAULT_KNOWLEDGE, JsonOption, KnowledgeOption
from slackguide.cli.output import fail, out, print_json
from slackguide.knowledge import KnowledgeBase, did_you_mean


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def sources(
        document: Annotated[
            str | None,
            typer.Argument(metavar="[DOCUMENT]", help="The id of a source document. Default: every document."),
        ] = None,
        json: JsonOption = False,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
    ) -> None:
        """Print the sections of a source document, the entries that cite each, and the sections that none cites.

        Exits 0, or 2 if there is no such document or the knowledge base is invalid.
        """
        base = load_base(knowledge)
        if document is not None and document not in base.documents:
            fail(f"unknown document `{document}`{did_you_mean(document, base.documents)}")
        found = {id: entries_by_section(base, id) for id in base.documents if document in (None, id)}
        if json:
            print_json(found)
            return
        for id, sections in found.items():
            _print(id, sections, base)


def entries_by_section(knowledge: KnowledgeBase, id: str) -> dict[str, list[str]]:
    """Return the sections of a document, each with the ids of the entries that cite it, or whose rules do."""
    document = knowledge.documents[id]
    sections: dict[str, list[str]] = {section: [] for section in document.sections}
    for entry in knowledge.entries.values():
        cited = (*entry.sources, *(rule.source for rule in entry.rules if rule.source))
        for section in dict.fromkeys(one.section for one in cited if one.document == document.title):
            sections.setdefault(section, []).append(entry.id)
    return sections


def _print(id: str, sections: dict[str, list[str]], knowledge: KnowledgeBase) -> None:
    document = knowledge.documents[id]
    out.print(Text.assemble((document.title, "bold"), "  ", (id, "dim")))
    for section, entries in sections.items():
        out.print(Text.assemble(("  " + section, "" if entries else "yellow"), ": ", ", ".join(entries) or "no entry"))
    unused = sum(not entries for entries in sections.values())
    if document.sections:
        out.print(Text(f"{unused} of {len(sections)} sections are cited by no entry.\n", style="dim"))
    else:
        out.print(Text("Its `sections` are not listed, so those that no entry cites are unknown.\n", style="dim"))
