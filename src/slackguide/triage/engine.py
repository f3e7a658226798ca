"""The triage engine: decide the destination of an entry for the known facts, or list the missing facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np

from slackguide.knowledge import Destination, Entry, KnowledgeBase, Rule, Step
from slackguide.knowledge.conditions import ALWAYS, FactValue, ImpliedFact
from slackguide.triage.cells import Cell, merge_neighbours
from slackguide.triage.condition_logic import evaluate
from slackguide.triage.decision_table import GAP, CellIndices, DecisionTable, decision_table_for
from slackguide.triage.explanations import explain_decision
from slackguide.triage.question_order import QuestionPlanner, without_unknown

BRANCH_LIMIT = 12
"""Maximum branches listed for an agent who does not know a fact, so that they fit on one card."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One combination of answers to the open questions, and the destination it leads to."""

    answers: tuple[str, ...]
    destination: Destination
    goes_to: str
    """The names of the destination and of further ones."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of an entry's decision table for the known facts."""

    destination: Destination | None
    """The destination, or None if more than one is still possible."""
    also: tuple[Destination, ...]
    """Further destinations."""
    possible: tuple[Destination, ...]
    """The destinations that are still possible."""
    missing: tuple[str, ...]
    """The facts that can still change the destination, the best to ask first. Empty if it is decided.

    Those that the person does not know come last. Before them, only facts that narrow the destination are listed."""
    question: str | None
    """The fact to ask for next. None if the destination is decided, or if only facts that the person does not know are
    left: then `Triage.branches` lists where the case can go."""
    because: tuple[str, ...]
    reason: str
    """The reasons in one line, without the destination's name. Empty if there is nothing to say."""
    contradicting: tuple[str, ...]
    """The known facts, described, that differ from what the entry fixes: it may be the wrong entry."""
    taken_as: tuple[str, ...]
    """The implied and assumed facts that the destination rests on."""
    instead: str | None
    """What to do instead, for a case that is not eligible."""
    top_warning: str | None
    """The warning to show at once: the first whose condition holds, or that is marked as important."""
    warnings: tuple[str, ...]
    cautions: tuple[str, ...]
    """Summaries of conflicts between the sources, and how to proceed. Empty if the case is not eligible."""
    path: tuple[str, ...]
    note: str | None
    """The id of the note template."""
    form: str | None
    """The id of the form."""
    known_facts: Mapping[str, FactValue]


class Triage:
    """The decision tables of a knowledge base. Immutable except for a cache of question orders."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._tables = {id: decision_table_for(entry, knowledge.facts) for id, entry in knowledge.entries.items()}
        self._given = {
            id: {test.fact: test for test in (*entry.assumes, *entry.fixes)} for id, entry in knowledge.entries.items()
        }
        self._planners: dict[str, QuestionPlanner] = {}
        self._clock_facts: tuple[ImpliedFact, ...] = ()

    def at(self, now: datetime) -> Triage:
        """Return the triage of a moment, at which the facts of the clock are known. Before, nobody knows them."""
        if self._knowledge.clock is None:
            return self
        triage = copy(self)
        triage._clock_facts = tuple(self._knowledge.clock.at(now))
        return triage

    def table(self, id: str) -> DecisionTable:
        """Return the decision table of the entry `id`."""
        return self._tables[id]

    def decide(self, id: str, known_facts: Mapping[str, FactValue], unknown: frozenset[str] = frozenset()) -> Decision:
        """Decide the entry `id` for the validated `known_facts`, and plan the questions.

        `unknown` are facts that the person does not know. A fact in both is known. Facts that do not occur in the
        entry's rules are ignored.
        """
        entry, table = self._knowledge.entries[id], self._tables[id]
        unknown = unknown if self._clock_facts else unknown | self._knowledge.clock_facts
        stated_facts, implied = known_facts, self._implied(entry, known_facts)
        known_facts = {**stated_facts, **{fact.fact: fact.value for fact in implied}}
        state = table.possible_cells(known_facts, entry)
        rules = self._rules(table, state)
        missing = self._missing(id, known_facts, unknown)
        if missing and entry.urgent:
            rules, missing = rules[-1:], ()
        if missing:
            question = missing[0] if missing[0] not in unknown else None
            return self._open(entry, rules, missing, question, stated_facts)
        rules = self._certain_rules(entry, rules, known_facts)
        deciding = self._deciding(table, state, stated_facts)
        assumed = [test for test in entry.assumes if test.fact not in known_facts and test.fact in table.facts]
        if not any(_is_relevant(table, state, test.fact) for test in assumed):
            assumed = []
        implied = [fact for fact in implied if _is_relevant(table, state, fact.fact)]
        eligible = rules[0].target.kind != "not_eligible"
        explanation = explain_decision(
            entry, table, rules, stated_facts, deciding, assumed, implied, self._knowledge.facts
        )
        return Decision(
            destination=rules[0].target,
            also=rules[0].also,
            possible=(rules[0].target,),
            missing=(),
            question=None,
            because=explanation.because,
            reason=explanation.reason,
            contradicting=explanation.contradicting,
            taken_as=explanation.taken_as,
            instead=_instead(rules),
            top_warning=self._top_warning(entry, rules, known_facts),
            warnings=self._warnings(entry, rules, known_facts),
            cautions=_cautions(entry, rules) if eligible else (),
            path=self._path(entry, rules, known_facts),
            note=self._note(entry, rules),
            form=_common_value(rule.form for rule in rules) or entry.form,
            known_facts=dict(stated_facts),
        )

    def destination(self, id: str, known_facts: Mapping[str, FactValue]) -> Destination | None:
        """Return the destination that `decide` decides on, or None if facts are missing."""
        entry, table = self._knowledge.entries[id], self._tables[id]
        known_facts = {**known_facts, **{fact.fact: fact.value for fact in self._implied(entry, known_facts)}}
        rules = self._rules(table, table.possible_cells(known_facts, entry))
        unknown = frozenset() if self._clock_facts else self._knowledge.clock_facts
        missing = self._missing(id, known_facts, unknown)
        if missing:
            return rules[-1].target if entry.urgent else None
        return self._certain_rules(entry, rules, known_facts)[0].target

    def branches(self, id: str, known_facts: Mapping[str, FactValue]) -> tuple[Branch, ...]:
        """List the branches of the open questions, for an agent who does not know the answers."""
        branches: list[Branch] = []
        self._collect_branches(id, dict(known_facts), (), branches)
        return tuple(branches[:BRANCH_LIMIT])

    def cells(
        self, id: str, name: str, known_facts: Mapping[str, FactValue] = MappingProxyType({})
    ) -> tuple[Cell, ...]:
        """Return the cells into which the rules of the entry `id` partition the fact `name`: the answers to offer.

        Adjacent ranges of a number that lead to the same destinations, given the `known_facts`, are one cell. Choices
        are never merged: a person who selects one states it, and a note can contain it.
        """
        entry, table = self._knowledge.entries[id], self._tables[id]
        axis = table.facts.index(name)
        others = {fact: value for fact, value in known_facts.items() if fact != name}
        others |= {fact.fact: fact.value for fact in self._implied(entry, others) if fact.fact != name}
        state = table.possible_cells(others, entry)
        possible = table.restrict((*state[:axis], tuple(range(len(table.cells[axis]))), *state[axis + 1 :]))
        effects = np.moveaxis(possible.destination_index, axis, 0)
        cells = zip(possible.cells[axis], (effect.tobytes() for effect in effects), strict=True)
        return tuple(merge_neighbours(cells))

    def precompute(self) -> None:
        """Compute the question order of every entry in advance."""
        for id in self._tables:
            self._planner(id)

    def _planner(self, id: str) -> QuestionPlanner:
        if id not in self._planners:
            entry, table = self._knowledge.entries[id], self._tables[id]
            self._planners[id] = QuestionPlanner(table, table.possible_cells({}, entry), self._knowledge.facts)
        return self._planners[id]

    def _missing(
        self, id: str, known_facts: Mapping[str, FactValue], unknown: frozenset[str] = frozenset()
    ) -> tuple[str, ...]:
        table = self._tables[id]
        if not table.facts:
            return ()
        state = table.possible_cells(known_facts, self._knowledge.entries[id])
        unknown = unknown.intersection(table.facts) - known_facts.keys()
        ranges = any(len(cells) > 1 for name, cells in zip(table.facts, state, strict=True) if name in known_facts)
        if unknown or ranges:
            return self._missing_of_part(table.restrict(state), unknown)
        known = {name: cells[0] for name, cells in zip(table.facts, state, strict=True) if name in known_facts}
        return self._planner(id).missing(known)

    def _missing_of_part(self, table: DecisionTable, unknown: frozenset[str]) -> tuple[str, ...]:
        """Plan the questions of a restricted table: for unknown facts, or a known range that spans several cells."""
        narrowed = without_unknown(table, unknown)
        open_cells = [tuple(range(len(cells))) for cells in narrowed.cells]
        asked = QuestionPlanner(narrowed, open_cells, self._knowledge.facts).missing({})
        return (*asked, *(name for name in table.facts if name in unknown and table.varies(name)))

    def _collect_branches(
        self, id: str, known_facts: dict[str, FactValue], answers: tuple[str, ...], branches: list[Branch]
    ) -> None:
        entry, table = self._knowledge.entries[id], self._tables[id]
        known_facts |= {fact.fact: fact.value for fact in self._implied(entry, known_facts)}
        state = table.possible_cells(known_facts, entry)
        missing = self._missing(id, known_facts)
        if not missing:
            rule = self._rules(table, state)[0]
            branches.append(Branch(answers, rule.target, rule.goes_to))
            return
        axis = table.facts.index(missing[0])
        fact = self._knowledge.facts[missing[0]]
        for number in state[axis]:
            cell = table.cells[axis][number]
            answer = f"{fact.label}: {cell.describe(fact)}"
            self._collect_branches(id, {**known_facts, missing[0]: cell.sample_value}, (*answers, answer), branches)

    def _implied(self, entry: Entry, known_facts: Mapping[str, FactValue]) -> list[ImpliedFact]:
        """Return the facts of the clock, and what the known facts, and those that the entry fixes or assumes, imply."""
        given = self._given[entry.id]
        clock = [fact for fact in self._clock_facts if fact.fact not in {*known_facts, *given}]
        known_facts = {**known_facts, **{fact.fact: fact.value for fact in clock}}
        return clock + [
            implied
            for implied in self._knowledge.implied_facts
            if implied.fact not in {*known_facts, *given} and evaluate(implied.when, known_facts, given) is True
        ]

    def _rules(self, table: DecisionTable, state: Sequence[CellIndices]) -> list[Rule]:
        """Return the rules that can still apply, in order."""
        remaining = table.rule_index[np.ix_(*state)] if state else table.rule_index
        return [table.rules[number] for number in np.unique(remaining) if number != GAP]

    def _deciding(
        self, table: DecisionTable, state: tuple[CellIndices, ...], known_facts: Mapping[str, FactValue]
    ) -> list[str]:
        """Return the known facts that determine the destination, or all known facts of the table if none does alone."""
        names = [name for name in table.facts if name in known_facts]
        return [name for name in names if _is_relevant(table, state, name)] or names

    def _certain_rules(self, entry: Entry, rules: list[Rule], known_facts: Mapping[str, FactValue]) -> list[Rule]:
        """Return the first of several rules that certainly holds, or all of them if none does."""
        given = self._given[entry.id]
        return [rule for rule in rules if evaluate(rule.when, known_facts, given) is True][:1] or rules

    def _open(
        self,
        entry: Entry,
        rules: list[Rule],
        missing: tuple[str, ...],
        question: str | None,
        known_facts: Mapping[str, FactValue],
    ) -> Decision:
        possible = tuple({rule.target.id: rule.target for rule in rules}.values())
        names = list({rule.destination_ids: rule.goes_to for rule in rules}.values())
        labels = ", ".join(self._knowledge.facts[name].label.lower() for name in missing)
        destinations = ", ".join(names[:-1]) + f" or {names[-1]}"
        return Decision(
            destination=None,
            also=(),
            possible=possible,
            missing=missing,
            question=question,
            because=(f"Still open: {destinations}. Depends on: {labels}.",),
            reason=destinations,
            contradicting=(),
            taken_as=(),
            instead=None,
            top_warning=self._top_warning(entry, rules, known_facts),
            warnings=self._warnings(entry, rules, known_facts),
            cautions=_cautions(entry, rules),
            path=self._path(entry, rules, known_facts),
            note=self._note(entry, rules),
            form=_common_value(rule.form for rule in rules) or entry.form,
            known_facts=dict(known_facts),
        )

    def _note(self, entry: Entry, rules: Sequence[Rule]) -> str | None:
        """Return the note if all rules that can apply agree. The entry's note is not used for a case not eligible."""
        if all(rule.not_eligible is not None for rule in rules):
            return _common_value(rule.note for rule in rules)
        return _common_value(rule.note or entry.note for rule in rules)

    def _path(self, entry: Entry, rules: Sequence[Rule], known_facts: Mapping[str, FactValue]) -> tuple[str, ...]:
        """Return the applicable steps: those of the entry, then those shared by all rules that can apply.

        If the case is not eligible, the steps are the alternatives of the rules.
        """
        added = self._added((rule.path for rule in rules), entry, known_facts)
        if _instead(rules) is not None:
            return (*dict.fromkeys(rule.instead or "" for rule in rules), *added)
        return (*self._applying(entry.path, entry, known_facts), *added)

    def _warnings(self, entry: Entry, rules: Sequence[Rule], known_facts: Mapping[str, FactValue]) -> tuple[str, ...]:
        own = self._applying(entry.warnings, entry, known_facts)
        added = self._added((rule.warnings for rule in rules), entry, known_facts)
        return (*own, *added)

    def _top_warning(self, entry: Entry, rules: Sequence[Rule], known_facts: Mapping[str, FactValue]) -> str | None:
        marked = [step for step in entry.warnings if step.important or step.when != ALWAYS]
        own = self._applying(marked, entry, known_facts)
        return next(iter((*own, *self._added((rule.warnings for rule in rules), entry, known_facts))), None)

    def _added(
        self, lines: Iterable[tuple[Step, ...]], entry: Entry, known_facts: Mapping[str, FactValue]
    ) -> tuple[str, ...]:
        """Return the steps that all rules have in common."""
        each = [self._applying(steps, entry, known_facts) for steps in lines]
        return tuple(step for step in each[0] if all(step in steps for steps in each)) if each else ()

    def _applying(self, steps: Iterable[Step], entry: Entry, known_facts: Mapping[str, FactValue]) -> tuple[str, ...]:
        given = self._given[entry.id]
        return tuple(
            step.text
            for step in steps
            if (step.when is ALWAYS or evaluate(step.when, known_facts, given) is True)
            and not (step.finds and all(name in known_facts or name in given for name in step.finds))
        )


def _instead(rules: Sequence[Rule]) -> str | None:
    """Return what to do instead, by the first rule, if all rules say that the case is not eligible and what to do."""
    alternatives = [rule.instead for rule in rules if rule.not_eligible is not None and rule.instead]
    return alternatives[0] if alternatives and len(alternatives) == len(rules) else None


def _is_relevant(table: DecisionTable, state: Sequence[CellIndices], name: str) -> bool:
    """Return whether other values of this fact lead to another destination, with all other facts unchanged."""
    if name not in table.facts:
        return False
    axis = table.facts.index(name)
    destination_index = table.destination_index[
        np.ix_(*state[:axis], tuple(range(len(table.cells[axis]))), *state[axis + 1 :])
    ]
    return bool((destination_index != destination_index.flat[0]).any())


def _cautions(entry: Entry, rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the cautions of the entry, then those that all rules that can apply have in common."""
    each = [[conflict.summary for conflict in rule.conflicts] for rule in rules]
    shared = [text for text in each[0] if all(text in texts for texts in each)] if each else []
    return tuple(dict.fromkeys((*(conflict.summary for conflict in entry.conflicts), *shared)))


def _common_value(values: Iterable[str | None]) -> str | None:
    """Return the value if all values are equal, else None."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
