"""From an agent's own words through questions to a destination, compared with what a reader of the guides decided.

A simulated agent types each text of tests/data/end_to_end*.jsonl, answers every question from the true facts or with “I
don't know”, and of several entries opens the one that leads to the right destination, if any (a person reads the
titles). Prints the share of right, wrong and undecided cases and the number of questions, of each file and of all, and
each case that is not right. The cases of the half `report` are not to be read: use `--quiet` with it.

    python benchmarks/end_to_end.py [--half development|report] [--quiet]
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from slackguide.cli.guides import guide_of
from slackguide.evaluation.split import split_of
from slackguide.guide import Answer, Asker, Choices, Concern, Guide
from slackguide.knowledge import Destination
from slackguide.knowledge.conditions import FactValue
from slackguide.triage import load_verified

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "tests" / "data").glob("end_to_end*.jsonl"))
TODAY = date(2026, 11, 20)


VERDICTS = ("right", "wrong", "not sure", "undecided")
"""`wrong` is wrong with certainty; `not sure`: wrong, with “Not this?” and a second entry below it."""


@dataclass(frozen=True)
class Case:
    """One text, the true facts, and the destinations that a strict reader accepts."""

    text: str
    facts: Mapping[str, FactValue]
    destinations: tuple[str, ...]

    def accepts(self, destination: Destination, title: str) -> bool:
        """Return whether a destination, by one of its names or its kind, is an accepted one."""
        names = {_name(name) for name in (destination.name, *destination.also, destination.kind, title)}
        return any(_name(one) in names for one in self.destinations)


@dataclass
class Outcome:
    """Where a case ended, after how many questions."""

    verdict: str
    shown: str
    questions: int = 0
    asked: list[str] = field(default_factory=list)


def _name(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()
    return re.sub(r"^(?:article|macro|the) ", "", plain)


def read_cases(path: Path, half: str | None) -> Iterator[Case]:
    for line in path.read_text(encoding="utf-8").splitlines():
        case: dict[str, Any] = json.loads(line)
        if half is None or split_of(case["text"]) == half:
            yield Case(case["text"], case["facts"], (case["destination"], *case["acceptable"]))


def run(guide: Guide, case: Case) -> Outcome:
    """Ask and answer until a destination is decided."""
    outcome = guide.answer(Concern(case.text), Asker(), today=TODAY)
    if isinstance(outcome, Answer):
        end = _triage(guide, case, outcome.entry.id, 0)
        if end.verdict == "wrong" and outcome.runner_up is not None:
            end.verdict = "not sure"
        return end
    if not isinstance(outcome, Choices):
        return Outcome("undecided", "nothing found")
    ends = [_triage(guide, case, match.id, 1) for match in outcome.matches[: outcome.offered]]
    return next((end for end in ends if end.verdict == "right"), Outcome("undecided", "choices without a right one", 1))


def _triage(guide: Guide, case: Case, entry: str, questions: int) -> Outcome:
    facts: dict[str, FactValue] = {}
    unknown: set[str] = set()
    asked: list[str] = []
    while True:
        answer = guide.answer(Concern(case.text, facts, entry, unknown=frozenset(unknown)), Asker(), today=TODAY)
        if not isinstance(answer, Answer):
            return Outcome("undecided", f"{entry}: not visible", questions, asked)
        decision = answer.decision
        if decision.destination is not None:
            right = case.accepts(decision.destination, answer.entry.title)
            shown = f"{entry}: {decision.destination.name}"
            return Outcome("right" if right else "wrong", shown, questions, asked)
        name = decision.question
        if name is None:
            return Outcome("undecided", f"{entry}: {', '.join(decision.missing)} unknown", questions, asked)
        questions += 1
        asked.append(name)
        if name in case.facts:
            facts[name] = case.facts[name]
        else:
            unknown.add(name)


def print_summary(outcomes: list[Outcome]) -> None:
    """Print the share of each verdict and the number of questions."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    for verdict in VERDICTS:
        print(f"{verdict:10} {counts[verdict]:4} of {len(outcomes)}  {counts[verdict] / len(outcomes):.1%}")
    decided = [outcome.questions for outcome in outcomes if outcome.verdict != "undecided"]
    within = sum(questions <= 2 for questions in decided) / len(decided)
    print(f"questions: median {statistics.median(decided):g}, at most two in {within:.0%} of the decided cases")


def print_file(name: str, outcomes: list[Outcome]) -> None:
    """Print the verdicts of one file in a line."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    print(f"{name}:", ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS), f"of {len(outcomes)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=["development", "report"])
    parser.add_argument("--quiet", action="store_true", help="totals only")
    options = parser.parse_args()
    guide = guide_of(load_verified(ROOT / "knowledge"))
    results: dict[str, list[tuple[Case, Outcome]]] = {
        path.stem: [(case, run(guide, case)) for case in read_cases(path, options.half)] for path in FILES
    }
    for name, rows in results.items():
        print_file(name, [outcome for _, outcome in rows])
    together = [row for rows in results.values() for row in rows]
    print_summary([outcome for _, outcome in together])
    if not options.quiet:
        for case, outcome in together:
            if outcome.verdict != "right":
                print(f"\n{outcome.verdict}: {outcome.shown}, wanted {' | '.join(case.destinations)}\n  {case.text}")
                print(f"  asked: {', '.join(outcome.asked) or 'nothing'}")


if __name__ == "__main__":
    main()
