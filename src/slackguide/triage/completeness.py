"""Check decision tables for completeness: every case has a rule, and every rule decides a case.

A fact that an entry fixes or assumes is partitioned like any other. A fact stated by an agent overrides it, so the
table must decide those cases too.
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
from slackguide.knowledge.conditions import ALWAYS, OneOf, Within
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.decision_table import (
    GAP,
    DecisionTable,
    FactCells,
    build_table,
    cells_by_fact,
    evaluate_condition,
)
from slackguide.triage.regions import describe_cells, region_conditions, region_size, split_into_regions

FACT_LIMIT = 12
"""Maximum facts of one entry. The cost of ordering the questions is exponential in this number."""

CASE_LIMIT = 1_000_000
"""Maximum cases of one entry, with "unknown" counted as a value of every fact. Shipped entries have under 50,000."""

MAX_EXAMPLES = 3
"""Maximum counter-examples or names in one message."""

MAX_GAP_REGIONS = 20
"""Maximum regions of undecided cases to compute. The largest of them are reported."""


def load_verified(directory: Path) -> KnowledgeBase:
    """Load the knowledge base in `directory` and check its decision tables.

    Raises `UnusableInput` if there is nothing to read, and `InvalidKnowledgeError` with every diagnostic of the files
    and of the tables if there are any.
    """
    inspection = inspect(directory)
    diagnostics = list(inspection.diagnostics)
    if inspection.knowledge is not None:
        diagnostics += inspection.named(
            check_tables(
                inspection.knowledge,
                unverified=inspection.unverified,
                unverified_tables=inspection.unverified_tables,
            )
        )
    if diagnostics or inspection.knowledge is None:
        raise InvalidKnowledgeError(diagnostics)
    return inspection.knowledge


def check_tables(
    knowledge: KnowledgeBase, *, unverified: Collection[str] = (), unverified_tables: Collection[str] = ()
) -> list[Diagnostic]:
    """Return diagnostics for cases without a rule, rules without a case, and tables too large to check.

    Entries in `unverified` and tables in `unverified_tables` are skipped, because some of their rules have errors.
    """
    check = _CompletenessCheck(knowledge.facts)
    for id, entry in knowledge.entries.items():
        if id not in unverified:
            check.check_entry(entry)
    sound = {id: rules for id, rules in knowledge.tables.items() if id not in unverified_tables}
    check.check_shared_tables(sound, partly=bool(unverified))
    return check.diagnostics


class _CompletenessCheck:
    def __init__(self, facts: Mapping[str, FactSpec]) -> None:
        self._facts = facts
        self.diagnostics: list[Diagnostic] = []
        self._reached: set[SourceLocation] = set()
        self._never_reached: dict[SourceLocation, str] = {}
        """Shared rules that decide no case in some entry, by location, with the explanation."""

    def check_entry(self, entry: Entry) -> None:
        table = self._table(entry.rules, (*entry.assumes, *entry.fixes), entry.location, f"`{entry.id}`")
        if table is None:
            self._reached.update(rule.location for rule in entry.rules)
            return
        if (gaps := table.rule_index == GAP).any():
            message = f"{_describe_gaps(gaps, table, self._facts)}: add a rule, or a last one without `when`"
            self._report(entry.location, message)
        reached = set(np.unique(table.rule_index).tolist())
        for number, rule in enumerate(entry.rules):
            if number in reached:
                self._reached.add(rule.location)
            elif rule.table is None and number <= _first_hidden(entry.rules):
                self._report(rule.location, f"this rule never applies: {_describe_masking(number, table)}")
            else:
                self._never_reached.setdefault(rule.location, f"in `{entry.id}` {_describe_masking(number, table)}")

    def check_shared_tables(self, tables: Mapping[str, tuple[Rule, ...]], *, partly: bool) -> None:
        """Report rules of shared tables that decide no case in any entry, or, if unused, in the table itself.

        `partly` means that some entries were skipped. Then only rules masked within the table itself are reported.
        """
        for id, rules in tables.items():
            own = [number for number, rule in enumerate(rules) if rule.table == id]
            missed = [number for number in own if rules[number].location not in self._reached]
            if not missed:
                continue
            table = self._table(rules, (), rules[0].location, f"the table `{id}`")
            if table is None:
                continue
            reached = set(np.unique(table.rule_index).tolist())
            for number in missed:
                reason = self._never_reached.get(rules[number].location)
                if number > _first_hidden(rules):
                    continue
                if number not in reached:
                    self._report(rules[number].location, f"this rule never applies: {_describe_masking(number, table)}")
                elif reason is not None and not partly:
                    self._report(
                        rules[number].location, f"this rule never applies in any entry that uses `{id}`: {reason}"
                    )

    def _table(
        self, rules: tuple[Rule, ...], given: Sequence[OneOf | Within], location: SourceLocation, owner: str
    ) -> DecisionTable | None:
        """Return the decision table, or None and report a diagnostic if it is too large to build."""
        axes = cells_by_fact(rules, given, self._facts)
        cases = prod(len(cells) + 1 for cells in axes.values())
        if len(axes) <= FACT_LIMIT and cases <= CASE_LIMIT:
            return build_table(rules, axes)
        sizes = sorted(axes, key=lambda name: -len(axes[name]))
        largest = _join_names([f"{name} {len(axes[name])}" for name in sizes])
        self._report(
            location,
            f"{owner} has {len(axes)} facts and {cases:,} cases ({largest}), at most {FACT_LIMIT} facts and "
            f"{CASE_LIMIT:,} cases can be checked: split it, or use fewer values and ranges",
        )
        return None

    def _report(self, location: SourceLocation, message: str) -> None:
        self.diagnostics.append(Diagnostic(location.file, location.line, location.column, message))


def _first_hidden(rules: Sequence[Rule]) -> int:
    """Return the number of the rule after the first one without a condition. Those below it have the same mistake."""
    return next((number + 1 for number, rule in enumerate(rules) if rule.when == ALWAYS), len(rules))


def _describe_gaps(gaps: npt.NDArray[np.bool_], table: DecisionTable, facts: Mapping[str, FactSpec]) -> str:
    """Describe the gaps: `no rule for Premium, 31 days or more, no backup; nor for …`."""
    regions = list(islice(split_into_regions(gaps), MAX_GAP_REGIONS + 1))
    cases = [
        _describe_case(region_conditions(region, table, facts), facts)
        for region in sorted(regions, key=lambda region: -region_size(region))
    ]
    more = (
        ""
        if len(cases) <= MAX_EXAMPLES
        else f"; and {len(cases) - MAX_EXAMPLES}{'' if len(cases) <= MAX_GAP_REGIONS else ' or'} more"
    )
    return "no rule for " + "; nor for ".join(cases[:MAX_EXAMPLES]) + more


def _describe_case(known_facts: FactCells, facts: Mapping[str, FactSpec]) -> str:
    return ", ".join(describe_cells(name, cells, facts) for name, cells in known_facts.items()) or "any case"


def _describe_masking(number: int, table: DecisionTable) -> str:
    """Explain why a rule never applies: its condition cannot hold, or earlier rules decide all its cases."""
    rule = table.rules[number]
    holds = np.broadcast_to(
        evaluate_condition(rule.when, dict(zip(table.facts, table.cells, strict=True))), table.rule_index.shape
    )
    if not holds.any():
        return "its condition can never hold"
    earlier = [table.rules[first] for first in np.unique(table.rule_index[holds]).tolist()]
    verb = "decides" if len(earlier) == 1 else "decide"
    return f"{_join_names(list(_lines(earlier, rule.location.file)))} before it {verb} all its cases"


def _lines(rules: Sequence[Rule], file: str) -> Iterator[str]:
    for rule in rules:
        yield f"the rule on line {rule.location.line}" if rule.location.file == file else f"the rule at {rule.line}"


def _join_names(names: Sequence[str]) -> str:
    """Join the first `MAX_EXAMPLES` names and state how many more there are."""
    if len(names) > MAX_EXAMPLES:
        return f"{', '.join(names[:MAX_EXAMPLES])} and {len(names) - MAX_EXAMPLES} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
