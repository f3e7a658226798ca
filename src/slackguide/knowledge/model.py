"""The resolved knowledge base, with references linked and conditions typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from slackguide.knowledge.clock_facts import ClockSpec
from slackguide.knowledge.conditions import ALWAYS, Condition, ImpliedFact, OneOf, Within
from slackguide.knowledge.entries import (
    BASE_ROLES,
    BUILT_IN_KINDS,
    ArticleSpec,
    ConflictSpec,
    CriticalPhrases,
    DocumentSpec,
    ExampleMessages,
    KindSpec,
    NoteTemplate,
    Role,
    RoleSpec,
    SeeAlsoSpec,
)
from slackguide.knowledge.facts import FactSpec, party_facts
from slackguide.knowledge.forms import Form
from slackguide.knowledge.resolutions import ResolutionSpec

NON_WORD = re.compile(r"[\W_]+")
NOT_ELIGIBLE = "not-eligible"
"""The id of the built-in destination of cases that are not eligible."""


def phrasing_key(text: str) -> str:
    """Return a key that is equal for texts that differ only in case and punctuation."""
    return NON_WORD.sub(" ", text.casefold()).strip()


@dataclass(frozen=True, slots=True)
class Destination:
    """A destination. `name` is its exact name, as agents find it."""

    id: str
    kind: str
    name: str
    also: tuple[str, ...] = ()
    note: str | None = None
    kind_label: str = ""
    """The name of its kind, for agents."""
    icon: str | None = None
    url: str | None = None
    mailbox: str | None = None
    pager: str | None = None
    command: str | None = None

    @property
    def contacts(self) -> dict[str, str]:
        """The ways to reach it that are declared: `url`, `mailbox`, `pager`, `command`."""
        ways = {"url": self.url, "mailbox": self.mailbox, "pager": self.pager, "command": self.command}
        return {name: value for name, value in ways.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Step:
    """A step or warning, and the condition for showing it."""

    text: str
    when: Condition = ALWAYS
    finds: tuple[str, ...] = ()
    """The facts that it finds out. It is not shown once all of them are known."""
    important: bool = False
    """Whether a warning without a condition is shown before anything is opened."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation: the title of the document and the section."""

    document: str
    section: str


@dataclass(frozen=True, slots=True, order=True)
class SourceLocation:
    """A position in a knowledge file. `line` and `column` count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an entry's decision table. The first rule whose condition holds decides."""

    when: Condition
    target: Destination
    location: SourceLocation
    table: str | None = None
    """The shared table that contains the rule, or None for a rule of the entry itself."""
    also: tuple[Destination, ...] = ()
    """Further destinations."""
    not_eligible: str | None = None
    instead: str | None = None
    because: str | None = None
    path: tuple[Step, ...] = ()
    warnings: tuple[Step, ...] = ()
    note: str | None = None
    form: str | None = None
    source: Citation | None = None
    conflicts: tuple[ConflictSpec, ...] = ()
    """Contradictions between the sources that concern only the cases of this rule."""

    @property
    def goes_to(self) -> str:
        """The names of its destinations."""
        return " and ".join(target.name for target in (self.target, *self.also))

    @property
    def destination_ids(self) -> tuple[str, ...]:
        """The ids of its destinations. Two rules with the same ones lead to the same result."""
        return tuple(target.id for target in (self.target, *self.also))

    @property
    def line(self) -> str:
        """The location of the rule: `file:line`."""
        return f"{self.location.file}:{self.location.line}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with all references resolved."""

    id: str
    title: str
    team: str
    owner: str
    reviewed: date | None
    """The day of the last review; None if nobody has reviewed it."""
    concerns: tuple[str, ...]
    tickets: tuple[str, ...]
    """Whole tickets about the concern, from which the matcher learns beside the phrasings."""
    keywords: tuple[str, ...]
    warnings: tuple[Step, ...]
    path: tuple[Step, ...]
    rules: tuple[Rule, ...]
    fixes: tuple[OneOf | Within, ...]
    """Facts that the concern implies."""
    assumes: tuple[OneOf | Within, ...]
    """Facts assumed unless stated otherwise."""
    note: str | None
    form: str | None
    hint: str | None
    """A few words that tell it apart from similar entries."""
    act_now: tuple[str, ...]
    """What to do at once, for a critical entry."""
    script: str | None
    """The id of the note with the words to say."""
    see_also: tuple[SeeAlsoSpec, ...]
    distinguish_from: tuple[str, ...]
    sources: tuple[Citation, ...]
    conflicts: tuple[ConflictSpec, ...]
    audience: frozenset[Role]
    priority: Literal["normal", "critical"]
    signs: CriticalPhrases | None
    messages: ExampleMessages | None
    """The messages that its detector is trained on."""
    location: SourceLocation
    todo: tuple[str, ...] = ()
    """What the documents leave open, for the owner."""

    @property
    def urgent(self) -> bool:
        """Whether it is answered without waiting for facts."""
        return self.priority == "critical"


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """A complete and immutable knowledge base."""

    entries: Mapping[str, Entry]
    destinations: Mapping[str, Destination]
    articles: Mapping[str, ArticleSpec]
    facts: Mapping[str, FactSpec]
    notes: Mapping[str, NoteTemplate]
    forms: Mapping[str, Form]
    documents: Mapping[str, DocumentSpec] = field(default_factory=dict)
    implied_facts: tuple[ImpliedFact, ...] = ()
    clock: ClockSpec | None = None
    resolutions: Mapping[str, ResolutionSpec] = field(default_factory=dict)
    """The labels of the resolution codes, and further codes."""
    tables: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    """The shared rule tables, including unused ones."""
    kinds: Mapping[str, KindSpec] = field(default_factory=dict)
    """The declared kinds of destinations."""
    roles: Mapping[str, RoleSpec] = field(default_factory=dict)
    """The declared roles, each with its user groups."""
    abbreviations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    synonyms: tuple[tuple[str, ...], ...] = ()
    nouns: tuple[str, ...] = ()
    """Nouns that facts are said of, in addition to common ones."""
    parties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The parties of a case, each with its other names."""
    out_of_scope: tuple[str, ...] = ()
    """Messages that no entry answers."""
    pointers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Sentences that say whom to ask instead, each with the out-of-scope messages that it is for."""
    fingerprint: str = ""
    """The hexadecimal SHA-256 of its files. Equal fingerprints imply equal answers."""

    @property
    def clock_facts(self) -> frozenset[str]:
        """The names of the facts of the clock. The others are read from messages and asked for."""
        return frozenset(self.clock.facts) if self.clock else frozenset()

    @property
    def read_facts(self) -> dict[str, FactSpec]:
        """The facts that are read from messages, by name: all but checklists and those of the clock."""
        unread = self.clock_facts | {name for name, fact in self.facts.items() if fact.kind == "checklist"}
        return {name: fact for name, fact in self.facts.items() if name not in unread}

    @property
    def phrasing_keys(self) -> frozenset[str]:
        """The phrasings of all entries without case and punctuation. No two may be equal."""
        return frozenset(phrasing_key(text) for entry in self.entries.values() for text in entry.concerns)

    @property
    def party_facts(self) -> frozenset[str]:
        """The facts that say which party is asking."""
        return party_facts(self.facts, self.parties)

    @property
    def queues(self) -> dict[str, Destination]:
        """The destinations in which cases wait for somebody, by their ids."""
        none = BUILT_IN_KINDS.keys() | {id for id, kind in self.kinds.items() if not kind.queue}
        return {id: target for id, target in self.destinations.items() if target.kind not in none}

    @property
    def user_groups(self) -> tuple[str, ...]:
        """The handles of all user groups in the knowledge base."""
        specialists = (form.specialists for form in self.forms.values() if form.specialists)
        members = (group for role in self.roles.values() for group in role.groups)
        on_duty = (handle for form in self.forms.values() for handle in form.duty_groups)
        return tuple(dict.fromkeys((*members, *specialists, *on_duty)))

    @property
    def team_lead_groups(self) -> tuple[str, ...]:
        """The handles of the user groups whose members are team leads."""
        return self.roles["team_lead"].groups if "team_lead" in self.roles else ()

    @property
    def role_names(self) -> tuple[Role, ...]:
        """The names of all roles, the built-in ones first."""
        return tuple(dict.fromkeys((*BASE_ROLES, *self.roles)))

    @property
    def time_zone(self) -> ZoneInfo | None:
        """The time zone of all forms' working hours, or None if they have none or differ."""
        zones = {form.reminders.zone for form in self.forms.values() if form.reminders}
        return zones.pop() if len(zones) == 1 else None

    def hidden_from(self, *roles: Role) -> frozenset[str]:
        """Return the ids of the entries whose audience includes none of the `roles`."""
        return frozenset(id for id, entry in self.entries.items() if entry.audience.isdisjoint(roles))
