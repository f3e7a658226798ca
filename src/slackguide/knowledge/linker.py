"""Link the files of a knowledge base: resolve every reference and report each unresolved one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slackguide.knowledge.conditions import ALWAYS, ImpliedFact, OneOf, Within, facts_of
from slackguide.knowledge.diagnostics import did_you_mean
from slackguide.knowledge.entries import (
    BASE_ROLES,
    BUILT_IN_KINDS,
    DestinationSpec,
    EntrySpec,
    ExampleMessages,
    SeeAlsoSpec,
)
from slackguide.knowledge.facts import WORD_SET
from slackguide.knowledge.form_definition_checks import check_form_definition
from slackguide.knowledge.model import Entry, KnowledgeBase, Rule, phrasing_key
from slackguide.knowledge.parser import ParsedFile
from slackguide.knowledge.resolutions import BUILT_IN_RESOLUTIONS
from slackguide.knowledge.rule_linker import RuleLinker, location_of
from slackguide.knowledge.yaml_source import KeyPath, YamlSource

CARD_LIMIT = 9_000
"""Maximum characters of an entry's warnings, steps and note together. The blocks of a Slack message hold about 12,000
characters, and the title, the reasons, the sources and the buttons need the rest."""

PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")


class Linker(RuleLinker):
    """Links parsed files to a knowledge base, and checks what concerns several of them."""

    def __init__(self, files: Sequence[ParsedFile]) -> None:
        super().__init__(files)
        self.unverified_tables: set[str] = set()
        """The ids of the shared tables whose rules, or conditions, have errors. They are not checked."""
        self.unverified: set[str] = set()
        """The ids of the entries whose rules have errors. Their tables are not checked."""

    @property
    def entry_ids(self) -> frozenset[str]:
        """The ids of all declared entries, including invalid ones."""
        return frozenset(self._declared("entries"))

    def link(self, fingerprint: str) -> KnowledgeBase | None:
        """Return the linked knowledge base, or None if there is no valid entry."""
        before = self._error_count()
        tables = self._check_shared()
        implied_facts = tuple(self._implied_facts())
        self._check_question_order()
        self._check_parties()
        self._check_word_sets()
        shared_invalid = self._invalid("facts", "conditions", "tables") or self._error_count() > before
        entries = self._entries()
        if shared_invalid or self._unreadable:
            self.unverified.update(entries)
            self.unverified_tables.update(tables)
        self._check_concerns()
        if not entries:
            return None
        abbreviations: dict[str, tuple[str, ...]] = {}
        synonyms: list[tuple[str, ...]] = []
        for parsed in self._files:
            if parsed.glossary:
                for word, meanings in parsed.glossary.abbreviations.items():
                    if self._register("abbreviations", word, parsed.source, ("glossary", "abbreviations", word)):
                        abbreviations[word] = meanings
                synonyms.extend(parsed.glossary.synonyms)
        return KnowledgeBase(
            entries=entries,
            destinations=self._destinations,
            articles=self._articles,
            facts=self._facts,
            clock=self._clock,
            resolutions=self._resolutions,
            documents=self._documents,
            notes=self._notes,
            forms=self._forms,
            implied_facts=implied_facts,
            tables=tables,
            roles=self._roles,
            kinds=self._kinds,
            abbreviations=abbreviations,
            synonyms=tuple(synonyms),
            nouns=tuple(noun for parsed in self._files for noun in parsed.nouns),
            parties=self._parties,
            out_of_scope=tuple(message for topic in self._out_of_scope.values() for message in topic.messages),
            pointers=self._pointers(),
            fingerprint=fingerprint,
        )

    def _pointers(self) -> dict[str, tuple[str, ...]]:
        """Return the messages of the out-of-scope topics by their pointer. Topics can share one."""
        pointers: dict[str, tuple[str, ...]] = {}
        for topic in self._out_of_scope.values():
            if topic.pointer is not None:
                pointers[topic.pointer] = (*pointers.get(topic.pointer, ()), *topic.messages)
        return pointers

    def _check_kind(self, spec: DestinationSpec, source: YamlSource, key_path: KeyPath) -> None:
        """Report a kind that is not declared. A knowledge base without `kinds` can use any word."""
        declared = self._declared("kinds")
        known = declared | BUILT_IN_KINDS.keys()
        if declared and not self._unreadable and spec.kind not in known:
            source.report(key_path, f"unknown kind `{spec.kind}`{did_you_mean(spec.kind, known)}; add it to `kinds`")

    def _audience(self, entry: EntrySpec, source: YamlSource, key_path: KeyPath) -> frozenset[str]:
        """Return the roles that may see the entry. Report unknown ones."""
        known = dict.fromkeys((*BASE_ROLES, *self._roles))
        for number, role in enumerate(entry.audience):
            if role not in known and not self._unreadable:
                source.report(
                    (*key_path, "audience", number),
                    f"unknown role `{role}`{did_you_mean(role, known)} (roles: {', '.join(known)})",
                )
        return frozenset(entry.audience or known)

    def _check_shared(self) -> dict[str, tuple[Rule, ...]]:
        """Check the shared declarations, so that errors are reported at them. Return the rules of every table."""
        tables: dict[str, tuple[Rule, ...]] = {}
        known = {
            *(self._facts.keys() - self._clock_facts),
            *(field for form in self._forms.values() for field in form.fields),
        }
        all_known = not (self._unreadable or self._invalid("facts", "forms"))
        articles = set(self._articles)
        for parsed in self._files:
            source = parsed.source
            for id in parsed.section("conditions"):
                self._conditions.named(id)
            for id, rules in parsed.section("tables").items():
                before = len(source.diagnostics)
                tables[id] = self._rules(rules, source, ("tables", id), (id,))
                if len(source.diagnostics) > before:
                    self.unverified_tables.add(id)
            for id, rules in parsed.table_remains.items():
                self._rules(rules, source, ("tables", id), (id,))
            for id, lines in parsed.section("procedures").items():
                self._steps(lines, source, ("procedures", id), (id,))
            for id, note in parsed.section("notes").items():
                for name in PLACEHOLDER.findall(note.text):
                    if all_known and name not in known:
                        source.report(
                            ("notes", id, "text"),
                            f"unknown placeholder `{{{name}}}`{did_you_mean(name, known)} "
                            "(a fact or a form field; write ____ for any other blank)",
                        )
            for id, form in parsed.section("forms").items():
                check_form_definition(id, form, self._facts, self._unknown_facts, source)
            for id, resolution in parsed.section("resolutions").items():
                if id in BUILT_IN_RESOLUTIONS and resolution.like is not None:
                    source.report(("resolutions", id, "like"), f"`{id}` is a built-in code: only its label can change")
            for id, spec in parsed.section("destinations").items():
                self._check_kind(spec, source, ("destinations", id, "kind"))
                if id in articles:
                    source.report(("destinations", id), f"`{id}` is also an article's id: rename one", at_key=True)
        self._check_forms()
        return tables

    def _implied_facts(self) -> Iterator[ImpliedFact]:
        for parsed in self._files:
            for name, fact in parsed.section("facts").items():
                for number, implied in enumerate(fact.implied):
                    at: KeyPath = ("facts", name, "implied", number)
                    when = self._conditions.parse(implied.when, parsed.source, (*at, "when"))
                    test = self._conditions.test(name, implied.value, parsed.source, (*at, "value"))
                    if name in facts_of(when):
                        parsed.source.report((*at, "when"), f"`{name}` cannot imply itself")
                    elif isinstance(test, OneOf):
                        yield ImpliedFact(name, implied.value, when, implied.because)
                    elif isinstance(test, Within):
                        parsed.source.report((*at, "value"), "only a choice or a yes_no fact can be implied")

    def _check_question_order(self) -> None:
        """Report a fact of `after` that does not exist, or that is itself asked after the fact."""
        for parsed in self._files:
            for name, fact in parsed.section("facts").items():
                for number, other in enumerate(fact.after):
                    key_path: KeyPath = ("facts", name, "after", number)
                    if other not in self._facts:
                        if self._unknown_facts is not None and other not in self._unknown_facts:
                            parsed.source.report(key_path, f"unknown fact `{other}`{did_you_mean(other, self._facts)}")
                    elif name in self._asked_before(other):
                        parsed.source.report(key_path, f"`{other}` is asked after `{name}`: remove one of the two")

    def _check_parties(self) -> None:
        """Report a fact that is about an unknown party."""
        for parsed in self._files:
            for name, fact in parsed.section("facts").items():
                if fact.about and fact.about not in self._declared("parties") and not self._unreadable:
                    hint = did_you_mean(fact.about, self._parties)
                    parsed.source.report(("facts", name, "about"), f"unknown party `{fact.about}`{hint}")

    def _check_word_sets(self) -> None:
        """Report the unknown word sets of phrases, and those of several words."""
        for parsed in self._files:
            for name, words in parsed.section("word_sets").items():
                if long := next((word for word in words if " " in word), None):
                    parsed.source.report(("word_sets", name), f"`{long}` has several words: a set has single ones")
            for name, fact in parsed.section("facts").items():
                unknown = {one for phrase in fact.phrases for one in WORD_SET.findall(phrase)} - self._word_sets.keys()
                for one in sorted(unknown) if not self._unreadable else ():
                    hint = did_you_mean(one, self._word_sets)
                    parsed.source.report(("facts", name), f"unknown word set `<{one}>`{hint}", at_key=True)

    def _asked_before(self, name: str) -> set[str]:
        """Return the fact and all facts that are asked before it, by their `after`."""
        before, pending = {name}, [name]
        while pending:
            fact = self._facts.get(pending.pop())
            new = set(fact.after) - before if fact else set()
            before |= new
            pending.extend(new)
        return before

    def _check_forms(self) -> None:
        prefixes: dict[str, str] = {}
        for parsed in self._files:
            for id, form in parsed.section("forms").items():
                if (other := prefixes.setdefault(form.prefix, id)) != id:
                    parsed.source.report(
                        ("forms", id, "prefix"), f"`{form.prefix}` is already the prefix of the form `{other}`"
                    )
                if form.gate is not None:
                    self._check_gate(id, form.gate, parsed.source, ("forms", id, "gate"))

    def _check_gate(self, form_id: str, entry_id: str, source: YamlSource, key_path: KeyPath) -> None:
        known = self._reference("entry", entry_id, ["entries"], source, key_path)
        if known and not self._offers(entry_id, form_id):
            source.report(key_path, f"`{entry_id}` never offers this form, so it could never be opened")

    def _offers(self, entry_id: str, form_id: str) -> bool:
        """Return whether the entry or one of its own rules offers the form. An invalid entry is assumed to."""
        matching = [entry for parsed in self._files for _, entry in parsed.entries if entry.id == entry_id]
        rules = [rule for entry in matching if isinstance(entry.routes, tuple) for rule in entry.routes]
        return not matching or form_id in {entry.form for entry in matching} | {rule.form for rule in rules}

    def _entries(self) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for parsed in self._files:
            for number, entry in parsed.entries:
                key_path: KeyPath = ("entries", number)
                if self._register("entries", entry.id, parsed.source, (*key_path, "id")):
                    entries[entry.id] = self._entry(entry, parsed, key_path)
            for number, remains, removed in parsed.remains:
                self._entry(remains, parsed, ("entries", number), removed)
        return entries

    def _entry(
        self, entry: EntrySpec, parsed: ParsedFile, key_path: KeyPath, removed: frozenset[str] = frozenset()
    ) -> Entry:
        """Link an entry. `removed` are the keys that were invalid."""
        source, header = parsed.source, parsed.header
        owner, reviewed = entry.owner or header.owner, entry.reviewed or header.reviewed
        gone = removed | parsed.invalid_header
        if owner is None and "owner" not in gone:
            source.report(key_path, "`owner` is missing, here or at the top of the file")
        if entry.priority == "critical" and entry.signs is None and "signs" not in removed:
            source.report(key_path, "a critical entry needs `signs`: the phrases its detector looks for")
        for number, other in enumerate(entry.distinguish_from):
            at = (*key_path, "distinguish_from", number)
            if self._reference("entry", other, ["entries"], source, at) and other == entry.id:
                source.report(at, "an entry cannot be distinguished from itself")
        linked = Entry(
            id=entry.id,
            title=entry.title,
            team=header.team or "",
            owner=owner or "",
            reviewed=reviewed,
            concerns=entry.concerns,
            tickets=self._tickets.get(entry.id, ()),
            keywords=entry.keywords,
            warnings=self._steps(entry.warnings, source, (*key_path, "warnings")),
            path=self._steps(entry.path, source, (*key_path, "path")),
            rules=self._decisions(entry, source, key_path),
            fixes=self._given(entry.fixes, source, (*key_path, "fixes")),
            assumes=self._given(entry.assumes, source, (*key_path, "assumes")),
            note=self._named_note(entry.note, source, (*key_path, "note")),
            form=self._named_form(entry.form, source, (*key_path, "form")),
            hint=entry.hint,
            act_now=entry.act_now,
            script=self._named_note(entry.script, source, (*key_path, "script")),
            see_also=self._see_also(entry, source, key_path),
            distinguish_from=entry.distinguish_from,
            sources=self._sources(entry.source, source, (*key_path, "source")),
            conflicts=entry.conflicts,
            audience=self._audience(entry, source, key_path),
            priority=entry.priority,
            signs=entry.signs,
            messages=self._named_messages(entry, source, key_path),
            location=location_of(source, key_path),
            todo=entry.todo,
        )
        self._check_card(linked, source, key_path)
        return linked

    def _check_card(self, entry: Entry, source: YamlSource, key_path: KeyPath) -> None:
        """Check the length of the longest card: the entry's own texts and those that one of its rules adds."""
        own = [*entry.warnings, *entry.path]
        length = sum(len(step.text) for step in own) + sum(len(conflict.summary) for conflict in entry.conflicts)
        length += max((self._added_by(rule, entry) for rule in entry.rules), default=0)
        if length > CARD_LIMIT:
            message = f"{length:,} characters in warnings, steps and note, a card holds {CARD_LIMIT:,}: shorten"
            source.report(key_path, message)

    def _added_by(self, rule: Rule, entry: Entry) -> int:
        note = self._notes.get(rule.note or entry.note or "")
        texts = [
            *(step.text for step in (*rule.warnings, *rule.path)),
            *(conflict.summary for conflict in rule.conflicts),
        ]
        return sum(map(len, texts)) + (len(note.text) if note else 0)

    def _decisions(self, entry: EntrySpec, source: YamlSource, key_path: KeyPath) -> tuple[Rule, ...]:
        """Return the rules of an entry. Add the entry to `unverified` if its rules have errors."""
        before = len(source.diagnostics)
        rules = self._own_rules(entry, source, key_path)
        if len(source.diagnostics) > before or not rules:
            self.unverified.add(entry.id)
        return rules

    def _own_rules(self, entry: EntrySpec, source: YamlSource, key_path: KeyPath) -> tuple[Rule, ...]:
        if entry.to is not None:
            target = self._target(entry.to, source, (*key_path, "to"))
            also = self._also(entry, source, (*key_path, "also"))
            return (Rule(ALWAYS, target, location_of(source, (*key_path, "to")), also=also),) if target else ()
        if isinstance(entry.routes, str):
            if not self._reference("table", entry.routes, ["tables"], source, (*key_path, "routes")):
                return ()
            return self._table(entry.routes, ())
        return self._rules(entry.routes or (), source, (*key_path, "routes"), ())

    def _named_messages(self, entry: EntrySpec, source: YamlSource, key_path: KeyPath) -> ExampleMessages | None:
        id = entry.signs.messages if entry.signs else None
        known = id and self._reference("messages", id, ["messages"], source, (*key_path, "signs", "messages"))
        return self._messages.get(id) if id and known else None

    def _see_also(self, entry: EntrySpec, source: YamlSource, key_path: KeyPath) -> tuple[SeeAlsoSpec, ...]:
        articles: list[SeeAlsoSpec] = []
        for number, item in enumerate(entry.see_also):
            if isinstance(item, SeeAlsoSpec):
                articles.append(item)
            elif self._reference("article", item, ["articles"], source, (*key_path, "see_also", number)) and (
                article := self._articles.get(item)
            ):
                articles.append(SeeAlsoSpec(title=article.title, url=article.url))
        return tuple(articles)

    def _given(self, given: Mapping[str, Any], source: YamlSource, key_path: KeyPath) -> tuple[OneOf | Within, ...]:
        tests: list[OneOf | Within] = []
        for name, value in given.items():
            condition = self._conditions.test(name, value, source, (*key_path, name))
            if isinstance(condition, OneOf | Within):
                tests.append(condition)
        return tuple(tests)

    def _check_concerns(self) -> None:
        """Report phrasings that differ only in case and punctuation, within an entry or across entries."""
        seen: dict[str, tuple[str, str]] = {}
        for parsed in self._files:
            for number, entry in (*parsed.entries, *(part[:2] for part in parsed.remains)):
                for index, concern in enumerate(entry.concerns):
                    key_path: KeyPath = ("entries", number, "concerns", index)
                    key = phrasing_key(concern)
                    location = f"{parsed.source.file}:{parsed.source.position(key_path)[0]}"
                    first, owner = seen.setdefault(key, (location, entry.id))
                    if first != location:
                        subject = "this entry" if owner == entry.id else f"`{owner}`"
                        parsed.source.report(key_path, f"{subject} already has the same phrasing at {first}: keep one")
        for parsed in self._files:
            for topic, spec in parsed.section("out_of_scope").items():
                for index, message in enumerate(spec.messages):
                    if (duplicate := seen.get(phrasing_key(message))) is not None:
                        first, owner = duplicate
                        parsed.source.report(
                            ("out_of_scope", topic, "messages", index),
                            f"`{owner}` answers this at {first}: keep one of the two",
                        )
