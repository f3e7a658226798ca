"""`slackguide chat`: a conversation in the terminal, as in a direct message."""

from __future__ import annotations

import sys

import typer
from rich.text import Text

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
    today_or,
)
from slackguide.cli.output import out, print_json_line, printable
from slackguide.guide import Answer, Guide, Reply, TurnKind, reply_json
from slackguide.text import replace_surrogates

PROMPT = "> "


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def chat(
        as_role: RoleOption = "agent",
        today: DayOption = None,
        time: TimeOption = None,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
        json: JsonOption = False,
    ) -> None:
        """Talk with the bot: each line of standard input is a message. An empty line begins another conversation.

        With --json, one JSON document for each message.
        """
        guide, day = guide_at(guide_of(load_base(knowledge)), today, time), today_or(today)
        asker = asker_of(as_role, guide.knowledge)
        turns: list[str] = []
        while (line := _read()) is not None:
            text = replace_surrogates(line.strip())
            if not text:
                turns = []
                continue
            reply = guide.reply_to(turns, text, asker, today=day)
            turns.append(text)
            if json:
                print_json_line(reply_json(reply))
            else:
                print_reply(reply, guide, command=route_command(knowledge))


def _read() -> str | None:
    """Return the next line; None at the end. People see a prompt."""
    if sys.stdin.isatty():
        sys.stderr.write(PROMPT)
        sys.stderr.flush()
    return sys.stdin.readline() or None


def print_reply(reply: Reply, guide: Guide, *, command: str) -> None:
    """Print what a turn changed, what answers a question, or the whole answer. `command`: as in `print_card`."""
    facts = guide.knowledge.facts
    for change in reply.changes:
        new = "no longer taken" if change.new is None else facts[change.fact].value_label(change.new)
        out.print(Text(f"Changed: {facts[change.fact].value_label(change.old)} → {new}", style="bold yellow"))
    if reply.kind is TurnKind.UNCLEAR and reply.conversation.topic.is_open:
        out.print(Text("I do not understand that about this case. It stays as it was.", style="bold"))
    elif reply.passages:
        for passage in reply.passages:
            out.print(Text(printable(passage)))
    elif reply.subject in ("script", "duration") and isinstance(reply.outcome, Answer):
        out.print(Text("The guides do not say.", style="bold"))
    else:
        print_card(reply.outcome, guide, text=reply.conversation.topic.text, command=command)
