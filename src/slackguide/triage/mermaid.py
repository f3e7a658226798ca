"""Render the questions of an entry as a Mermaid flowchart for Markdown viewers."""

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

NODE_LIMIT = 100
"""Maximum nodes of a flowchart, for readability."""

_ESCAPES = str.maketrans({
    '"': "#quot;", "#": "#35;", "&": "#38;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;", "\n": " ",
})  # fmt: skip


def flowchart(
    table: DecisionTable, entry: Entry, known_facts: Mapping[str, FactValue], facts: Mapping[str, FactSpec]
) -> str:
    """Return the flowchart of an entry for the known facts, as a fenced Markdown code block.

    Raises `UnusableInput` if it has more than `NODE_LIMIT` nodes.
    """
    restricted = table.restrict(table.possible_cells(known_facts, entry))
    return _FlowchartBuilder(restricted, entry, facts).build()


class _FlowchartBuilder:
    """Builds a flowchart. Nodes with the same text and the same outgoing edges are shared."""

    def __init__(self, table: DecisionTable, entry: Entry, facts: Mapping[str, FactSpec]) -> None:
        self._table = table
        self._entry = entry
        self._facts = facts
        all_cells = tuple(tuple(range(len(cells))) for cells in table.cells)
        self._planner = QuestionPlanner(table, all_cells, facts)
        self._nodes: dict[tuple[str, ...], str] = {}
        self._lines: list[str] = []

    def build(self) -> str:
        first = self._node({})
        start = f'start(["{_escaped(self._entry.title)}"]) --> {first}'
        return "\n".join(["```mermaid", "flowchart TD", f"    {start}", *self._lines, "```"])

    def _node(self, known_facts: dict[str, int]) -> str:
        """Add the node for the known facts, given by their cells, and return its id."""
        missing = self._planner.missing(known_facts)
        if not missing:
            return self._destination(self._rules(known_facts))
        name = missing[0]
        cells = self._table.cells[self._table.facts.index(name)]
        cells_by_node: dict[str, list[int]] = {}
        for number in range(len(cells)):
            cells_by_node.setdefault(self._node({**known_facts, name: number}), []).append(number)
        edges = {
            node: describe_cells(name, [cells[number] for number in numbers], self._facts)
            for node, numbers in cells_by_node.items()
        }
        return self._question(self._facts[name].ask, edges)

    def _question(self, ask: str, edges: Mapping[str, str]) -> str:
        key = (ask, *(f"{node} {label}" for node, label in edges.items()))
        if key not in self._nodes:
            node = self._new("q", key)
            self._lines.append(f'    {node}{{"{_escaped(ask)}"}}')
            self._lines += [f'    {node} -->|"{_escaped(label)}"| {to}' for to, label in edges.items()]
        return self._nodes[key]

    def _destination(self, rules: Sequence[Rule]) -> str:
        """Add the node of a destination and return its id. The label includes the reason if all rules share one."""
        name = rules[0].goes_to
        reasons = {rule.not_eligible for rule in rules}
        reason = reasons.pop() if len(reasons) == 1 else None
        key = (*rules[0].destination_ids, reason or "")
        if key not in self._nodes:
            label = f"{_escaped(name)}<br>{_escaped(reason)}" if reason else _escaped(name)
            self._lines.append(f'    {self._new("d", key)}["{label}"]')
        return self._nodes[key]

    def _new(self, kind: str, key: tuple[str, ...]) -> str:
        if len(self._nodes) >= NODE_LIMIT:
            raise UnusableInput(
                f"The flowchart of `{self._entry.id}` has more than {NODE_LIMIT} nodes, which is too large to read: "
                "pass some facts with --fact NAME=VALUE, or omit --mermaid to print the table."
            )
        self._nodes[key] = f"{kind}{len(self._nodes) + 1}"
        return self._nodes[key]

    def _rules(self, known_facts: Mapping[str, int]) -> list[Rule]:
        at = tuple(known_facts.get(name, slice(None)) for name in self._table.facts)
        return [self._table.rules[number] for number in np.unique(self._table.rule_index[at]) if number != GAP]


def _escaped(text: str) -> str:
    """Escape text for a quoted Mermaid label."""
    return text.translate(_ESCAPES)
