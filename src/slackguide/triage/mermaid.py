"""Render an entry's questions as a Mermaid flowchart, which most Markdown viewers draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from slackguide.errors import UnusableInput
from slackguide.knowledge import Entry, Rule
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.decision_table import GAP, DecisionTable
from slackguide.triage.question_order import QuestionPlanner
from slackguide.triage.regions import describe_cells

BOX_LIMIT = 100
"""Most boxes of a flowchart that a person can still follow."""

_ESCAPES = str.maketrans({
    '"': "#quot;", "#": "#35;", "&": "#38;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;", "\n": " ",
})  # fmt: skip


def flowchart(
    table: DecisionTable, entry: Entry, known_facts: Mapping[str, FactValue], facts: Mapping[str, FactSpec]
) -> str:
    """The flowchart of an entry for the known facts, as a fenced block of Markdown.

    Raises `UnusableInput` where it would have more than `BOX_LIMIT` boxes.
    """
    narrowed = table.restrict(table.possible_cells(known_facts, entry))
    return _FlowchartBuilder(narrowed, entry, facts).build()


class _FlowchartBuilder:
    """One flowchart being drawn; a box is known by its text and where its arrows lead."""

    def __init__(self, table: DecisionTable, entry: Entry, facts: Mapping[str, FactSpec]) -> None:
        self._table = table
        self._entry = entry
        self._facts = facts
        every = tuple(tuple(range(len(cells))) for cells in table.cells)
        self._planner = QuestionPlanner(table, every, facts)
        self._nodes: dict[tuple[str, ...], str] = {}
        self._lines: list[str] = []

    def build(self) -> str:
        first = self._node({})
        start = f'start(["{_escaped(self._entry.title)}"]) --> {first}'
        return "\n".join(["```mermaid", "flowchart TD", f"    {start}", *self._lines, "```"])

    def _node(self, known_facts: dict[str, int]) -> str:
        """The id of the box that comes once the facts in `known_facts` are known, by their cells."""
        asked = self._planner.missing(known_facts)
        if not asked:
            return self._destination(self._rules(known_facts))
        name = asked[0]
        cells = self._table.cells[self._table.facts.index(name)]
        ways: dict[str, list[int]] = {}
        for number in range(len(cells)):
            ways.setdefault(self._node({**known_facts, name: number}), []).append(number)
        arrows = {
            region: describe_cells(name, [cells[number] for number in numbers], self._facts)
            for region, numbers in ways.items()
        }
        return self._question(self._facts[name].ask, arrows)

    def _question(self, ask: str, arrows: Mapping[str, str]) -> str:
        key = (ask, *(f"{region} {label}" for region, label in arrows.items()))
        if key not in self._nodes:
            region = self._new("q", key)
            self._lines.append(f'    {region}{{"{_escaped(ask)}"}}')
            self._lines += [f'    {region} -->|"{_escaped(label)}"| {to}' for to, label in arrows.items()]
        return self._nodes[key]

    def _destination(self, rules: Sequence[Rule]) -> str:
        """The box of a destination; of a case that is not eligible it says why, where all the rules say the same."""
        name = rules[0].target.name
        reasons = {rule.not_eligible for rule in rules}
        reason = reasons.pop() if len(reasons) == 1 else None
        key = (rules[0].target.id, reason or "")
        if key not in self._nodes:
            label = f"{_escaped(name)}<br>{_escaped(reason)}" if reason else _escaped(name)
            self._lines.append(f'    {self._new("d", key)}["{label}"]')
        return self._nodes[key]

    def _new(self, kind: str, key: tuple[str, ...]) -> str:
        if len(self._nodes) >= BOX_LIMIT:
            raise UnusableInput(
                f"The flowchart of `{self._entry.id}` has more than {BOX_LIMIT} boxes, which nobody could follow: "
                "tell some facts with --fact NAME=VALUE, or leave --mermaid out for the table."
            )
        self._nodes[key] = f"{kind}{len(self._nodes) + 1}"
        return self._nodes[key]

    def _rules(self, known_facts: Mapping[str, int]) -> list[Rule]:
        at = tuple(known_facts.get(name, slice(None)) for name in self._table.facts)
        return [self._table.rules[number] for number in np.unique(self._table.rule_index[at]) if number != GAP]


def _escaped(text: str) -> str:
    """Text inside a quoted Mermaid label: nothing of it can end the label or be taken for markup."""
    return text.translate(_ESCAPES)
