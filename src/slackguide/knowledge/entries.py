"""The format of entries: concerns, process paths, and the rules that decide the destination."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, WithJsonSchema, model_validator

from slackguide.knowledge.types import EntryId, Id, ListOf, Message, Model, Phrasing, Sentence, Short, When, text_for

Role: TypeAlias = str
"""The name of a role: `agent`, `team_lead`, or one that the knowledge base declares."""

BASE_ROLES: tuple[Role, ...] = ("agent", "team_lead")
"""The built-in roles. Everyone has one of these two."""


class RoleSpec(Model):
    """A role. Its key is its name. A list alone gives its user groups."""

    label: Short | None = Field(default=None, description="Its name for people")
    groups: Annotated[tuple[Id, ...], ListOf] = Field(
        default=(), description="Handles of the Slack user groups whose members have it, without the @"
    )


class KindSpec(Model):
    """A kind of destination. Its key is its id."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=75)] = Field(
        description="Its name for agents, like `ticket queue`"
    )
    icon: Annotated[str, StringConstraints(min_length=1, max_length=50)] | None = Field(
        default=None, description="An emoji, as a character or by its Slack name, like `:inbox_tray:`"
    )
    queue: bool = Field(
        default=True,
        description="Whether cases wait there for somebody: only such a destination can be the right queue of an "
        "escalation that came to the wrong one. The built-in kinds are none",
    )


BUILT_IN_KINDS: Mapping[str, KindSpec] = {
    "self": KindSpec(label="you, the agent"),
    "not_eligible": KindSpec(label="nowhere"),
    "article": KindSpec(label="help article"),
}
"""The kinds that every knowledge base has. It can declare them again, with another label or an icon."""

GivenFacts = Annotated[dict[Id, Any], WithJsonSchema({"type": "object", "additionalProperties": {"x-part": "Test"}})]


def _iso_date(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a date has the format 2026-11-21")
    return value


IsoDate = Annotated[date, BeforeValidator(_iso_date)]


URL_PATTERN = r"^https?://\S+$"
MAILBOX_PATTERN = r"^[^\s@]+@[^\s@]+$"
Url = Annotated[str, StringConstraints(pattern=URL_PATTERN, max_length=2000)]
Mailbox = Annotated[str, StringConstraints(pattern=MAILBOX_PATTERN, max_length=150)]


class DestinationSpec(Model):
    """A destination of cases. Its key is its id."""

    kind: Id = Field(description="The kind of destination, one of `kinds`. `self`: the agent handles it")
    name: Short = Field(description="Its exact name, as agents find it")
    also: Annotated[tuple[Short, ...], ListOf] = Field(default=(), description="Alternative names")
    note: Sentence | None = Field(default=None, description="A remark on it")
    url: Url | None = Field(default=None, description="The page that it is, like a web form or an issue template")
    mailbox: Mailbox | None = Field(default=None, description="The email address to write to")
    pager: Short | None = Field(default=None, description="How to page it: a service, a number")
    command: Short | None = Field(default=None, description="The command to type, like `/incident declare`")


class ArticleSpec(Model):
    """A help article. Its key is its id."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="The title in the help center"
    )
    url: Url | None = Field(default=None, description="The URL, if known")


class DocumentSpec(Model):
    """A source document of entries. Its key is its id."""

    title: Short = Field(description="The title that answers cite")
    url: Url | None = Field(default=None, description="The URL, if known")
    sections: Annotated[tuple[Short, ...], ListOf] = Field(
        default=(), description="Its headings and drop-downs, in order. If given, citations must name one of them"
    )


class NoteTemplate(Model):
    """A template of a ticket note. `{name}` is a fact or form field, `____` any other blank."""

    label: Short = Field(default="Note for the ticket", description="The heading of the note")
    text: Annotated[str, StringConstraints(min_length=1, max_length=2500)] = Field(
        description="The text to copy. {name} is replaced by a known value, ____ remains blank"
    )


class CitationSpec(Model):
    """A citation of a section in a source document."""

    document: Id | None = Field(default=None, description="The id of the document. Default: that of the file")
    section: Short = Field(description="The heading or drop-down of the section, as in the document")


CitationSpecs = Annotated[CitationSpec, text_for("section")]


class StepSpec(Model):
    """A step or warning. With `when`, it is shown only if the known facts satisfy the condition."""

    text: Sentence | None = Field(default=None, description="One instruction or warning")
    use: Id | None = Field(default=None, description="The name of a shared procedure to include")
    when: When = None
    finds: Annotated[tuple[Id, ...], ListOf] = Field(
        default=(), description="The facts that the step finds out. It is not shown once all of them are known"
    )
    important: bool = Field(default=False, description="A warning without `when` that the card shows at once")

    @model_validator(mode="after")
    def _one_content(self) -> StepSpec:
        if (self.text is None) == (self.use is None):
            raise ValueError("a step has either `text` or `use`")
        return self


StepSpecs = Annotated[tuple[Annotated[StepSpec, text_for("text")], ...], ListOf]


class ConflictSpec(Model):
    """Two contradictory statements in the sources."""

    says: Sentence = Field(description="The first statement")
    at: Short = Field(description="The location of the first statement")
    but: Sentence = Field(description="The contradicting statement")
    elsewhere: Short = Field(description="The location of the contradicting statement")
    caution: Sentence | None = Field(default=None, description="How agents proceed until it is resolved")
    todo: Sentence = Field(description="What the owner has to resolve")

    @property
    def summary(self) -> str:
        """The text that agents read: the caution, or both statements if there is none."""
        return self.caution or (f"The guides disagree: “{self.says}” ({self.at}), but “{self.but}” ({self.elsewhere}).")


class RuleSpec(Model):
    """One rule of a decision table. The first rule whose condition holds decides."""

    when: When = None
    to: Id | None = Field(default=None, description="The destination")
    also: Annotated[tuple[Id, ...], ListOf] = Field(
        default=(), max_length=3, description="Further destinations: who is notified too, or where a second case goes"
    )
    not_eligible: Sentence | None = Field(default=None, description="The reason why the case is not eligible")
    instead: Sentence | None = Field(default=None, description="What to do instead")
    use: Id | None = Field(
        default=None, description="The name of a shared table whose rules are included, for the cases of `when`"
    )
    because: Sentence | None = Field(default=None, description="A text added to the reasons")
    path: StepSpecs = Field(default=(), description="Steps added after the entry's own")
    warnings: StepSpecs = Field(default=(), description="Warnings added after the entry's own")
    note: Id | None = Field(default=None, description="The note template that replaces the entry's")
    form: Id | None = Field(default=None, description="The form that replaces the entry's")
    source: CitationSpecs | None = Field(
        default=None, description="The source of the rule. Default: the entry's source"
    )
    conflicts: tuple[ConflictSpec, ...] = Field(
        default=(), description="Contradictions between the sources, for the cases of this rule"
    )

    @model_validator(mode="after")
    def _one_outcome(self) -> RuleSpec:
        outcomes = [name for name in ("to", "not_eligible", "use") if getattr(self, name) is not None]
        if len(outcomes) != 1:
            found = " and ".join(f"`{name}`" for name in outcomes) or "none"
            raise ValueError(f"a rule has exactly one of `to`, `not_eligible` and `use`: this one has {found}")
        if self.also and self.not_eligible is not None:
            raise ValueError("`also` belongs to `to`: a case that is not eligible has no destination")
        if self.instead is not None and self.not_eligible is None:
            raise ValueError("`instead` belongs to `not_eligible`")
        return self


class ExampleMessages(Model):
    """Messages that the detector of a critical entry is trained on. More and more diverse messages are better."""

    serious: Annotated[tuple[Message, ...], ListOf, Field(min_length=1)] = Field(
        description="Messages of users or agents about an actual case"
    )
    harmless: Annotated[tuple[Message, ...], ListOf] = Field(
        default=(), description="Messages with similar wording where nobody is at risk"
    )


class CriticalPhrases(Model):
    """The detector of a critical entry."""

    clear: tuple[Phrasing, ...] = Field(
        min_length=1,
        description="Phrases that rank the entry first; examples of critical messages if there are `messages`",
    )
    weak: tuple[Phrasing, ...] = Field(default=(), description="Weaker phrases: they never displace an answer")
    exclusions: tuple[Phrasing, ...] = Field(default=(), description="Similar phrases that are not critical")
    messages: Id | None = Field(default=None, description="The name of the `messages` that the detector is trained on")
    message: Sentence = Field(description="The text of the alert")


class SeeAlsoSpec(Model):
    """A link to further reading without an id."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(description="The title")
    url: Url | None = Field(default=None, description="The URL, if known")


def _by_type(value: object) -> str:
    """Return the tag of the union member: a string is a name. Errors are reported for that member only."""
    return "name" if isinstance(value, str) else "inline"


Routes = Annotated[Annotated[tuple[RuleSpec, ...], Tag("inline")] | Annotated[Id, Tag("name")], Discriminator(_by_type)]
Reference = Annotated[Annotated[SeeAlsoSpec, Tag("inline")] | Annotated[Id, Tag("name")], Discriminator(_by_type)]


class EntrySpec(Model):
    """One concern and its answer."""

    id: EntryId = Field(
        description="A name like `vpn` or `network/vpn`. Must not change: links and statistics refer to it"
    )
    title: Short = Field(description="The concern in a few words")
    hint: Short | None = Field(
        default=None, description="A few words that tell it apart from similar entries, shown in a list of choices"
    )
    concerns: tuple[Phrasing, ...] = Field(
        min_length=1, max_length=60, description="Phrasings of the concern. The more, the more questions are understood"
    )
    keywords: Annotated[tuple[Phrasing, ...], ListOf] = Field(default=(), description="Additional search words")
    warnings: StepSpecs = Field(default=(), max_length=8, description="Warnings shown before the steps")
    path: StepSpecs = Field(min_length=1, max_length=20, description="The steps in order, one instruction per step")
    act_now: Annotated[tuple[Sentence, ...], ListOf] = Field(
        default=(), max_length=3, description="What to do at once, in at most three short lines, for a critical entry"
    )
    script: Id | None = Field(default=None, description="The note with the words to say to the person")
    to: Id | None = Field(default=None, description="The only destination. Use `routes` if it depends on facts")
    also: Annotated[tuple[Id, ...], ListOf] = Field(
        default=(), max_length=3, description="Further destinations beside `to`. Beside `routes`, write them in a rule"
    )
    routes: Routes | None = Field(default=None, description="Rules, or the name of a shared table")
    fixes: GivenFacts = Field(default_factory=dict, description="Facts that the concern implies")
    assumes: GivenFacts = Field(default_factory=dict, description="Facts assumed unless stated otherwise")
    note: Id | None = Field(default=None, description="The template of the ticket note")
    form: Id | None = Field(default=None, description="The escalation form offered with the answer")
    see_also: Annotated[tuple[Reference, ...], ListOf] = Field(default=(), description="Related articles")
    distinguish_from: Annotated[tuple[EntryId, ...], ListOf] = Field(
        default=(), description="Entries that are often confused with this one"
    )
    source: Annotated[tuple[CitationSpecs, ...], ListOf] = Field(
        default=(), description="The sections of documents from which it was written"
    )
    conflicts: tuple[ConflictSpec, ...] = Field(default=(), description="Contradictions between the sources")
    todo: Annotated[tuple[Sentence, ...], ListOf] = Field(
        default=(), description="What the documents leave open, for the owner; agents do not see it"
    )
    audience: Annotated[tuple[Id, ...], ListOf] = Field(
        default=(), description="The roles that may see it: agent, team_lead or one of `roles`. Default: all"
    )
    priority: Literal["normal", "critical"] = Field(
        default="normal", description="critical: answered without waiting for facts, and detected by `signs`"
    )
    signs: CriticalPhrases | None = Field(default=None, description="The detector of a critical entry")
    owner: Short | None = Field(default=None, description="Who maintains it. Default: the owner of the file")
    reviewed: IsoDate | None = Field(
        default=None,
        description="The date of the last review against its source. Default: that of the file. Without one it is "
        "shown as not reviewed",
    )

    @model_validator(mode="after")
    def _is_consistent(self) -> EntrySpec:
        if (self.to is None) == (self.routes is None):
            raise ValueError(f"an entry has either `to` or `routes`: this one has {'both' if self.to else 'neither'}")
        if self.also and self.to is None:
            raise ValueError("`also` stands beside `to`; in `routes` it belongs to a rule")
        if self.signs is not None and self.priority != "critical":
            raise ValueError("`signs` belong to an entry with `priority: critical`")
        if self.routes is not None and not self.routes:
            raise ValueError("`routes` is empty: give at least one rule")
        return self
