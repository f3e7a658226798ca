"""Entries: the concerns, each with its process path; and the rules that decide where a case goes."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, WithJsonSchema, model_validator

from slackguide.knowledge.types import EntryId, Id, ListOf, Message, Model, Phrasing, Sentence, Short, text_for

Role = Literal["agent", "team_lead"]

DestinationKind = Literal[
    "zendesk_group", "slack_channel", "article", "macro", "team", "in_product", "self", "not_eligible"
]

When = Annotated[Any, WithJsonSchema({"x-part": "Condition"}), Field(description="What has to hold; left out: always")]
GivenFacts = Annotated[dict[Id, Any], WithJsonSchema({"type": "object", "additionalProperties": {"x-part": "Test"}})]


def _iso_date(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a date is written like 2026-11-21")
    return value


IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class DestinationSpec(Model):
    """A place a case can go; its id is the key it stands under."""

    kind: DestinationKind = Field(description="What kind of place it is; `self`: the agent handles it")
    name: Short = Field(description="Exactly as agents type it into Zendesk or Slack")
    also: Annotated[tuple[Short, ...], ListOf] = Field(default=(), description="Other names it goes by")
    note: Sentence | None = Field(default=None, description="What to know about it")


Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]


class ArticleSpec(Model):
    """A help article; its id is the key it stands under."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="As the help center has it"
    )
    url: Url | None = Field(default=None, description="Where it is, if known")


class DocumentSpec(Model):
    """A guide that entries were written from; its id is the key it stands under."""

    title: Short = Field(description="As answers cite it")
    url: Url | None = Field(default=None, description="Where it is, if known")


class NoteTemplate(Model):
    """A ticket note; `{name}` is a fact or form field, `____` any other blank."""

    label: Short = Field(default="Note for the ticket", description="Where the note goes")
    text: Annotated[str, StringConstraints(min_length=1, max_length=2500)] = Field(
        description="The note, ready to copy; {name} is filled in where known, ____ stays a blank"
    )


class CitationSpec(Model):
    """Where in the guides a statement stands."""

    document: Id | None = Field(default=None, description="Id of the document; left out: the file's")
    section: Short = Field(description="The heading or drop-down it stands under, as the document writes it")


CitationSpecs = Annotated[CitationSpec, text_for("section")]


class StepSpec(Model):
    """A step or warning; with `when`, shown only where the facts given say that it applies."""

    text: Sentence | None = Field(default=None, description="One instruction or warning")
    use: Id | None = Field(default=None, description="Name of a shared procedure whose steps stand here")
    when: When = None

    @model_validator(mode="after")
    def _one_content(self) -> StepSpec:
        if (self.text is None) == (self.use is None):
            raise ValueError("a step has either `text` or `use`")
        return self


StepSpecs = Annotated[tuple[Annotated[StepSpec, text_for("text")], ...], ListOf]


class RuleSpec(Model):
    """One rule of a table: where its condition is the first to hold, it decides."""

    when: When = None
    to: Id | None = Field(default=None, description="The destination")
    not_eligible: Sentence | None = Field(default=None, description="Why the case cannot be taken")
    instead: Sentence | None = Field(default=None, description="What to do instead")
    use: Id | None = Field(default=None, description="Name of a shared table whose rules follow here")
    because: Sentence | None = Field(default=None, description="Added to the reasons")
    path: StepSpecs = Field(default=(), description="Steps added after the entry's own")
    warnings: StepSpecs = Field(default=(), description="Warnings added after the entry's own")
    note: Id | None = Field(default=None, description="Note template in place of the entry's")
    form: Id | None = Field(default=None, description="Form in place of the entry's")
    source: CitationSpecs | None = Field(
        default=None, description="Where the rule stands; left out: the entry's source"
    )

    @model_validator(mode="after")
    def _one_outcome(self) -> RuleSpec:
        outcomes = [name for name in ("to", "not_eligible", "use") if getattr(self, name) is not None]
        if len(outcomes) != 1:
            raise ValueError("a rule has exactly one of `to`, `not_eligible` and `use`")
        if self.use is not None and self.when is not None:
            raise ValueError("`use` puts a whole table here and takes no `when`")
        if self.instead is not None and self.not_eligible is None:
            raise ValueError("`instead` belongs to `not_eligible`")
        return self


class ConflictSpec(Model):
    """Two statements of the sources that cannot both be followed."""

    says: Sentence = Field(description="What one place says")
    at: Short = Field(description="Which place that is")
    but: Sentence = Field(description="What another place says")
    elsewhere: Short = Field(description="Which place that is")
    caution: Sentence | None = Field(default=None, description="What the agent does meanwhile")
    todo: Sentence = Field(description="What the owner has to settle")

    @property
    def summary(self) -> str:
        """The caution as agents read it."""
        text = f"The guides disagree: “{self.says}” ({self.at}), but “{self.but}” ({self.elsewhere})."
        return f"{text} {self.caution}" if self.caution else text


class ExampleMessages(Model):
    """Whole messages that a critical entry's detector learns from; the more, and the more different, the better."""

    serious: Annotated[tuple[Message, ...], ListOf, Field(min_length=1)] = Field(
        description="What people write, or agents report, where it is meant"
    )
    harmless: Annotated[tuple[Message, ...], ListOf] = Field(
        default=(), description="The same words where nobody is at risk"
    )


class CriticalPhrases(Model):
    """The detector of a critical entry."""

    clear: tuple[Phrasing, ...] = Field(min_length=1, description="Puts the entry first, whatever else matches")
    weak: tuple[Phrasing, ...] = Field(default=(), description="Adds an alert beside the answer")
    exclusions: tuple[Phrasing, ...] = Field(default=(), description="Look-alikes that are no sign")
    messages: Id | None = Field(default=None, description="Name of the `messages` that the detector learns from")
    message: Sentence = Field(description="The alert")


class SeeAlsoSpec(Model):
    """A pointer to further reading that has no id of its own."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(description="What it is called")
    url: Url | None = Field(default=None, description="Where it is, if known")


def _by_shape(value: object) -> str:
    """A text is a name; anything else is the thing itself. Keeps faults to the branch that the author meant."""
    return "name" if isinstance(value, str) else "spelled_out"


Routes = Annotated[
    Annotated[tuple[RuleSpec, ...], Tag("spelled_out")] | Annotated[Id, Tag("name")], Discriminator(_by_shape)
]
Further = Annotated[Annotated[SeeAlsoSpec, Tag("spelled_out")] | Annotated[Id, Tag("name")], Discriminator(_by_shape)]


class EntrySpec(Model):
    """One concern and its answer."""

    id: EntryId = Field(description="team/concern; never changed again, links and statistics hang on it")
    title: Short = Field(description="The concern in a few words")
    concerns: tuple[Phrasing, ...] = Field(min_length=12, max_length=60, description="How people put it: 12 or more")
    keywords: Annotated[tuple[Phrasing, ...], ListOf] = Field(
        default=(), description="Words to find it by that fit in no sentence"
    )
    warnings: StepSpecs = Field(default=(), max_length=8, description="Shown before anything else")
    path: StepSpecs = Field(min_length=1, max_length=20, description="What to do, in order, one instruction a step")
    to: Id | None = Field(default=None, description="The one destination; where it depends on facts, `routes`")
    routes: Routes | None = Field(default=None, description="Rules, or the name of a shared table")
    fixes: GivenFacts = Field(default_factory=dict, description="Facts that the concern itself says")
    assumes: GivenFacts = Field(default_factory=dict, description="Facts assumed unless stated otherwise")
    note: Id | None = Field(default=None, description="Template of the note to leave in the ticket")
    form: Id | None = Field(default=None, description="Escalation form offered under the answer")
    see_also: Annotated[tuple[Further, ...], ListOf] = Field(default=(), description="Articles to point to")
    distinguish_from: Annotated[tuple[EntryId, ...], ListOf] = Field(
        default=(), description="Neighbours that people mix up with this one"
    )
    source: Annotated[tuple[CitationSpecs, ...], ListOf] = Field(min_length=1, description="What it was written from")
    conflicts: tuple[ConflictSpec, ...] = Field(default=(), description="Where the sources disagree")
    audience: Annotated[tuple[Role, ...], ListOf] = Field(
        default=("agent", "team_lead"), min_length=1, description="Who may see it; left out: everyone"
    )
    priority: Literal["normal", "critical"] = Field(
        default="normal", description="critical: withholds nothing for want of facts, and has a detector of its own"
    )
    signs: CriticalPhrases | None = Field(default=None, description="The detector of a critical entry")
    owner: Short | None = Field(default=None, description="Who keeps it true; left out: the file's owner")
    reviewed: IsoDate | None = Field(default=None, description="When it was last held against its source; ditto")

    @model_validator(mode="after")
    def _whole(self) -> EntrySpec:
        if (self.to is None) == (self.routes is None):
            raise ValueError("an entry has either `to` or `routes`")
        if self.signs is not None and self.priority != "critical":
            raise ValueError("`signs` belong to an entry with `priority: critical`")
        if self.routes is not None and not self.routes:
            raise ValueError("`routes` is empty: give at least one rule")
        return self
