"""Link rules and steps: resolve what they name, and expand the tables and procedures that they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from slackguide.knowledge.condition_parser import ConditionParser
from slackguide.knowledge.conditions import Condition, both
from slackguide.knowledge.declarations import Declarations
from slackguide.knowledge.diagnostics import did_you_mean
from slackguide.knowledge.entries import (
    BUILT_IN_KINDS,
    CitationSpec,
    DocumentSpec,
    EntrySpec,
    RuleSpec,
    StepSpec,
)
from slackguide.knowledge.model import (
    NOT_ELIGIBLE,
    Citation,
    Destination,
    Rule,
    SourceLocation,
    Step,
)
from slackguide.knowledge.parser import ParsedFile
from slackguide.knowledge.yaml_source import KeyPath, YamlSource

RULE_LIMIT = 500
"""Maximum rules of an entry with its shared tables expanded. The shipped entries have under twenty."""

STEP_LIMIT = 40
"""Maximum steps of a list with its shared procedures expanded."""

NESTING_LIMIT = 12
"""Maximum nesting of tables or procedures that use others."""


class RuleLinker(Declarations):
    """Links rules and steps. Errors are reported on the file in which they occur."""

    def __init__(self, files: Sequence[ParsedFile]) -> None:
        super().__init__(files)
        specs: dict[str, tuple[Any, YamlSource, KeyPath]] = {
            id: (spec, source, ("conditions", id)) for id, spec, source in self._first_declarations("conditions")
        }
        invalid = None if self._unreadable else self._invalid("facts", "conditions")
        self._unknown_facts = invalid
        self._conditions = ConditionParser(self._facts, specs, invalid=invalid)
        self._invalid_headers = {parsed.source.file: parsed.invalid_header for parsed in files}
        self._documents_of = {parsed.source.file: parsed.header.document for parsed in files}

    def _table(self, id: str, within: tuple[str, ...]) -> tuple[Rule, ...]:
        if id not in self._tables:  # declared, but invalid
            return ()
        rules, source = self._tables[id]
        return self._rules(rules, source, ("tables", id), (*within, id))

    def _rules(
        self, rules: Iterable[RuleSpec], source: YamlSource, key_path: KeyPath, within: tuple[str, ...]
    ) -> tuple[Rule, ...]:
        """Link rules and expand the tables they use. `within` are the tables being expanded, outermost first."""
        linked: list[Rule] = []
        for number, rule in enumerate(rules):
            at = (*key_path, number)
            if rule.use is not None:
                if self._usable("table", rule.use, within, source, (*at, "use")):
                    linked.extend(self._included(rule, source, at, within))
            else:
                target = self._target(rule.to or NOT_ELIGIBLE, source, (*at, "to"))
                when = self._conditions.parse(rule.when, source, (*at, "when"))
                if target is not None:
                    linked.append(self._rule(rule, when, target, source, at, within[-1] if within else None))
            if len(linked) > RULE_LIMIT:
                source.report(key_path, f"more than {RULE_LIMIT} rules with its tables expanded: split it")
                break
        return tuple(linked[:RULE_LIMIT])

    def _included(
        self, including: RuleSpec, source: YamlSource, key_path: KeyPath, within: tuple[str, ...]
    ) -> Iterator[Rule]:
        """Yield the rules of a shared table, restricted and extended by the rule that includes it."""
        when = self._conditions.parse(including.when, source, (*key_path, "when"))
        added = self._rule(including, when, self._destinations[NOT_ELIGIBLE], source, key_path, None)
        for rule in self._table(including.use or "", within):
            yield replace(
                rule,
                when=both(when, rule.when),
                because="; ".join(text for text in (added.because, rule.because) if text) or None,
                also=() if rule.not_eligible else _distinct((*rule.also, *added.also), rule.target),
                path=(*rule.path, *added.path),
                warnings=(*rule.warnings, *added.warnings),
                note=rule.note or added.note,
                form=rule.form or added.form,
                source=rule.source or added.source,
                conflicts=(*rule.conflicts, *added.conflicts),
            )

    def _usable(self, kind: str, id: str, within: tuple[str, ...], source: YamlSource, key_path: KeyPath) -> bool:
        """Return whether the table or procedure `id` can be included here. Report an error if it cannot."""
        if id in within:
            source.report(key_path, f"the {kind} `{id}` uses itself")
        elif len(within) > NESTING_LIMIT:
            source.report(key_path, f"{kind}s nested more than {NESTING_LIMIT} deep: write them out")
        else:
            return self._reference(kind, id, [f"{kind}s"], source, key_path)
        return False

    def _rule(
        self,
        rule: RuleSpec,
        when: Condition,
        target: Destination,
        source: YamlSource,
        key_path: KeyPath,
        table: str | None,
    ) -> Rule:
        cited = self._sources([rule.source] if rule.source else [], source, (*key_path, "source"))
        return Rule(
            when=when,
            target=target,
            location=location_of(source, key_path),
            table=table,
            also=self._also(rule, source, (*key_path, "also")),
            not_eligible=rule.not_eligible,
            instead=rule.instead,
            because=rule.because,
            path=self._steps(rule.path, source, (*key_path, "path")),
            warnings=self._steps(rule.warnings, source, (*key_path, "warnings")),
            note=self._named_note(rule.note, source, (*key_path, "note")),
            form=self._named_form(rule.form, source, (*key_path, "form")),
            source=cited[0] if cited else None,
            conflicts=rule.conflicts,
        )

    def _target(self, id: str, source: YamlSource, key_path: KeyPath) -> Destination | None:
        if not self._reference("destination", id, ["destinations", "articles"], source, key_path):
            return None
        if article := self._articles.get(id):
            kind = self._kinds.get("article", BUILT_IN_KINDS["article"])
            return Destination(
                id, "article", article.title[:150], kind_label=kind.label, icon=kind.icon, url=article.url
            )
        return self._destinations.get(id)

    def _also(self, spec: EntrySpec | RuleSpec, source: YamlSource, key_path: KeyPath) -> tuple[Destination, ...]:
        """Return the further destinations. Report unknown ones, and the one of `to`."""
        found: list[Destination] = []
        for number, id in enumerate(spec.also):
            at = (*key_path, number)
            if id == spec.to:
                source.report(at, f"`{id}` is already the destination: remove it here")
            elif (target := self._target(id, source, at)) is not None:
                found.append(target)
        return _distinct(found)

    def _steps(
        self, lines: Iterable[StepSpec], source: YamlSource, key_path: KeyPath, within: tuple[str, ...] = ()
    ) -> tuple[Step, ...]:
        """Link steps and expand the procedures they use."""
        steps: list[Step] = []
        for number, line in enumerate(lines):
            at = (*key_path, number)
            when = self._conditions.parse(line.when, source, (*at, "when"))
            if line.text is not None:
                steps.append(Step(line.text, when, self._found(line, source, at), line.important))
            elif line.use is not None and self._usable("procedure", line.use, within, source, (*at, "use")):
                shared = self._procedures.get(line.use)
                if shared is not None:
                    shared_lines, shared_source = shared
                    inner = self._steps(shared_lines, shared_source, ("procedures", line.use), (*within, line.use))
                    steps.extend(replace(step, when=both(when, step.when)) for step in inner)
            if len(steps) > STEP_LIMIT:
                source.report(key_path, f"more than {STEP_LIMIT} steps with its procedures expanded: shorten it")
                return tuple(steps[:STEP_LIMIT])
        return tuple(steps)

    def _found(self, line: StepSpec, source: YamlSource, key_path: KeyPath) -> tuple[str, ...]:
        """Return the facts that a step finds, without unknown ones, which are reported."""
        return tuple(
            name
            for number, name in enumerate(line.finds)
            if self._reference("fact", name, ["facts"], source, (*key_path, "finds", number))
        )

    def _named_note(self, id: str | None, source: YamlSource, key_path: KeyPath) -> str | None:
        return id if id is None or self._reference("note", id, ["notes"], source, key_path) else None

    def _named_form(self, id: str | None, source: YamlSource, key_path: KeyPath) -> str | None:
        return id if id is None or self._reference("form", id, ["forms"], source, key_path) else None

    def _sources(self, sources: Iterable[CitationSpec], source: YamlSource, key_path: KeyPath) -> tuple[Citation, ...]:
        """Link citations. A citation without a document refers to the document of the file."""
        cited: list[Citation] = []
        for number, item in enumerate(sources):
            id = item.document or self._documents_of[source.file]
            if id is None and "document" in self._invalid_headers[source.file]:
                continue
            if id is None:
                declared = ", ".join(f"`{name}`" for name in sorted(self._declared("documents")))
                source.report(
                    key_path,
                    "of which document is this a section? Write `document: NAME` at the top of the file "
                    f"({f'declared: {declared}' if declared else 'declare it under `documents` first'})",
                )
            elif self._reference("document", id, ["documents"], source, (*key_path, number, "document")):
                document = self._documents.get(id) or DocumentSpec(title=id)
                if document.sections and item.section not in document.sections:
                    suggestion = did_you_mean(item.section, document.sections)
                    source.report((*key_path, number), f"`{id}` has no section `{item.section}`{suggestion}")
                cited.append(Citation(document.title, item.section))
        return tuple(cited)


def _distinct(places: Iterable[Destination], target: Destination | None = None) -> tuple[Destination, ...]:
    """Return each destination once, and not the `target`, to which the case goes in any case."""
    return tuple(dict.fromkeys(place for place in places if place != target))


def location_of(source: YamlSource, key_path: KeyPath) -> SourceLocation:
    """Return the position of a key as the location of an entry or a rule."""
    return SourceLocation(source.file, *source.position(key_path))
