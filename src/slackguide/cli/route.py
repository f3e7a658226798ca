"""`slackguide route`: answer a concern in the terminal."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from slackguide.cli.answer_output import print_card, route_command
from slackguide.cli.guides import guide_at, guide_of, load_base
from slackguide.cli.options import (
    DEFAULT_KNOWLEDGE,
    DayOption,
    JsonOption,
    KnowledgeOption,
    RoleOption,
    TimeOption,
    asker_of,
    parse_fact_options,
    today_or,
)
from slackguide.cli.output import USAGE_ERROR, fail, info, print_json, print_json_line
from slackguide.errors import UnusableInput
from slackguide.guide import Asker, Concern, Guide, outcome_json, reply_json
from slackguide.text import replace_surrogates
from slackguide.triage import parse_facts


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def route(
        text: Annotated[list[str] | None, typer.Argument(help="The text of the concern.")] = None,
        fact: Annotated[
            list[str] | None,
            typer.Option("--fact", metavar="NAME=VALUE", help="A known fact; may be repeated."),
        ] = None,
        entry: Annotated[
            str | None, typer.Option("--entry", metavar="ID", help="Answer from this entry, without matching.")
        ] = None,
        batch: Annotated[
            Path | None,
            typer.Option(
                "--batch",
                metavar="FILE",
                help="Answer every line of a JSON Lines file. Keys: text, entry or both, and facts; or turns, "
                "the messages of one conversation.",
            ),
        ] = None,
        as_role: RoleOption = "agent",
        today: DayOption = None,
        time: TimeOption = None,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
        json: JsonOption = False,
    ) -> None:
        """Answer a concern like the bot: the process path and the destination.

        Exits 0 for every outcome, 2 if the input is invalid.
        """
        if batch is not None and (text or entry or fact):
            fail("--batch reads texts, entries and facts from the file: pass it without the others.")
        if batch is None and not text and entry is None:
            fail("nothing to answer: pass the text of the concern, --entry ID or --batch FILE.")
        lines = list(_lines(batch)) if batch is not None else []
        guide, day = guide_at(guide_of(load_base(knowledge)), today, time), today_or(today)
        asker = asker_of(as_role, guide.knowledge)
        if batch is not None:
            _run_batch(guide, lines, asker, day)
            return
        concern = Concern(
            replace_surrogates(" ".join(text or ())), parse_fact_options(fact or (), guide.knowledge.facts), entry
        )
        outcome = guide.answer(concern, asker, today=day)
        if json:
            print_json(outcome_json(outcome))
        else:
            print_card(outcome, guide, text=concern.text, command=route_command(knowledge))


def _lines(path: Path) -> Iterator[str]:
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        yield from content.decode("utf-8-sig").split("\n")
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        fail(f"{path} is not UTF-8: save it as UTF-8.")


def _run_batch(guide: Guide, lines: Iterable[str], asker: Asker, today: date) -> None:
    """Print one result per line, in order. An invalid line yields `{"error": …}` and exit status 2."""
    invalid = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            result = _result(line, guide, asker, today)
        except UnusableInput as error:
            invalid += 1
            result = {"error": f"line {number}: {error}"}
            info(f"slackguide: line {number}: {error}")
        print_json_line(result)
    if invalid:
        raise typer.Exit(USAGE_ERROR)


def _result(line: str, guide: Guide, asker: Asker, today: date) -> dict[str, Any]:
    """Return the result of one line: the outcome of a concern, or one result for each turn of a conversation."""
    try:
        fields: Any = json_module.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnusableInput("not valid JSON") from error
    if not isinstance(fields, dict) or not (fields.keys() & {"text", "entry", "turns"}):
        raise UnusableInput('pass "text", "entry" or both, or "turns"')
    if "turns" in fields:
        return {"turns": [reply_json(reply) for reply in guide.replies(_turns(fields), asker, today=today)]}
    return outcome_json(guide.answer(_concern(fields, guide), asker, today=today))


def _turns(fields: Mapping[str, Any]) -> list[str]:
    turns = fields["turns"]
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns) or len(fields) > 1:
        raise UnusableInput('"turns" must be a list of strings, without other keys')
    return [replace_surrogates(turn) for turn in turns]


def _concern(fields: Mapping[str, Any], guide: Guide) -> Concern:
    text, entry, facts = fields.get("text") or "", fields.get("entry"), fields.get("facts") or {}
    if not isinstance(text, str) or not isinstance(entry, str | None) or not isinstance(facts, Mapping):
        raise UnusableInput('"text" and "entry" must be strings, "facts" an object')
    return Concern(replace_surrogates(text), parse_facts(facts, guide.knowledge.facts), entry)
