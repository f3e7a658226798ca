"""Joins the files of a knowledge base: resolves every reference, and notes each that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from slackguide.knowledge.compiled import (
    NOT_ELIGIBLE,
    Citation,
    KnowledgeBase,
    KnownEntry,
    RouteRule,
    Spot,
    Step,
    Target,
)
from slackguide.knowledge.conditions import ALWAYS, Condition, OneOf, Within, both
from slackguide.knowledge.conditions_reader import ConditionReader
from slackguide.knowledge.entries import Article, Entry, Line, Messages, NoteTemplate, Rule, SeeAlso, Source
from slackguide.knowledge.facts import FactDefinition
from slackguide.knowledge.faults import did_you_mean
from slackguide.knowledge.form_checks import note_form_faults
from slackguide.knowledge.format import Parsed
from slackguide.knowledge.forms import Form
from slackguide.knowledge.yaml_reader import Place
from slackguide.knowledge.yaml_reader import Source as YamlSource

CARD_LIMIT = 9_000
"""Most characters of an entry's warnings, steps and note together: a Slack message takes about 12,000 in all blocks,
and the title, the reasons, the sources and the buttons need their share."""

RULE_LIMIT = 500
"""Most rules of an entry with its shared tables written out; the shipped entries stay under twenty."""

STEP_LIMIT = 40
"""Most steps in one place with shared procedures written out: no agent follows more."""

NESTING_LIMIT = 12
"""Deepest nesting of tables or procedures that use others."""

SAME = re.compile(r"[\W_]+")
PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")


class Linker:
    """Joins parsed files. Faults are noted on the files they stand in."""

    def __init__(self, files: Sequence[Parsed]) -> None:
        self._files = files
        self._places: dict[tuple[str, str], str] = {}
        self._destinations: dict[str, Target] = {NOT_ELIGIBLE: Target(NOT_ELIGIBLE, "not_eligible", "Not eligible")}
        self._articles: dict[str, Article] = self._gather("articles")
        self._documents = {id: document.title for id, document in self._gather("documents").items()}
        self._notes: dict[str, NoteTemplate] = self._gather("notes")
        self._facts: dict[str, FactDefinition] = self._gather("facts")
        self._forms: dict[str, Form] = self._gather("forms")
        self._messages: dict[str, Messages] = self._gather("messages")
        self._out_of_scope: dict[str, tuple[str, ...]] = self._gather("out_of_scope")
        for id, spec in self._gather("destinations").items():
            self._destinations[id] = Target(id, spec.kind, spec.name, spec.also, spec.note)
        self._tables: dict[str, tuple[tuple[Rule, ...], YamlSource]] = {}
        self._procedures: dict[str, tuple[tuple[Line, ...], YamlSource]] = {}
        specs = self._condition_specs()
        self._blind = any(parsed.blind for parsed in files)
        """Whether a file or section could not be read: what it declares is not known, so no name is called unknown."""
        unsound = None if self._blind else self._unsound("facts", "conditions")
        self._unknown_facts = unsound
        self._conditions = ConditionReader(self._facts, specs, unsound=unsound)
        self._documents_of = {parsed.source.file: parsed.header.document for parsed in files}
        self.unproven: set[str] = set()
        """Ids of the entries whose rules have a fault: what they would decide is not known."""

    @property
    def entry_ids(self) -> frozenset[str]:
        """The ids of every declared entry, sound or not."""
        return frozenset(self._declared("entries"))

    def link(self, fingerprint: str) -> KnowledgeBase | None:
        """The joined knowledge base; None where there is not one sound entry."""
        for parsed in self._files:
            for id, rules in parsed.section("tables").items():
                if self._new("tables", id, parsed.source, ("tables", id)):
                    self._tables[id] = (rules, parsed.source)
            for id, lines in parsed.section("procedures").items():
                if self._new("procedures", id, parsed.source, ("procedures", id)):
                    self._procedures[id] = (lines, parsed.source)
        before = self._fault_count()
        tables = self._check_shared()
        shared_unsound = self._unsound("facts", "conditions", "tables") or self._fault_count() > before
        entries = self._entries()
        if shared_unsound or self._blind:
            self.unproven.update(entries)
        self._check_concerns()
        if not entries:
            return None
        abbreviations: dict[str, tuple[str, ...]] = {}
        synonyms: list[tuple[str, ...]] = []
        for parsed in self._files:
            if parsed.glossary:
                for word, meant in parsed.glossary.abbreviations.items():
                    if self._new("abbreviations", word, parsed.source, ("glossary", "abbreviations", word)):
                        abbreviations[word] = meant
                synonyms.extend(parsed.glossary.synonyms)
        return KnowledgeBase(
            entries=entries,
            destinations=self._destinations,
            articles=self._articles,
            facts=self._facts,
            notes=self._notes,
            forms=self._forms,
            tables=tables,
            team_lead_groups=tuple(group for parsed in self._files if parsed.roles for group in parsed.roles.team_lead),
            abbreviations=abbreviations,
            synonyms=tuple(synonyms),
            out_of_scope=tuple(message for messages in self._out_of_scope.values() for message in messages),
            fingerprint=fingerprint,
        )

    # -- what is declared ---------------------------------------------------------------------------------------------

    def _gather(self, section: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for parsed in self._files:
            for id, item in parsed.section(section).items():
                if self._new(section, id, parsed.source, (section, id)):
                    found[id] = item
        return found

    def _new(self, section: str, id: str, source: YamlSource, place: Place) -> bool:
        """Whether `id` is declared here first; a second declaration is a fault."""
        line, _ = source.position(place, at_key=True)
        first = self._places.setdefault((section, id), f"{source.file}:{line}")
        if first != f"{source.file}:{line}":
            source.fault(place, f"`{id}` is declared already, at {first}: one of the two has to go", at_key=True)
            return False
        return True

    def _declared(self, *sections: str) -> set[str]:
        names = {id for parsed in self._files for section in sections for id in parsed.declared.get(section, ())}
        return names | {NOT_ELIGIBLE} if "destinations" in sections else names

    def _unsound(self, *sections: str) -> set[str]:
        """Names that are declared in these sections, but not soundly."""
        sound = {id for parsed in self._files for section in sections for id in parsed.section(section)}
        return self._declared(*sections) - sound

    def _fault_count(self) -> int:
        return sum(len(parsed.source.faults) for parsed in self._files)

    def _condition_specs(self) -> dict[str, tuple[Any, YamlSource, Place]]:
        specs: dict[str, tuple[Any, YamlSource, Place]] = {}
        for parsed in self._files:
            for id, spec in parsed.section("conditions").items():
                if self._new("conditions", id, parsed.source, ("conditions", id)):
                    specs[id] = (spec, parsed.source, ("conditions", id))
        return specs

    def _check_shared(self) -> dict[str, tuple[RouteRule, ...]]:
        """Reads what entries share, so that its faults are noted where it stands; gives the rules of every table."""
        tables: dict[str, tuple[RouteRule, ...]] = {}
        known = {*self._facts, *(field for form in self._forms.values() for field in form.fields)}
        fillable = not (self._blind or self._unsound("facts", "forms"))
        articles = set(self._articles)
        for parsed in self._files:
            source = parsed.source
            for id in parsed.section("conditions"):
                self._conditions.named(id)
            for id, rules in parsed.section("tables").items():
                tables[id] = self._rules(rules, source, ("tables", id), (id,))
            for id, lines in parsed.section("procedures").items():
                self._steps(lines, source, ("procedures", id), (id,))
            for id, note in parsed.section("notes").items():
                for name in PLACEHOLDER.findall(note.text):
                    if fillable and name not in known:
                        source.fault(
                            ("notes", id, "text"),
                            f"unknown placeholder `{{{name}}}`{did_you_mean(name, known)} "
                            "(a fact or a form field; write ____ for any other blank)",
                        )
            for id, form in parsed.section("forms").items():
                note_form_faults(id, form, self._facts, self._unknown_facts, source)
            for id in parsed.section("destinations"):
                if id in articles:
                    source.fault(("destinations", id), f"`{id}` is an article's id too: rename one", at_key=True)
        self._check_forms()
        return tables

    def _check_forms(self) -> None:
        prefixes: dict[str, str] = {}
        for parsed in self._files:
            for id, form in parsed.section("forms").items():
                if (other := prefixes.setdefault(form.prefix, id)) != id:
                    parsed.source.fault(
                        ("forms", id, "prefix"), f"`{form.prefix}` is the prefix of the form `{other}` already"
                    )
                if form.gate is not None:
                    self._check_gate(id, form.gate, parsed.source, ("forms", id, "gate"))

    def _check_gate(self, form_id: str, entry_id: str, source: YamlSource, place: Place) -> None:
        known = self._reference("entry", entry_id, ["entries"], source, place)
        if known and not self._offers(entry_id, form_id):
            source.fault(place, f"`{entry_id}` never offers this form, so its gate would never open")

    def _offers(self, entry_id: str, form_id: str) -> bool:
        """Whether the entry or one of its own rules names the form; one at fault itself is given the benefit."""
        found = [entry for parsed in self._files for _, entry in parsed.entries if entry.id == entry_id]
        rules = [rule for entry in found if isinstance(entry.routes, tuple) for rule in entry.routes]
        return not found or form_id in {entry.form for entry in found} | {rule.form for rule in rules}

    def _reference(self, kind: str, id: str, sections: Iterable[str], source: YamlSource, place: Place) -> bool:
        names = self._declared(*sections)
        if id in names:
            return True
        if self._blind:
            return False
        source.fault(place, f"unknown {kind} `{id}`{did_you_mean(id, names)}")
        return False

    # -- entries ------------------------------------------------------------------------------------------------------

    def _entries(self) -> dict[str, KnownEntry]:
        entries: dict[str, KnownEntry] = {}
        for parsed in self._files:
            for number, entry in parsed.entries:
                place: Place = ("entries", number)
                if self._new("entries", entry.id, parsed.source, (*place, "id")):
                    entries[entry.id] = self._entry(entry, parsed, place)
        return entries

    def _entry(self, entry: Entry, parsed: Parsed, place: Place) -> KnownEntry:
        source, header = parsed.source, parsed.header
        owner, reviewed = entry.owner or header.owner, entry.reviewed or header.reviewed
        if owner is None:
            source.fault(place, "`owner` is missing, here or at the top of the file")
        if reviewed is None:
            source.fault(place, "`reviewed` is missing, here or at the top of the file (like 2026-11-21)")
        if entry.priority == "critical" and entry.signs is None:
            source.fault(place, "a critical entry needs `signs`: the phrases its detector looks for")
        for number, other in enumerate(entry.distinguish_from):
            at = (*place, "distinguish_from", number)
            if self._reference("entry", other, ["entries"], source, at) and other == entry.id:
                source.fault(at, "an entry cannot be told apart from itself")
        known = KnownEntry(
            id=entry.id,
            title=entry.title,
            team=header.team or "",
            owner=owner or "",
            reviewed=reviewed or date.min,
            concerns=entry.concerns,
            keywords=entry.keywords,
            warnings=self._steps(entry.warnings, source, (*place, "warnings")),
            path=self._steps(entry.path, source, (*place, "path")),
            rules=self._decisions(entry, source, place),
            fixes=self._given(entry.fixes, source, (*place, "fixes")),
            assumes=self._given(entry.assumes, source, (*place, "assumes")),
            note=self._named_note(entry.note, source, (*place, "note")),
            form=self._named_form(entry.form, source, (*place, "form")),
            see_also=self._see_also(entry, source, place),
            distinguish_from=entry.distinguish_from,
            sources=self._sources(entry.source, source, (*place, "source")),
            conflicts=entry.conflicts,
            audience=frozenset(entry.audience),
            priority=entry.priority,
            signs=entry.signs,
            messages=self._named_messages(entry, source, place),
            spot=_spot(source, place),
        )
        self._check_card(known, source, place)
        return known

    def _check_card(self, entry: KnownEntry, source: YamlSource, place: Place) -> None:
        """The longest card of the entry: its own texts and those that one of its rules adds."""
        own = [*entry.warnings, *entry.path]
        length = sum(len(step.text) for step in own) + sum(len(conflict.told) for conflict in entry.conflicts)
        length += max((self._added_by(rule, entry) for rule in entry.rules), default=0)
        if length > CARD_LIMIT:
            message = f"{length:,} characters in warnings, steps and note, a card holds {CARD_LIMIT:,}: shorten"
            source.fault(place, message)

    def _added_by(self, rule: RouteRule, entry: KnownEntry) -> int:
        note = self._notes.get(rule.note or entry.note or "")
        return sum(len(step.text) for step in (*rule.warnings, *rule.path)) + (len(note.text) if note else 0)

    def _decisions(self, entry: Entry, source: YamlSource, place: Place) -> tuple[RouteRule, ...]:
        """The rules of an entry; one whose rules have a fault is noted as unproven."""
        before = len(source.faults)
        rules = self._own_rules(entry, source, place)
        if len(source.faults) > before or not rules:
            self.unproven.add(entry.id)
        return rules

    def _own_rules(self, entry: Entry, source: YamlSource, place: Place) -> tuple[RouteRule, ...]:
        if entry.to is not None:
            target = self._target(entry.to, source, (*place, "to"))
            return (RouteRule(ALWAYS, target, _spot(source, (*place, "to"))),) if target else ()
        if isinstance(entry.routes, str):
            if not self._reference("table", entry.routes, ["tables"], source, (*place, "routes")):
                return ()
            return self._table(entry.routes, ())
        return self._rules(entry.routes or (), source, (*place, "routes"), ())

    def _table(self, id: str, within: tuple[str, ...]) -> tuple[RouteRule, ...]:
        if id not in self._tables:  # declared, but itself at fault
            return ()
        rules, source = self._tables[id]
        return self._rules(rules, source, ("tables", id), (*within, id))

    def _rules(
        self, rules: Iterable[Rule], source: YamlSource, place: Place, within: tuple[str, ...]
    ) -> tuple[RouteRule, ...]:
        """The rules with the tables they use written out; `within` are the tables being read, outermost first."""
        linked: list[RouteRule] = []
        for number, rule in enumerate(rules):
            at = (*place, number)
            if rule.use is not None:
                if self._usable("table", rule.use, within, source, (*at, "use")):
                    linked.extend(self._table(rule.use, within))
            else:
                target = self._target(rule.to or NOT_ELIGIBLE, source, (*at, "to"))
                when = self._conditions.read(rule.when, source, (*at, "when"))
                if target is not None:
                    linked.append(self._rule(rule, when, target, source, at, within[-1] if within else None))
            if len(linked) > RULE_LIMIT:
                source.fault(place, f"more than {RULE_LIMIT} rules with the tables it uses written out: split it")
                break
        return tuple(linked[:RULE_LIMIT])

    def _usable(self, kind: str, id: str, within: tuple[str, ...], source: YamlSource, place: Place) -> bool:
        """Whether the table or procedure `id` may be put here."""
        if id in within:
            source.fault(place, f"the {kind} `{id}` uses itself")
        elif len(within) > NESTING_LIMIT:
            source.fault(place, f"{kind}s that use one another more than {NESTING_LIMIT} deep: write them out")
        else:
            return self._reference(kind, id, [f"{kind}s"], source, place)
        return False

    def _rule(
        self, rule: Rule, when: Condition, target: Target, source: YamlSource, place: Place, table: str | None
    ) -> RouteRule:
        cited = self._sources([rule.source] if rule.source else [], source, (*place, "source"))
        return RouteRule(
            when=when,
            target=target,
            spot=_spot(source, place),
            table=table,
            not_eligible=rule.not_eligible,
            instead=rule.instead,
            because=rule.because,
            path=self._steps(rule.path, source, (*place, "path")),
            warnings=self._steps(rule.warnings, source, (*place, "warnings")),
            note=self._named_note(rule.note, source, (*place, "note")),
            form=self._named_form(rule.form, source, (*place, "form")),
            source=cited[0] if cited else None,
        )

    def _target(self, id: str, source: YamlSource, place: Place) -> Target | None:
        if not self._reference("destination", id, ["destinations", "articles"], source, place):
            return None
        if article := self._articles.get(id):
            return Target(id, "article", article.title[:150])
        return self._destinations.get(id)

    def _steps(
        self, lines: Iterable[Line], source: YamlSource, place: Place, within: tuple[str, ...] = ()
    ) -> tuple[Step, ...]:
        """The steps with the procedures they use written out."""
        steps: list[Step] = []
        for number, line in enumerate(lines):
            at = (*place, number)
            when = self._conditions.read(line.when, source, (*at, "when"))
            if line.text is not None:
                steps.append(Step(line.text, when))
            elif line.use is not None and self._usable("procedure", line.use, within, source, (*at, "use")):
                shared = self._procedures.get(line.use)
                if shared is not None:
                    lines_there, there = shared
                    inner = self._steps(lines_there, there, ("procedures", line.use), (*within, line.use))
                    steps.extend(Step(step.text, both(when, step.when)) for step in inner)
            if len(steps) > STEP_LIMIT:
                source.fault(place, f"more than {STEP_LIMIT} steps with the procedures it uses written out: shorten it")
                return tuple(steps[:STEP_LIMIT])
        return tuple(steps)

    def _named_note(self, id: str | None, source: YamlSource, place: Place) -> str | None:
        return id if id is None or self._reference("note", id, ["notes"], source, place) else None

    def _named_form(self, id: str | None, source: YamlSource, place: Place) -> str | None:
        return id if id is None or self._reference("form", id, ["forms"], source, place) else None

    def _named_messages(self, entry: Entry, source: YamlSource, place: Place) -> Messages | None:
        id = entry.signs.messages if entry.signs else None
        known = id and self._reference("messages", id, ["messages"], source, (*place, "signs", "messages"))
        return self._messages.get(id) if id and known else None

    def _see_also(self, entry: Entry, source: YamlSource, place: Place) -> tuple[SeeAlso, ...]:
        found: list[SeeAlso] = []
        for number, item in enumerate(entry.see_also):
            if isinstance(item, SeeAlso):
                found.append(item)
            elif self._reference("article", item, ["articles"], source, (*place, "see_also", number)) and (
                article := self._articles.get(item)
            ):
                found.append(SeeAlso(title=article.title, url=article.url))
        return tuple(found)

    def _sources(self, sources: Iterable[Source], source: YamlSource, place: Place) -> tuple[Citation, ...]:
        """What is cited; a citation without a document is of the file's own."""
        cited: list[Citation] = []
        for number, item in enumerate(sources):
            id = item.document or self._documents_of[source.file]
            if id is None:
                source.fault(place, "which document? Name it here or as `document` at the top of the file")
            elif self._reference("document", id, ["documents"], source, (*place, number, "document")):
                cited.append(Citation(self._documents.get(id, id), item.section))
        return tuple(cited)

    def _given(self, given: Mapping[str, Any], source: YamlSource, place: Place) -> tuple[OneOf | Within, ...]:
        tests: list[OneOf | Within] = []
        for name, value in given.items():
            condition = self._conditions.test(name, value, source, (*place, name))
            if isinstance(condition, OneOf | Within):
                tests.append(condition)
        return tuple(tests)

    def _check_concerns(self) -> None:
        """No two phrasings may be the same but for case and punctuation, within an entry or across."""
        seen: dict[str, tuple[str, str]] = {}
        for parsed in self._files:
            for number, entry in parsed.entries:
                for index, concern in enumerate(entry.concerns):
                    place: Place = ("entries", number, "concerns", index)
                    key = _same(concern)
                    where = f"{parsed.source.file}:{parsed.source.position(place)[0]}"
                    first, owner = seen.setdefault(key, (where, entry.id))
                    if first != where:
                        whose = "this entry" if owner == entry.id else f"`{owner}`"
                        parsed.source.fault(place, f"{whose} has the same phrasing already, at {first}: keep one")
        for parsed in self._files:
            for topic, messages in parsed.section("out_of_scope").items():
                for index, message in enumerate(messages):
                    if (owned := seen.get(_same(message))) is not None:
                        first, owner = owned
                        parsed.source.fault(
                            ("out_of_scope", topic, index), f"`{owner}` answers this, at {first}: keep one of the two"
                        )


def _same(text: str) -> str:
    """Equal for texts that differ in case and punctuation only."""
    return SAME.sub(" ", text.casefold()).strip()


def _spot(source: YamlSource, place: Place) -> Spot:
    return Spot(source.file, *source.position(place))
