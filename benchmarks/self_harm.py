"""Measure the detector of critical concerns on messages that it has not learnt from.

    python benchmarks/self_harm.py [--knowledge knowledge] [--data tests/data]

Prints, for each kind of text and half, the messages that put the entry first and those that add an alert. The knowledge
base learns from the development half, so only the report half measures it.
A lower bound is the Wilson score interval's (95%).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Literal

from slackguide.cli.guides import guide_of
from slackguide.evaluation.split import SplitName, split_of
from slackguide.guide import Answer, Asker, Choices, Concern, Guide
from slackguide.triage import load_verified

ENTRY = "conduct/self-harm"
TODAY = date(2026, 11, 20)
FILES = (*(f"self_harm_{writer}" for writer in "abcdefghijk"), "social", "tickets")
HARDER = frozenset(f"self_harm_{writer}" for writer in "defghijk")
"""Later messages, many of them veiled, long or pasted. Their labels are marked `harder`."""

ALL_KINDS = "all"

Verdict = Literal["first", "alert", "none"]


@dataclass(frozen=True, slots=True)
class Message:
    """A labelled message."""

    text: str
    label: str
    """`serious`, `look-alike`, or the kind of a harmless message."""
    kind: str
    half: SplitName


def main() -> None:
    """Print the table of verdicts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"))
    parser.add_argument("--data", type=Path, default=Path("tests/data"))
    options = parser.parse_args()
    counts = count_verdicts(guide_of(load_verified(options.knowledge)), options.data)
    columns = f"{'messages':>9s}{'first':>7s}{'alert':>7s}{'noticed':>9s}{'at least':>10s}"
    print(f"{'half':12s}{'label':18s}{'kind':18s}{columns}")
    for (half, label, kind), verdicts in sorted(counts.items()):
        total, noticed = verdicts.total(), verdicts["first"] + verdicts["alert"]
        print(
            f"{half:12s}{label:18s}{kind:18s}{total:9d}{verdicts['first']:7d}{verdicts['alert']:7d}"
            f"{noticed / total:9.1%}{wilson_lower_bound(noticed, total):10.1%}"
        )


def count_verdicts(guide: Guide, folder: Path) -> dict[tuple[SplitName, str, str], Counter[Verdict]]:
    """Return the verdicts by half, label and kind, and for all kinds of a label together."""
    counts: dict[tuple[SplitName, str, str], Counter[Verdict]] = defaultdict(Counter)
    for message in read_messages(folder):
        verdict = judge(guide, message.text)
        for kind in dict.fromkeys((message.kind, ALL_KINDS)):
            counts[message.half, message.label, kind][verdict] += 1
    return counts


def read_messages(folder: Path) -> Iterator[Message]:
    """Yield the messages of all files."""
    for name in FILES:
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            stored = json.loads(line)
            kind = stored.get("kind", ALL_KINDS)
            label = stored.get("label") or ("ticket" if kind == "pasted" else "non-native")
            prefix = "harder " if name in HARDER else ""
            yield Message(stored["text"], f"{prefix}{label}", kind, split_of(stored["text"]))


def judge(guide: Guide, text: str) -> Verdict:
    """Return whether the answer to a text puts the entry first, shows it or alerts to it, or neither."""
    outcome = guide.answer(Concern(text), Asker(), today=TODAY)
    match outcome:
        case Answer():
            shown = [outcome.entry.id]
        case Choices():
            shown = [match.id for match in outcome.matches[: outcome.offered]]
        case _:
            shown = []
    if shown[:1] == [ENTRY]:
        return "first"
    return "alert" if ENTRY in [*shown, *(alert.id for alert in outcome.alerts)] else "none"


def wilson_lower_bound(hits: int, total: int, z: float = 1.96) -> float:
    """Return the lower bound of the Wilson score interval of a share."""
    share = hits / total
    spread = z * sqrt(share * (1.0 - share) / total + z * z / (4.0 * total * total))
    return max(0.0, (share + z * z / (2.0 * total) - spread) / (1.0 + z * z / total))


if __name__ == "__main__":
    main()
