"""The proof of a knowledge base: every case of every entry is decided by one first rule, and every rule decides a case.

A fact that an entry fixes or assumes is divided like any other: what an agent tells wins over it, so those cases
have to be decided too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from slackguide.knowledge import (
    Diagnostic,
    Entry,
    InvalidKnowledgeError,
    KnowledgeBase,
    Rule,
    SourceLocation,
    inspect,
)
from slackguide.knowledge.conditions import OneOf, Within
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.boxes import boxes, conditions, size, words
from slackguide.triage.table import NO_RULE, Axes, DecisionTable, axes_of, decided, truths

FACT_LIMIT = 12
"""Most facts one entry may decide by. No agent answers more, and the order of questions weighs every set of them."""

CASE_LIMIT = 1_000_000
"""Most cases of one entry, a fact not told counted as a value of its own; the shipped ones stay under 50,000."""

SHOWN = 3
"""Most counter-examples, or names, in one message."""

GATHERED = 20
"""Most groups of undecided cases that are gathered to choose the shown ones from."""


def sound(directory: Path) -> KnowledgeBase:
    """The knowledge base under `directory`, its decision tables proven.

    Raises `UnusableInput` where there is nothing to read, and `InvalidKnowledgeError` with every fault, of the files
    and of the tables, where there is one.
    """
    found = inspect(directory)
    diagnostics = list(found.diagnostics)
    if found.knowledge is not None:
        diagnostics += table_faults(found.knowledge, unverified=found.unverified)
    if diagnostics or found.knowledge is None:
        raise InvalidKnowledgeError(diagnostics)
    return found.knowledge


def table_faults(knowledge: KnowledgeBase, *, unverified: Collection[str] = ()) -> list[Diagnostic]:
    """Every case that no rule decides, every rule that decides no case, and every table too large to prove.

    `unverified` are entries whose rules could not all be read: nothing is said of them.
    """
    proof = _Proof(knowledge.facts)
    for id, entry in knowledge.entries.items():
        if id not in unverified:
            proof.of_entry(entry)
    proof.of_shared(knowledge.tables, partly=bool(unverified))
    return proof.faults


class _Proof:
    def __init__(self, facts: Mapping[str, FactSpec]) -> None:
        self._facts = facts
        self.faults: list[Diagnostic] = []
        self._reached: set[SourceLocation] = set()
        self._unreached: dict[SourceLocation, str] = {}
        """Shared rules that some entry uses in vain, with why."""

    def of_entry(self, entry: Entry) -> None:
        table = self._table(entry.rules, (*entry.assumes, *entry.fixes), entry.location, f"`{entry.id}`")
        if table is None:
            self._reached.update(rule.location for rule in entry.rules)
            return
        if (holes := table.first == NO_RULE).any():
            message = f"{_undecided(holes, table, self._facts)}: add a rule, or a last one without `when`"
            self._note(entry.location, message)
        reached = set(np.unique(table.first).tolist())
        for number, rule in enumerate(entry.rules):
            if number in reached:
                self._reached.add(rule.location)
            elif rule.table is None:
                self._note(rule.location, f"no case comes to this rule: {_taken(number, table)}")
            else:
                self._unreached.setdefault(rule.location, f"in `{entry.id}` {_taken(number, table)}")

    def of_shared(self, tables: Mapping[str, tuple[Rule, ...]], *, partly: bool) -> None:
        """The rules of shared tables: each has to decide a case in an entry; in the table itself where none uses it.

        `partly`: not every entry was proven, so only what the table itself keeps from deciding is a fault.
        """
        for id, rules in tables.items():
            own = [number for number, rule in enumerate(rules) if rule.table == id]
            missed = [number for number in own if rules[number].location not in self._reached]
            if not missed:
                continue
            table = self._table(rules, (), rules[0].location, f"the table `{id}`")
            if table is None:
                continue
            reached = set(np.unique(table.first).tolist())
            for number in missed:
                why = self._unreached.get(rules[number].location)
                if number not in reached:
                    self._note(rules[number].location, f"no case comes to this rule: {_taken(number, table)}")
                elif why is not None and not partly:
                    self._note(
                        rules[number].location, f"no case comes to this rule in any entry that uses `{id}`: {why}"
                    )

    def _table(
        self, rules: tuple[Rule, ...], given: Sequence[OneOf | Within], location: SourceLocation, whose: str
    ) -> DecisionTable | None:
        """The decision table, None where it is too large to build."""
        axes = axes_of(rules, given, self._facts)
        cases = prod(len(cells) + 1 for cells in axes.values())
        if len(axes) <= FACT_LIMIT and cases <= CASE_LIMIT:
            return decided(rules, axes)
        sizes = sorted(axes, key=lambda name: -len(axes[name]))
        most = _some([f"{name} {len(axes[name])}" for name in sizes])
        self._note(
            location,
            f"{whose} decides by {len(axes)} facts in {cases:,} cases, at most {FACT_LIMIT} facts and {CASE_LIMIT:,} "
            f"cases can be proven ({most}): split it in two, or write fewer values and ranges",
        )
        return None

    def _note(self, location: SourceLocation, message: str) -> None:
        self.faults.append(Diagnostic(location.file, location.line, location.column, message))


def _undecided(holes: npt.NDArray[np.bool_], table: DecisionTable, facts: Mapping[str, FactSpec]) -> str:
    """`no rule for Hourly, Enterprise, 31 days or more, no funds in escrow; nor for …`."""
    gathered = list(islice(boxes(holes), GATHERED + 1))
    cases = [_case(conditions(box, table, facts), facts) for box in sorted(gathered, key=lambda box: -size(box))]
    more = "" if len(cases) <= SHOWN else f"; and {len(cases) - SHOWN}{'' if len(cases) <= GATHERED else ' or'} more"
    return "no rule for " + "; nor for ".join(cases[:SHOWN]) + more


def _case(told: Axes, facts: Mapping[str, FactSpec]) -> str:
    return ", ".join(words(name, cells, facts) for name, cells in told.items()) or "any case"


def _taken(number: int, table: DecisionTable) -> str:
    """Why the rule is never the first: its condition cannot hold, or other rules take every case of it."""
    rule = table.rules[number]
    holds = np.broadcast_to(truths(rule.when, dict(zip(table.facts, table.cells, strict=True))), table.first.shape)
    if not holds.any():
        return "its condition can never hold"
    earlier = [table.rules[first] for first in np.unique(table.first[holds]).tolist()]
    takes = "takes" if len(earlier) == 1 else "take"
    return f"{_some(list(_places(earlier, rule.location.file)))} before it {takes} them all"


def _places(rules: Sequence[Rule], file: str) -> Iterator[str]:
    for rule in rules:
        yield f"the rule on line {rule.location.line}" if rule.location.file == file else f"the rule at {rule.line}"


def _some(names: Sequence[str]) -> str:
    """The first few of some names, and how many more there are."""
    if len(names) > SHOWN:
        return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
