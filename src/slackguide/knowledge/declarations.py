"""Collect the declarations of the files of a knowledge base, and report unknown and repeated names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from slackguide.knowledge.clock_facts import ClockSpec
from slackguide.knowledge.diagnostics import did_you_mean
from slackguide.knowledge.entries import (
    BUILT_IN_KINDS,
    ArticleSpec,
    DestinationSpec,
    DocumentSpec,
    ExampleMessages,
    KindSpec,
    NoteTemplate,
    RoleSpec,
    RuleSpec,
    StepSpec,
)
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.file_format import OutOfScopeSpec
from slackguide.knowledge.forms import Form
from slackguide.knowledge.model import NOT_ELIGIBLE, Destination
from slackguide.knowledge.parser import ParsedFile
from slackguide.knowledge.resolutions import ResolutionSpec
from slackguide.knowledge.yaml_source import KeyPath, YamlSource


class Declarations:
    """The declared items of all files, by section and name."""

    def __init__(self, files: Sequence[ParsedFile]) -> None:
        self._files = files
        self._key_paths: dict[tuple[str, str], str] = {}
        self._destinations: dict[str, Destination] = {
            NOT_ELIGIBLE: Destination(
                NOT_ELIGIBLE, "not_eligible", "Not eligible", kind_label=BUILT_IN_KINDS["not_eligible"].label
            )
        }
        self._articles: dict[str, ArticleSpec] = self._collect("articles")
        self._documents: dict[str, DocumentSpec] = self._collect("documents")
        self._notes: dict[str, NoteTemplate] = self._collect("notes")
        self._word_sets: dict[str, tuple[str, ...]] = self._collect("word_sets")
        self._facts: dict[str, FactSpec] = {
            name: fact.with_word_sets(self._word_sets) for name, fact in self._collect("facts").items()
        }
        self._parties: dict[str, tuple[str, ...]] = self._collect("parties")
        self._clock = self._collect_clock()
        self._clock_facts = self._clock.facts if self._clock else {}
        self._facts |= self._clock_facts
        self._forms: dict[str, Form] = self._collect("forms")
        self._resolutions: dict[str, ResolutionSpec] = self._collect("resolutions")
        self._messages: dict[str, ExampleMessages] = self._collect("messages")
        self._out_of_scope: dict[str, OutOfScopeSpec] = self._collect("out_of_scope")
        self._kinds: dict[str, KindSpec] = self._collect("kinds")
        self._destinations |= {id: self._destination(id, spec) for id, spec in self._collect("destinations").items()}
        self._roles = self._collect_roles()
        self._tables: dict[str, tuple[tuple[RuleSpec, ...], YamlSource]] = {
            id: (rules, source) for id, rules, source in self._first_declarations("tables")
        }
        self._procedures: dict[str, tuple[tuple[StepSpec, ...], YamlSource]] = {
            id: (lines, source) for id, lines, source in self._first_declarations("procedures")
        }
        self._unreadable = any(parsed.unreadable for parsed in files)
        """Whether a file or section could not be parsed. Its declarations are unknown, so no reference is reported."""
        self._tickets: dict[str, tuple[str, ...]] = {
            id: tickets
            for id, tickets, source in self._first_declarations("tickets")
            if self._reference("entry", id, ["entries"], source, ("tickets", id))
        }

    def _destination(self, id: str, spec: DestinationSpec) -> Destination:
        kind = self._kinds.get(spec.kind) or BUILT_IN_KINDS.get(spec.kind)
        return Destination(
            id=id,
            kind=spec.kind,
            name=spec.name,
            also=spec.also,
            note=spec.note,
            kind_label=kind.label if kind else spec.kind.replace("_", " "),
            icon=kind.icon if kind else None,
            url=spec.url,
            mailbox=spec.mailbox,
            pager=spec.pager,
            command=spec.command,
        )

    def _collect_clock(self) -> ClockSpec | None:
        """Return the clock. Report a second one, and facts that are declared under its names."""
        clock: ClockSpec | None = None
        for parsed in self._files:
            if parsed.clock is not None and self._register("clock", "clock", parsed.source, ("clock",)):
                clock = parsed.clock
        for parsed in self._files:
            for name in parsed.section("facts"):
                if clock is not None and name in clock.facts:
                    parsed.source.report(
                        ("facts", name), f"`{name}` is a fact of the clock: rename this one", at_key=True
                    )
        return clock

    def _collect_roles(self) -> dict[str, RoleSpec]:
        """Return the declared roles. Several files can add user groups to one role."""
        roles: dict[str, RoleSpec] = {}
        for parsed in self._files:
            for name, role in parsed.roles.items():
                before = roles.get(name, RoleSpec())
                roles[name] = RoleSpec(label=before.label or role.label, groups=(*before.groups, *role.groups))
        return roles

    def _collect(self, section: str) -> dict[str, Any]:
        return {id: item for id, item, _ in self._first_declarations(section)}

    def _first_declarations(self, section: str) -> Iterator[tuple[str, Any, YamlSource]]:
        """Yield each id of a section with its first declaration and the file of that. Report further ones."""
        for parsed in self._files:
            for id, item in parsed.section(section).items():
                if self._register(section, id, parsed.source, (section, id)):
                    yield id, item, parsed.source

    def _register(self, section: str, id: str, source: YamlSource, key_path: KeyPath) -> bool:
        """Return whether this is the first declaration of `id`. Report a second one."""
        line, _ = source.position(key_path, at_key=True)
        first = self._key_paths.setdefault((section, id), f"{source.file}:{line}")
        if first != f"{source.file}:{line}":
            source.report(key_path, f"`{id}` is already declared at {first}: remove one of the two", at_key=True)
            return False
        return True

    def _declared(self, *sections: str) -> set[str]:
        names = {id for parsed in self._files for section in sections for id in parsed.declared.get(section, ())}
        return names | {NOT_ELIGIBLE} if "destinations" in sections else names

    def _invalid(self, *sections: str) -> set[str]:
        """Return the names in these sections whose declarations have errors."""
        valid = {id for parsed in self._files for section in sections for id in parsed.section(section)}
        return self._declared(*sections) - valid

    def _error_count(self) -> int:
        return sum(len(parsed.source.diagnostics) for parsed in self._files)

    def _reference(self, kind: str, id: str, sections: Iterable[str], source: YamlSource, key_path: KeyPath) -> bool:
        names = self._declared(*sections)
        if id in names:
            return True
        if self._unreadable:
            return False
        source.report(key_path, f"unknown {kind} `{id}`{did_you_mean(id, names)}")
        return False
