"""`slackguide evaluate --conversations`: measure the guide on labelled conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from slackguide.cli.guides import guide_of
from slackguide.cli.output import CHECK_FAILED, fail, info, out, print_json, printable, track
from slackguide.evaluation.conversation_metrics import (
    METRICS,
    Count,
    ObservedTurn,
    is_right,
    measure,
    read_conversations,
    run_conversations,
)
from slackguide.evaluation.gates import read_conversation_gates
from slackguide.evaluation.split import SplitName
from slackguide.guide import Asker
from slackguide.knowledge import KnowledgeBase

MAX_MISSES = 10
"""Maximum turns listed. --json contains all of them."""


def evaluate_conversations(
    base: KnowledgeBase,
    files: Sequence[Path],
    asker: Asker,
    *,
    today: date,
    half: SplitName | None,
    gates: Path | None,
    json: bool,
) -> None:
    """Print the measures, the turns with a wrong entry, and the gates. Exits with status 1 if a gate is missed."""
    wanted = read_conversation_gates(gates) if gates else ()
    conversations = [one for path in files for one in read_conversations(path, split=half)]
    if not conversations:
        fail("no conversations: nothing to measure.")
    progress = track(conversations, "Replying")
    observed = run_conversations(guide_of(base), progress, asker, today=today)
    counts = measure(observed)
    wrong = [one for one in observed if one.turn.ids and not is_right(one)]
    missed = [gate for gate in wanted if not gate.met(_share(counts[gate.metric]))]
    if json:
        shares = {name: {"value": _share(count), "count": count[0], "of": count[1]} for name, count in counts.items()}
        report = {"conversations": len(conversations), "half": half, "measures": shares}
        print_json({**report, "wrong": list(map(_wrong, wrong))})
    else:
        _print(len(conversations), counts, wrong)
    for gate in missed:
        value = _text(counts[gate.metric])
        info(f"missed: {gate.metric} of conversations is {value}, wanted {gate.bound} {gate.value:g}")
    if missed:
        raise typer.Exit(CHECK_FAILED)
    if wanted:
        info(f"All {len(wanted)} gates are met.")


def _print(conversations: int, counts: Mapping[str, Count], wrong: Sequence[ObservedTurn]) -> None:
    out.print(Text(f"{conversations} conversations", style="bold"))
    for name, count in counts.items():
        out.print(Text(f"{name:>15}  {_text(count):>7}  {count[0]} of {count[1]}  {METRICS[name]}"))
    for one in wrong[:MAX_MISSES]:
        got = ", ".join(one.shown) or str(one.reply.kind)
        out.print(Text(f"  {printable(one.turn.text)}: {got}, not {' or '.join(one.turn.ids)}", style="dim"))
    if len(wrong) > MAX_MISSES:
        out.print(Text(f"  … and {len(wrong) - MAX_MISSES} more; --json lists them", style="dim"))


def _share(count: Count) -> float | None:
    return count[0] / count[1] if count[1] else None


def _text(count: Count) -> str:
    share = _share(count)
    return "–" if share is None else f"{share:.1%}"


def _wrong(one: ObservedTurn) -> dict[str, Any]:
    return {"text": one.turn.text, "kind": str(one.reply.kind), "shown": list(one.shown), "ids": list(one.turn.ids)}
