"""Measure the guide on messages as people send them, on both halves of every set.

    python benchmarks/real_messages.py [--sets short pasted] [--half development] [--by-file] [--json FILE]

Prints one line for each set and half, in percent: an acceptable entry is ranked first, or among the first three;
answered; of the answered, right; nothing shown; the expected calibration error; and the messages split into concerns.
Of messages with two concerns: both are shown, and those with a lone answer. Nothing may be fitted to the report half,
and none of its texts may be read; this script prints totals only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from slackguide.cli.guides import guide_of
from slackguide.evaluation.metrics import calibrate
from slackguide.evaluation.split import SplitName, split_of
from slackguide.guide import Asker, Concern, Guide, outcome_json
from slackguide.triage import load_verified

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 20)
HALVES: tuple[SplitName, ...] = ("development", "report")
SETS = ("short", "pasted", "englishes", "negation", "beside", "two")


@dataclass(frozen=True, slots=True)
class Message:
    """A labelled message. `concerns` holds the acceptable entries of each of its concerns."""

    text: str
    concerns: tuple[frozenset[str], ...]

    @property
    def ids(self) -> frozenset[str]:
        """The entries that are acceptable for any concern. If there are none, the message is out of scope."""
        return frozenset().union(*self.concerns)


@dataclass(frozen=True, slots=True)
class Result:
    """The ids of an outcome for a message."""

    message: Message
    outcome: str
    confidence: float
    ranking: tuple[str, ...]
    shown: tuple[str, ...]
    """The entries that the agent sees: the answer, or the choices of all concerns."""
    is_split: bool

    def is_ranked(self, ranks: int) -> bool:
        """Return whether an acceptable entry is among the first `ranks`."""
        return not self.message.ids.isdisjoint(self.ranking[:ranks])

    @property
    def shows_all(self) -> bool:
        """Whether an acceptable entry of every concern is shown."""
        return all(not concern.isdisjoint(self.shown) for concern in self.message.concerns)


def read_messages(path: Path) -> Iterator[Message]:
    """Yield the messages of a file, labelled with `ids` or `concerns`."""
    for line in path.read_text("utf-8").splitlines():
        stored = json.loads(line)
        concerns = stored["concerns"] if "concerns" in stored else [stored["ids"]]
        yield Message(stored["text"], tuple(frozenset(ids) for ids in concerns))


def files(data: Path, questions: Path) -> dict[str, list[Path]]:
    """Return the files of every set: the messages by kind, and the unseen questions by file."""
    sets = {kind: sorted(data.glob(f"messages_{kind}_*.jsonl")) for kind in SETS}
    return {**sets, **{path.stem: [path] for path in sorted(questions.glob("unseen-*.jsonl"))}}


def ask(guide: Guide, message: Message) -> Result:
    """Return the guide's result for a message."""
    outcome = guide.answer(Concern(message.text), Asker(), today=TODAY)
    shown = outcome_json(outcome)
    ranking = tuple(match.id for match in outcome.matches)
    concerns = tuple(concern["id"] for concern in shown.get("concerns", ()))
    offered = tuple(match["id"] for match in shown["matches"])
    visible = {"answer": ranking[:1], "choices": (*concerns, *offered)}.get(shown["outcome"], ())
    return Result(message, shown["outcome"], outcome.confidence, ranking, visible, bool(concerns))


def measure(results: Sequence[Result]) -> dict[str, float | int | None]:
    """Return the figures of a set as shares of 0 to 1; None if they are a share of nothing."""

    def share(hits: Sequence[bool]) -> float | None:
        return sum(hits) / len(hits) if hits else None

    in_scope = [one for one in results if one.message.ids]
    several = [one for one in in_scope if len(one.message.concerns) > 1]
    answers = [one for one in results if one.outcome == "answer"]
    return {
        "messages": len(results),
        "first": share([one.is_ranked(1) for one in in_scope]),
        "top3": share([one.is_ranked(3) for one in in_scope]),
        "answered": len(answers) / len(results),
        "right": share([one.is_ranked(1) for one in answers]),
        "nothing": sum(one.outcome in ("none", "social") for one in results) / len(results),
        "ece": calibrate((one.confidence, one.is_ranked(1)) for one in results).error,
        "split": sum(one.is_split for one in results) / len(results),
        "both": share([one.shows_all for one in several]),
        "lone": share([one.outcome == "answer" for one in several]),
    }


def main() -> None:
    """Print the table, and write it as JSON if a file is given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--knowledge", type=Path, default=ROOT / "knowledge")
    parser.add_argument("--data", type=Path, default=ROOT / "tests" / "data")
    parser.add_argument("--sets", nargs="+", help="names of sets or parts of them (default: all)")
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--by-file", action="store_true", help="a line for each file instead of each set")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    sets = files(options.data, options.knowledge / "questions")
    if options.by_file:
        sets = {path.stem: [path] for paths in sets.values() for path in paths}
    selected = {name: paths for name, paths in sets.items() if _is_selected(name, options.sets)}
    guide = guide_of(load_verified(options.knowledge))
    guide.triage.precompute()
    report: dict[str, dict[str, Mapping[str, float | int | None]]] = {}
    columns = ("messages", "first", "top3", "answered", "right", "nothing", "ece", "split", "both", "lone")
    print(f"{'set':36s}{'half':13s}" + "".join(f"{column:>9s}" for column in columns))
    for name, paths in selected.items():
        messages = [message for path in paths for message in read_messages(path)]
        for half in (options.half,) if options.half else HALVES:
            results = [ask(guide, message) for message in messages if split_of(message.text) == half]
            if results:
                figures = report.setdefault(name, {})[half] = measure(results)
                print(f"{name:36s}{half:13s}" + "".join(_cell(figures[column]) for column in columns), flush=True)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _is_selected(name: str, wanted: Sequence[str] | None) -> bool:
    return not wanted or any(part in name for part in wanted)


def _cell(value: float | int | None) -> str:
    if value is None:
        return f"{'-':>9s}"
    return f"{value:9d}" if isinstance(value, int) else f"{100 * value:9.1f}"


if __name__ == "__main__":
    main()
