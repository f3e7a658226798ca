"""`slackguide route`: what the bot would answer."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from slackguide.cli.card import print_card
from slackguide.cli.facts import told_facts
from slackguide.cli.options import DEFAULT_KNOWLEDGE, JsonOption, KnowledgeOption
from slackguide.cli.output import WRONG_USE, err, fail, print_json, print_json_line
from slackguide.errors import UnusableInput
from slackguide.guide import Asker, Concern, Guide, document
from slackguide.knowledge import Role
from slackguide.triage import checked, sound

ROLES: tuple[Role, ...] = ("agent", "team_lead")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def route(
        text: Annotated[list[str] | None, typer.Argument(help="The concern, in the agent's own words.")] = None,
        fact: Annotated[
            list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="A known fact; may be repeated.")
        ] = None,
        entry: Annotated[
            str | None, typer.Option("--entry", metavar="ID", help="Answer from this entry: triage alone.")
        ] = None,
        batch: Annotated[
            Path | None,
            typer.Option(
                "--batch", metavar="FILE", help="JSON Lines with text, entry or both, and facts; - for input."
            ),
        ] = None,
        as_role: Annotated[str, typer.Option("--as", metavar="ROLE", help="agent or team_lead.")] = "agent",
        today: Annotated[
            str | None, typer.Option("--today", metavar="YYYY-MM-DD", help="The day that dates are counted from.")
        ] = None,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
        json: JsonOption = False,
    ) -> None:
        """Answer a concern as the bot would: the process path and the one right destination.

        Exits 0 whatever the outcome, 2 where the input cannot be used.
        """
        asker, day = Asker(_role(as_role)), _day(today)
        if batch is not None:
            if text or entry or fact:
                fail("--batch takes its texts, entries and facts from the file: give it alone.")
            lines = list(_lines(batch))
            _run_batch(Guide(sound(knowledge)), lines, asker, day)
            return
        if not text and entry is None:
            fail("nothing to answer: give the concern in words, --entry ID or --batch FILE.")
        guide = Guide(sound(knowledge))
        concern = Concern(text=" ".join(text or ()), facts=told_facts(fact or (), guide.knowledge.facts), entry=entry)
        outcome = guide.answer(concern, asker, today=day)
        if json:
            print_json(document(outcome))
        else:
            print_card(outcome, guide, concern)


def _role(name: str) -> Role:
    for role in ROLES:
        if role == name:
            return role
    fail(f"`{name}` is no role: --as takes agent or team_lead.")


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011 - the day where the person sits
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"`{text}` is no day: --today takes YYYY-MM-DD, like 2026-11-21.")


def _lines(path: Path) -> Iterator[str]:
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        yield from content.decode("utf-8-sig").split("\n")
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        fail(f"{path} is not UTF-8: save it as UTF-8.")


def _run_batch(guide: Guide, lines: Iterable[str], asker: Asker, today: date) -> None:
    """One result a line, in order; a line that cannot be used gives `{"error": …}` in its place, and exit status 2."""
    broken = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            result = document(guide.answer(_concern(line, guide), asker, today=today))
        except UnusableInput as error:
            broken += 1
            result = {"error": f"line {number}: {error}"}
            err.print(f"slackguide: line {number}: {error}", markup=False)
        print_json_line(result)
    if broken:
        raise typer.Exit(WRONG_USE)


def _concern(line: str, guide: Guide) -> Concern:
    try:
        given: Any = json_module.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnusableInput("not valid JSON") from error
    if not isinstance(given, dict) or not (given.keys() & {"text", "entry"}):
        raise UnusableInput('give "text", "entry" or both')
    text, entry, facts = given.get("text") or "", given.get("entry"), given.get("facts") or {}
    if not isinstance(text, str) or not isinstance(entry, str | None) or not isinstance(facts, Mapping):
        raise UnusableInput('"text" and "entry" are texts, "facts" is an object')
    return Concern(text, checked(facts, guide.knowledge.facts), entry)
