"""`slackguide route`: what the bot would answer."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from slackguide.cli.answer_output import print_card
from slackguide.cli.options import (
    DEFAULT_KNOWLEDGE,
    DayOption,
    JsonOption,
    KnowledgeOption,
    RoleOption,
    parse_fact_options,
    today_or,
)
from slackguide.cli.output import WRONG_USE, fail, info, print_json, print_json_line
from slackguide.errors import UnusableInput
from slackguide.guide import Asker, Concern, Guide, outcome_json
from slackguide.text import replace_surrogates
from slackguide.triage import load_verified, parse_facts


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def route(
        text: Annotated[list[str] | None, typer.Argument(help="The concern, in the agent's own words.")] = None,
        fact: Annotated[
            list[str] | None,
            typer.Option("--fact", metavar="NAME=VALUE", help="A known fact of the case; may be repeated."),
        ] = None,
        entry: Annotated[
            str | None, typer.Option("--entry", metavar="ID", help="Answer from this entry: triage alone.")
        ] = None,
        batch: Annotated[
            Path | None,
            typer.Option(
                "--batch",
                metavar="FILE",
                help="Answer every line of a JSON Lines file: text, entry or both, and facts.",
            ),
        ] = None,
        as_role: RoleOption = "agent",
        today: DayOption = None,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
        json: JsonOption = False,
    ) -> None:
        """Answer a concern as the bot would: the process path and the one right destination.

        Exits 0 whatever the outcome, 2 where the input cannot be used.
        """
        asker, day = Asker(as_role), today_or(today)
        if batch is not None:
            if text or entry or fact:
                fail("--batch takes its texts, entries and facts from the file: give it alone.")
            lines = list(_lines(batch))
            _run_batch(Guide(load_verified(knowledge)), lines, asker, day)
            return
        if not text and entry is None:
            fail("nothing to answer: give the concern in words, --entry ID or --batch FILE.")
        guide = Guide(load_verified(knowledge))
        concern = Concern(
            replace_surrogates(" ".join(text or ())), parse_fact_options(fact or (), guide.knowledge.facts), entry
        )
        outcome = guide.answer(concern, asker, today=day)
        if json:
            print_json(outcome_json(outcome))
        else:
            print_card(outcome, guide)


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
            result = outcome_json(guide.answer(_concern(line, guide), asker, today=today))
        except UnusableInput as error:
            broken += 1
            result = {"error": f"line {number}: {error}"}
            info(f"slackguide: line {number}: {error}")
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
    return Concern(replace_surrogates(text), parse_facts(facts, guide.knowledge.facts), entry)
