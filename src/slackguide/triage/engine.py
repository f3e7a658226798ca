"""The triage engine: from an entry and the known facts to one destination, or to the facts still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from slackguide.knowledge import Destination, Entry, KnowledgeBase, Rule, Step
from slackguide.knowledge.conditions import FactValue
from slackguide.triage.cells import Cell
from slackguide.triage.condition_logic import evaluate
from slackguide.triage.decision_table import GAP, CellIndices, DecisionTable, decision_table_for
from slackguide.triage.explanations import explain_decision
from slackguide.triage.question_order import QuestionPlanner

BRANCH_LIMIT = 12
"""Most possibilities listed for an agent who does not know a fact: more are no help on one card."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One way the open questions can turn out: the answers, in words, and where the case then goes."""

    answers: tuple[str, ...]
    destination: Destination


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision for an entry and the known facts."""

    destination: Destination | None
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
    known_facts: Mapping[str, FactValue]


class Triage:
    """Decides for every entry of a knowledge base. Immutable but for its memory of question orders."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._tables = {id: decision_table_for(entry, knowledge.facts) for id, entry in knowledge.entries.items()}
        self._planners: dict[str, QuestionPlanner] = {}

    def table(self, id: str) -> DecisionTable:
        """The decision table of the entry `id`."""
        return self._tables[id]

    def decide(self, id: str, known_facts: Mapping[str, FactValue]) -> Decision:
        """Decides for the entry `id`; `known_facts` are checked facts, of which those it does not hang on are let
        be.
        """
        entry, table = self._knowledge.entries[id], self._tables[id]
        state = table.possible_cells(known_facts, entry)
        rules = self._rules(table, state)
        missing = self._missing(id, known_facts)
        if missing and entry.urgent:
            rules, missing = rules[-1:], ()
        if missing:
            return self._open(entry, rules, missing, known_facts)
        rules = self._certain_rules(entry, rules, known_facts)
        deciding = self._deciding(table, state, known_facts)
        assumed = [test for test in entry.assumes if test.fact not in known_facts and test.fact in table.facts]
        if not any(_is_relevant(table, state, test.fact) for test in assumed):
            assumed = []
        eligible = rules[0].target.kind != "not_eligible"
        return Decision(
            destination=rules[0].target,
            missing=(),
            because=explain_decision(entry, table, rules, known_facts, deciding, assumed, self._knowledge.facts),
            warnings=self._warnings(entry, rules, known_facts),
            cautions=tuple(conflict.summary for conflict in entry.conflicts if eligible),
            path=self._path(entry, rules, known_facts),
            note=self._note(entry, rules),
            form=_common_value(rule.form for rule in rules) or entry.form,
            known_facts=dict(known_facts),
        )

    def branches(self, id: str, known_facts: Mapping[str, FactValue]) -> tuple[Branch, ...]:
        """Every way the open questions can turn out, for an agent who does not know the answers."""
        found: list[Branch] = []
        self._collect_branches(id, dict(known_facts), (), found)
        return tuple(found[:BRANCH_LIMIT])

    def cells(self, id: str, name: str) -> tuple[Cell, ...]:
        """The cells that the rules of the entry `id` cut the fact `name` into."""
        table = self._tables[id]
        return table.cells[table.facts.index(name)]

    def warm(self) -> None:
        """Works out the order of questions of every entry now rather than at its first use."""
        for id in self._tables:
            self._planner(id)

    def _planner(self, id: str) -> QuestionPlanner:
        if id not in self._planners:
            entry, table = self._knowledge.entries[id], self._tables[id]
            self._planners[id] = QuestionPlanner(table, table.possible_cells({}, entry), self._knowledge.facts)
        return self._planners[id]

    def _missing(self, id: str, known_facts: Mapping[str, FactValue]) -> tuple[str, ...]:
        table = self._tables[id]
        if not table.facts:
            return ()
        state = table.possible_cells(known_facts, self._knowledge.entries[id])
        known = {name: cells[0] for name, cells in zip(table.facts, state, strict=True) if name in known_facts}
        if any(len(cells) > 1 for name, cells in zip(table.facts, state, strict=True) if name in known_facts):
            return self._planner_for_range(table.restrict(state)).missing({})
        return self._planner(id).missing(known)

    def _planner_for_range(self, table: DecisionTable) -> QuestionPlanner:
        """The questions of a table of which a range of numbers is known, too wide for one cell."""
        return QuestionPlanner(table, [tuple(range(len(cells))) for cells in table.cells], self._knowledge.facts)

    def _collect_branches(
        self, id: str, known_facts: dict[str, FactValue], answers: tuple[str, ...], found: list[Branch]
    ) -> None:
        entry, table = self._knowledge.entries[id], self._tables[id]
        state = table.possible_cells(known_facts, entry)
        missing = self._missing(id, known_facts)
        if not missing:
            found.append(Branch(answers, self._rules(table, state)[0].target))
            return
        axis = table.facts.index(missing[0])
        fact = self._knowledge.facts[missing[0]]
        for number in state[axis]:
            cell = table.cells[axis][number]
            words = f"{fact.label}: {cell.describe(fact)}"
            self._collect_branches(id, {**known_facts, missing[0]: cell.sample_value}, (*answers, words), found)

    def _rules(self, table: DecisionTable, state: Sequence[CellIndices]) -> list[Rule]:
        """The rules that can still decide, in order."""
        left = table.rule_index[np.ix_(*state)] if state else table.rule_index
        return [table.rules[number] for number in np.unique(left) if number != GAP]

    def _deciding(
        self, table: DecisionTable, state: tuple[CellIndices, ...], known_facts: Mapping[str, FactValue]
    ) -> list[str]:
        """Known facts without which the case could go elsewhere; those the rules look at where each is enough."""
        names = [name for name in table.facts if name in known_facts]
        return [name for name in names if _is_relevant(table, state, name)] or names

    def _certain_rules(self, entry: Entry, rules: list[Rule], known_facts: Mapping[str, FactValue]) -> list[Rule]:
        """Of several rules that lead to the one destination, the first that holds whatever is still unknown."""
        given = {test.fact: test for test in (*entry.assumes, *entry.fixes)}
        return [rule for rule in rules if evaluate(rule.when, known_facts, given) is True][:1] or rules

    def _open(
        self, entry: Entry, rules: list[Rule], missing: tuple[str, ...], known_facts: Mapping[str, FactValue]
    ) -> Decision:
        names = list(dict.fromkeys(rule.target.name for rule in rules))
        labels = ", ".join(self._knowledge.facts[name].label.lower() for name in missing)
        shown = ", ".join(names[:-1]) + f" or {names[-1]}"
        return Decision(
            destination=None,
            missing=missing,
            because=(f"Still open: {shown}. Depends on: {labels}.",),
            warnings=self._warnings(entry, rules, known_facts),
            cautions=tuple(conflict.summary for conflict in entry.conflicts),
            path=self._path(entry, rules, known_facts),
            note=self._note(entry, rules),
            form=_common_value(rule.form for rule in rules) or entry.form,
            known_facts=dict(known_facts),
        )

    def _note(self, entry: Entry, rules: Sequence[Rule]) -> str | None:
        """The note of the rules that may decide, where they agree; none goes with a case that is not eligible."""
        if all(rule.not_eligible is not None for rule in rules):
            return _common_value(rule.note for rule in rules)
        return _common_value(rule.note or entry.note for rule in rules)

    def _path(self, entry: Entry, rules: Sequence[Rule], known_facts: Mapping[str, FactValue]) -> tuple[str, ...]:
        """The steps that apply: the entry's own, then those that every rule that may decide adds.

        Where the case is not eligible, the steps are what to do instead.
        """
        added = self._added((rule.path for rule in rules), entry, known_facts)
        if all(rule.not_eligible is not None and rule.instead for rule in rules):
            return (*dict.fromkeys(rule.instead or "" for rule in rules), *added)
        return (*self._applying(entry.path, entry, known_facts), *added)

    def _warnings(self, entry: Entry, rules: Sequence[Rule], known_facts: Mapping[str, FactValue]) -> tuple[str, ...]:
        own = self._applying(entry.warnings, entry, known_facts)
        added = self._added((rule.warnings for rule in rules), entry, known_facts)
        return (*own, *added)

    def _added(
        self, lines: Iterable[tuple[Step, ...]], entry: Entry, known_facts: Mapping[str, FactValue]
    ) -> tuple[str, ...]:
        """The steps that all of the rules add alike."""
        each = [self._applying(steps, entry, known_facts) for steps in lines]
        return tuple(step for step in each[0] if all(step in steps for steps in each)) if each else ()

    def _applying(self, steps: Iterable[Step], entry: Entry, known_facts: Mapping[str, FactValue]) -> tuple[str, ...]:
        given = {test.fact: test for test in (*entry.assumes, *entry.fixes)}
        return tuple(step.text for step in steps if evaluate(step.when, known_facts, given) is True)


def _is_relevant(table: DecisionTable, state: Sequence[CellIndices], name: str) -> bool:
    """Whether the case could go elsewhere if this fact were open, all else as it is."""
    if name not in table.facts:
        return False
    axis = table.facts.index(name)
    destination_index = table.destination_index[
        np.ix_(*state[:axis], tuple(range(len(table.cells[axis]))), *state[axis + 1 :])
    ]
    return bool((destination_index != destination_index.flat[0]).any())


def _common_value(values: Iterable[str | None]) -> str | None:
    """The value that all share, if they do."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
