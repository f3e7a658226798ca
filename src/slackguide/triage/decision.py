"""Triage: from an entry and the facts known so far to one destination, or to what has to be asked next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from slackguide.knowledge import Destination, Entry, KnowledgeBase, Rule, Step
from slackguide.knowledge.conditions import FactValue
from slackguide.triage.asking import Interview
from slackguide.triage.because import reasons
from slackguide.triage.cells import Cell
from slackguide.triage.table import NO_RULE, Choice, DecisionTable, table_of
from slackguide.triage.truth import truth

POSSIBILITY_LIMIT = 12
"""Most possibilities listed for an agent who does not know a fact: more are no help on one card."""


@dataclass(frozen=True, slots=True)
class Possibility:
    """One way the open questions can turn out: the answers, in words, and where the case then goes."""

    answers: tuple[str, ...]
    target: Destination


@dataclass(frozen=True, slots=True)
class Decision:
    """What triage makes of an entry and the facts told."""

    target: Destination | None
    """Where the case goes; None while the facts leave more than one destination open."""
    missing: tuple[str, ...]
    """The facts that can still change it, the best to ask first; empty where it is decided."""
    because: tuple[str, ...]
    warnings: tuple[str, ...]
    cautions: tuple[str, ...]
    """Where the guides disagree: both statements, and what to do meanwhile. None where the case is not eligible."""
    path: tuple[str, ...]
    note: str | None
    """Id of the note template."""
    form: str | None
    """Id of the form."""
    told: Mapping[str, FactValue]


class Triage:
    """Decides for every entry of a knowledge base. Immutable but for its memory of question orders."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._tables = {id: table_of(entry, knowledge.facts) for id, entry in knowledge.entries.items()}
        self._interviews: dict[str, Interview] = {}

    def table(self, id: str) -> DecisionTable:
        """The decision table of the entry `id`."""
        return self._tables[id]

    def decide(self, id: str, told: Mapping[str, FactValue]) -> Decision:
        """Decides for the entry `id`; `told` are checked facts, of which those it does not hang on are let be."""
        entry, table = self._knowledge.entries[id], self._tables[id]
        state = table.possible(told, entry)
        rules = self._rules(table, state)
        missing = self._missing(id, told)
        if missing and entry.urgent:
            rules, missing = rules[-1:], ()
        if missing:
            return self._open(entry, rules, missing, told)
        rules = self._sure(entry, rules, told)
        deciding = self._deciding(table, state, told)
        assumed = [test for test in entry.assumes if test.fact not in told and test.fact in table.facts]
        if not any(_matters(table, state, test.fact) for test in assumed):
            assumed = []
        eligible = rules[0].target.kind != "not_eligible"
        return Decision(
            target=rules[0].target,
            missing=(),
            because=reasons(entry, table, rules, told, deciding, assumed, self._knowledge.facts),
            warnings=self._warnings(entry, rules, told),
            cautions=tuple(conflict.summary for conflict in entry.conflicts if eligible),
            path=self._path(entry, rules, told),
            note=self._note(entry, rules),
            form=_common(rule.form for rule in rules) or entry.form,
            told=dict(told),
        )

    def possibilities(self, id: str, told: Mapping[str, FactValue]) -> tuple[Possibility, ...]:
        """Every way the open questions can turn out, for an agent who does not know the answers."""
        found: list[Possibility] = []
        self._walk(id, dict(told), (), found)
        return tuple(found[:POSSIBILITY_LIMIT])

    def cells(self, id: str, name: str) -> tuple[Cell, ...]:
        """The cells that the rules of the entry `id` cut the fact `name` into."""
        table = self._tables[id]
        return table.cells[table.facts.index(name)]

    def warm(self) -> None:
        """Works out the order of questions of every entry now rather than at its first use."""
        for id in self._tables:
            self._interview(id)

    def _interview(self, id: str) -> Interview:
        if id not in self._interviews:
            entry, table = self._knowledge.entries[id], self._tables[id]
            self._interviews[id] = Interview(table, table.possible({}, entry), self._knowledge.facts)
        return self._interviews[id]

    def _missing(self, id: str, told: Mapping[str, FactValue]) -> tuple[str, ...]:
        table = self._tables[id]
        if not table.facts:
            return ()
        state = table.possible(told, self._knowledge.entries[id])
        known = {name: cells[0] for name, cells in zip(table.facts, state, strict=True) if name in told}
        if any(len(cells) > 1 for name, cells in zip(table.facts, state, strict=True) if name in told):
            return self._narrowed(table.within(state)).missing({})
        return self._interview(id).missing(known)

    def _narrowed(self, table: DecisionTable) -> Interview:
        """The questions of a table of which a range of numbers is known, too wide for one cell."""
        return Interview(table, [tuple(range(len(cells))) for cells in table.cells], self._knowledge.facts)

    def _walk(self, id: str, told: dict[str, FactValue], answers: tuple[str, ...], found: list[Possibility]) -> None:
        entry, table = self._knowledge.entries[id], self._tables[id]
        state = table.possible(told, entry)
        missing = self._missing(id, told)
        if not missing:
            found.append(Possibility(answers, self._rules(table, state)[0].target))
            return
        axis = table.facts.index(missing[0])
        fact = self._knowledge.facts[missing[0]]
        for number in state[axis]:
            cell = table.cells[axis][number]
            words = f"{fact.label}: {cell.words(fact)}"
            self._walk(id, {**told, missing[0]: cell.told}, (*answers, words), found)

    def _rules(self, table: DecisionTable, state: Sequence[Choice]) -> list[Rule]:
        """The rules that can still decide, in order."""
        left = table.first[np.ix_(*state)] if state else table.first
        return [table.rules[number] for number in np.unique(left) if number != NO_RULE]

    def _deciding(self, table: DecisionTable, state: tuple[Choice, ...], told: Mapping[str, FactValue]) -> list[str]:
        """The facts told without which the case could go elsewhere; those the rules look at where each is enough."""
        names = [name for name in table.facts if name in told]
        return [name for name in names if _matters(table, state, name)] or names

    def _sure(self, entry: Entry, rules: list[Rule], told: Mapping[str, FactValue]) -> list[Rule]:
        """Of several rules that lead to the one destination, the first that holds whatever is still unknown."""
        given = {test.fact: test for test in (*entry.assumes, *entry.fixes)}
        return [rule for rule in rules if truth(rule.when, told, given) is True][:1] or rules

    def _open(
        self, entry: Entry, rules: list[Rule], missing: tuple[str, ...], told: Mapping[str, FactValue]
    ) -> Decision:
        names = list(dict.fromkeys(rule.target.name for rule in rules))
        labels = ", ".join(self._knowledge.facts[name].label.lower() for name in missing)
        shown = ", ".join(names[:-1]) + f" or {names[-1]}"
        return Decision(
            target=None,
            missing=missing,
            because=(f"Still open: {shown}. It hangs on: {labels}.",),
            warnings=self._warnings(entry, rules, told),
            cautions=tuple(conflict.summary for conflict in entry.conflicts),
            path=self._path(entry, rules, told),
            note=self._note(entry, rules),
            form=_common(rule.form for rule in rules) or entry.form,
            told=dict(told),
        )

    def _note(self, entry: Entry, rules: Sequence[Rule]) -> str | None:
        """The note of the rules that may decide, where they agree; none goes with a case that is not eligible."""
        if all(rule.not_eligible is not None for rule in rules):
            return _common(rule.note for rule in rules)
        return _common(rule.note or entry.note for rule in rules)

    def _path(self, entry: Entry, rules: Sequence[Rule], told: Mapping[str, FactValue]) -> tuple[str, ...]:
        """The steps that apply: the entry's own, then those that every rule that may decide adds.

        Where the case is not eligible, the steps are what to do instead.
        """
        added = self._added((rule.path for rule in rules), entry, told)
        if all(rule.not_eligible is not None and rule.instead for rule in rules):
            return (*dict.fromkeys(rule.instead or "" for rule in rules), *added)
        return (*self._applying(entry.path, entry, told), *added)

    def _warnings(self, entry: Entry, rules: Sequence[Rule], told: Mapping[str, FactValue]) -> tuple[str, ...]:
        own = self._applying(entry.warnings, entry, told)
        added = self._added((rule.warnings for rule in rules), entry, told)
        return (*own, *added)

    def _added(self, lines: Iterable[tuple[Step, ...]], entry: Entry, told: Mapping[str, FactValue]) -> tuple[str, ...]:
        """The steps that all of the rules add alike."""
        each = [self._applying(steps, entry, told) for steps in lines]
        return tuple(step for step in each[0] if all(step in steps for steps in each)) if each else ()

    def _applying(self, steps: Iterable[Step], entry: Entry, told: Mapping[str, FactValue]) -> tuple[str, ...]:
        given = {test.fact: test for test in (*entry.assumes, *entry.fixes)}
        return tuple(step.text for step in steps if truth(step.when, told, given) is True)


def _matters(table: DecisionTable, state: Sequence[Choice], name: str) -> bool:
    """Whether the case could go elsewhere if this fact were open, all else as it is."""
    if name not in table.facts:
        return False
    axis = table.facts.index(name)
    goes = table.goes[np.ix_(*state[:axis], tuple(range(len(table.cells[axis]))), *state[axis + 1 :])]
    return bool((goes != goes.flat[0]).any())


def _common(values: Iterable[str | None]) -> str | None:
    """The value that all share, if they do."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
