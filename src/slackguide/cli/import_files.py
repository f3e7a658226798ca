"""`slackguide import`: turn spreadsheets, articles and help-desk exports into a knowledge file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from slackguide.cli.options import DayOption, JsonOption, today_or
from slackguide.cli.output import fail, info, print_json, printable, track
from slackguide.errors import UnusableInput
from slackguide.importing.entry_drafts import DraftEntry, Skipped
from slackguide.importing.yaml_writer import Target, Written, destination_key, write_knowledge
from slackguide.knowledge import InvalidKnowledgeError, KnowledgeBase, load
from slackguide.text import counted

SHOWN = 90
"""Maximum characters shown of a part that was not understood."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command("import")
    def import_files(
        files: Annotated[
            list[Path],
            typer.Argument(
                help="Spreadsheets (.csv, .xlsx), articles (.md, .html, .txt), or a JSON export of Zendesk's macros "
                "and triggers.",
                metavar="FILE…",
            ),
        ],
        write: Annotated[
            Path | None,
            typer.Option("--write", metavar="FILE", help="Write the YAML to this new file. Without it: a dry run."),
        ] = None,
        team: Annotated[str, typer.Option("--team", help="The team that answers these concerns.")] = "Support",
        owner: Annotated[str, typer.Option("--owner", help="Who keeps the entries correct.")] = "support-leads",
        today: DayOption = None,
        json: JsonOption = False,
    ) -> None:
        """List what is understood of spreadsheets, articles or an export, and write it as a knowledge file.

        Columns of a spreadsheet: concern, examples, steps, goes to, when, link, named in one of its first five rows. Of
        an article: headings with lists, and tables of concerns and what to do.

        Exits 0, 1 if nothing is understood, or 2 if a file cannot be read or written.
        """
        if write is not None and write.suffix not in (".yaml", ".yml"):
            fail(f"{write} is no name of a knowledge file: it has to end in .yaml.")
        if write is not None and write.exists():
            fail(f"{write} exists already: name a new file.")
        # Imported here so that the other commands start without the parsers of HTML, Markdown and Excel.
        from slackguide.importing.files import read_file

        drafts = [read_file(path) for path in track(files, "Reading")]
        base = _base_beside(write)
        written = write_knowledge(
            [entry for draft in drafts for entry in draft.entries], _target(base, team, owner, today_or(today))
        )
        skipped = [*(one for draft in drafts for one in draft.skipped), *written.skipped]
        entries = [entry for draft in drafts for entry in draft.entries if entry.title in written.destinations]
        if json:
            print_json(
                {"entries": [_entry_json(one) for one in entries], "skipped": [_skipped_json(one) for one in skipped]}
            )
        else:
            _print(entries, skipped, written)
        if not entries:
            fail("nothing was understood, so there is nothing to write.", status=1)
        if write is not None:
            _write(write, written.text)
        elif not json:
            info("Nothing was written: add --write FILE.yaml to write it.")


def _base_beside(write: Path | None) -> KnowledgeBase | None:
    """Return the knowledge base in the folder of the new file, if there is a valid one."""
    if write is None or not write.parent.is_dir():
        return None
    try:
        return load(write.parent)
    except UnusableInput:
        return None
    except InvalidKnowledgeError as error:
        fail(f"{write.parent} has errors, so nothing can be added to it: {error.diagnostics[0]}")


def _target(base: KnowledgeBase | None, team: str, owner: str, day: Any) -> Target:
    if base is None:
        return Target(team, owner, day)
    destinations: dict[str, str] = {}
    for id, destination in base.destinations.items():
        for name in (destination.name, *destination.also, *destination.contacts.values()):
            destinations.setdefault(destination_key(name), id)
    return Target(
        team,
        owner,
        day,
        entry_ids=frozenset(base.entries),
        phrasings=base.phrasing_keys,
        destinations=destinations,
        self_id=next((id for id, one in base.destinations.items() if one.kind == "self"), None),
        names=frozenset((*base.destinations, *base.notes, *base.facts, *base.articles)),
        declares_kinds=bool(base.kinds),
        kinds=frozenset(base.kinds),
    )


def _print(entries: Sequence[DraftEntry], skipped: Sequence[Skipped], written: Written) -> None:
    steps = sum(len(entry.steps) for entry in entries)
    routed = sum(bool(written.destinations[entry.title]) for entry in entries)
    typer.echo(
        f"Understood: {counted(len(entries), 'entry', 'entries')} with {counted(steps, 'step')}; "
        f"{routed} for somebody else."
    )
    for entry in entries:
        goes_to = written.destinations[entry.title] or ("to decide" if entry.todo else "you handle it")
        typer.echo(printable(f"  {entry.title}: {counted(len(entry.steps), 'step')}, {goes_to} ({entry.where})"))
        for text in entry.todo:
            typer.echo(printable(f"      to decide: {text}"))
    typer.echo(f"Not understood: {len(skipped)}.")
    for one in skipped:
        text = one.text if len(one.text) <= SHOWN else f"{one.text[: SHOWN - 1]}…"
        typer.echo(printable(f"  {one.where}: {one.reason}: {text}"))


def _entry_json(entry: DraftEntry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "where": entry.where,
        "examples": entry.examples,
        "steps": entry.steps,
        "goes_to": [{"to": route.goes_to or None, "when": route.when or None} for route in entry.routes],
        "links": [url for _, url in entry.links],
        "todo": entry.todo,
    }


def _skipped_json(one: Skipped) -> dict[str, str]:
    return {"where": one.where, "text": one.text, "reason": one.reason}


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.")
    info(f"{path} is written. Read each entry and mend it, then: slackguide check {path.parent}")
