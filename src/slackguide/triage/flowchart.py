"""The questions of an entry as a flowchart in Mermaid, which most Markdown viewers draw.

The questions come in the order in which the guide asks them; where two ways lead to the same questions and
destinations they meet in one box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from slackguide.errors import UnusableInput
from slackguide.knowledge import Entry, Rule
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.asking import Interview
from slackguide.triage.boxes import words
from slackguide.triage.table import NO_RULE, DecisionTable

BOX_LIMIT = 100
"""Most boxes of a flowchart that a person can still follow."""

_ESCAPES = str.maketrans({
    '"': "#quot;", "#": "#35;", "&": "#38;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;", "\n": " ",
})  # fmt: skip


def flowchart(table: DecisionTable, entry: Entry, told: Mapping[str, FactValue], facts: Mapping[str, FactSpec]) -> str:
    """The flowchart of an entry for the facts told, as a fenced block of Markdown.

    Raises `UnusableInput` where it would have more than `BOX_LIMIT` boxes.
    """
    narrowed = table.within(table.possible(told, entry))
    return _Drawing(narrowed, entry, facts).drawn()


class _Drawing:
    """One flowchart being drawn; a box is known by its text and where its arrows lead."""

    def __init__(self, table: DecisionTable, entry: Entry, facts: Mapping[str, FactSpec]) -> None:
        self._table = table
        self._entry = entry
        self._facts = facts
        every = tuple(tuple(range(len(cells))) for cells in table.cells)
        self._interview = Interview(table, every, facts)
        self._boxes: dict[tuple[str, ...], str] = {}
        self._lines: list[str] = []

    def drawn(self) -> str:
        first = self._box({})
        start = f'start(["{_escaped(self._entry.title)}"]) --> {first}'
        return "\n".join(["```mermaid", "flowchart TD", f"    {start}", *self._lines, "```"])

    def _box(self, told: dict[str, int]) -> str:
        """The id of the box that comes once the facts in `told` are known, by their cells."""
        asked = self._interview.missing(told)
        if not asked:
            return self._destination(self._rules(told))
        name = asked[0]
        cells = self._table.cells[self._table.facts.index(name)]
        ways: dict[str, list[int]] = {}
        for number in range(len(cells)):
            ways.setdefault(self._box({**told, name: number}), []).append(number)
        arrows = {box: words(name, [cells[number] for number in numbers], self._facts) for box, numbers in ways.items()}
        return self._question(self._facts[name].ask, arrows)

    def _question(self, ask: str, arrows: Mapping[str, str]) -> str:
        key = (ask, *(f"{box} {label}" for box, label in arrows.items()))
        if key not in self._boxes:
            box = self._new("q", key)
            self._lines.append(f'    {box}{{"{_escaped(ask)}"}}')
            self._lines += [f'    {box} -->|"{_escaped(label)}"| {to}' for to, label in arrows.items()]
        return self._boxes[key]

    def _destination(self, rules: Sequence[Rule]) -> str:
        """The box of a destination; of a case that is not eligible it says why, where all the rules say the same."""
        name = rules[0].target.name
        reasons = {rule.not_eligible for rule in rules}
        reason = reasons.pop() if len(reasons) == 1 else None
        key = (rules[0].target.id, reason or "")
        if key not in self._boxes:
            label = f"{_escaped(name)}<br>{_escaped(reason)}" if reason else _escaped(name)
            self._lines.append(f'    {self._new("d", key)}["{label}"]')
        return self._boxes[key]

    def _new(self, kind: str, key: tuple[str, ...]) -> str:
        if len(self._boxes) >= BOX_LIMIT:
            raise UnusableInput(
                f"The flowchart of `{self._entry.id}` has more than {BOX_LIMIT} boxes, which nobody could follow: "
                "tell some facts with --fact NAME=VALUE, or leave --mermaid out for the table."
            )
        self._boxes[key] = f"{kind}{len(self._boxes) + 1}"
        return self._boxes[key]

    def _rules(self, told: Mapping[str, int]) -> list[Rule]:
        at = tuple(told.get(name, slice(None)) for name in self._table.facts)
        return [self._table.rules[number] for number in np.unique(self._table.first[at]) if number != NO_RULE]


def _escaped(text: str) -> str:
    """Text inside a quoted Mermaid label: nothing of it can end the label or be taken for markup."""
    return text.translate(_ESCAPES)
