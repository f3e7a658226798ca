"""Entries: the concerns, each with its process path; and the rules that decide where a case goes."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from slackguide.knowledge.base import EntryId, Id, ListOf, Model, Phrasing, Sentence, Short

Role = Literal["agent", "team_lead"]

DestinationKind = Literal[
    "zendesk_group", "slack_channel", "article", "macro", "team", "in_product", "self", "not_eligible"
]

When = Annotated[Any, Field(description="fact: value(s) mapping, condition name, list (all), or any/all/not")]


def _iso_date(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a date is written like 2026-11-21")
    return value


IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class Destination(Model):
    """A place a case can go; its id is the key it stands under."""

    kind: DestinationKind
    name: Short = Field(description="Exactly as agents type it into Zendesk or Slack")
    also: Annotated[tuple[Short, ...], ListOf] = Field(default=(), description="Other names it goes by")
    note: Sentence | None = Field(default=None, description="What to know about it")


class Article(Model):
    """A help article; its id is the key it stands under."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)] | None = None


class Document(Model):
    """A guide that entries were written from; its id is the key it stands under."""

    title: Short
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)] | None = None


class NoteTemplate(Model):
    """A ticket note; `{name}` is a fact or form field, `____` any other blank."""

    label: Short = Field(default="Note for the ticket", description="Where the note goes")
    text: Annotated[str, StringConstraints(min_length=1, max_length=2500)]


class Source(Model):
    """Where in the guides a statement stands."""

    document: Id | None = Field(default=None, description="Id of the document; left out: the file's")
    section: Short


def _as_source(value: object) -> object:
    return {"section": value} if isinstance(value, str) else value


def _as_sources(value: object) -> object:
    listed = value if isinstance(value, list) else [value]
    return [_as_source(item) for item in listed]


class Line(Model):
    """A step or warning; with `when`, shown only where the facts given say that it applies."""

    text: Sentence | None = None
    use: Id | None = Field(default=None, description="Name of a shared procedure whose steps stand here")
    when: When = None

    @model_validator(mode="after")
    def _one_content(self) -> Line:
        if (self.text is None) == (self.use is None):
            raise ValueError("a step has either `text` or `use`")
        return self


def _as_line(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _as_lines(value: object) -> object:
    listed = value if isinstance(value, list) else [value]
    return [_as_line(item) for item in listed]


Lines = Annotated[tuple[Line, ...], BeforeValidator(_as_lines)]


class Rule(Model):
    """One rule of a table: where its condition is the first to hold, it decides."""

    when: When = None
    to: Id | None = None
    not_eligible: Sentence | None = Field(default=None, description="Why the case cannot be taken")
    instead: Sentence | None = Field(default=None, description="What to do instead")
    use: Id | None = Field(default=None, description="Name of a shared table whose rules follow here")
    because: Sentence | None = Field(default=None, description="Added to the reasons")
    path: Lines = Field(default=(), description="Steps added after the entry's own")
    warnings: Lines = ()
    note: Id | None = Field(default=None, description="Note template in place of the entry's")
    form: Id | None = Field(default=None, description="Form in place of the entry's")
    source: Annotated[Source, BeforeValidator(_as_source)] | None = None

    @model_validator(mode="after")
    def _one_outcome(self) -> Rule:
        outcomes = [name for name in ("to", "not_eligible", "use") if getattr(self, name) is not None]
        if len(outcomes) != 1:
            raise ValueError("a rule has exactly one of `to`, `not_eligible` and `use`")
        if self.use is not None and self.when is not None:
            raise ValueError("`use` puts a whole table here and takes no `when`")
        if self.instead is not None and self.not_eligible is None:
            raise ValueError("`instead` belongs to `not_eligible`")
        return self


class Conflict(Model):
    """Two statements of the sources that cannot both be followed."""

    says: Sentence
    at: Short
    but: Sentence
    elsewhere: Short
    caution: Sentence | None = Field(default=None, description="What the agent does meanwhile")
    todo: Sentence = Field(description="What the owner has to settle")

    @property
    def told(self) -> str:
        """The caution as agents read it."""
        text = f"The guides disagree: “{self.says}” ({self.at}), but “{self.but}” ({self.elsewhere})."
        return f"{text} {self.caution}" if self.caution else text


class SignPhrases(Model):
    """The detector of a critical entry."""

    clear: tuple[Phrasing, ...] = Field(min_length=1, description="Puts the entry first, whatever else matches")
    weak: tuple[Phrasing, ...] = Field(default=(), description="Adds an alert beside the answer")
    exclusions: tuple[Phrasing, ...] = Field(default=(), description="Look-alikes that are no sign")
    message: Sentence


class SeeAlso(Model):
    """A pointer to further reading that has no id of its own."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)] | None = None


def _by_shape(value: object) -> str:
    """A text is a name; anything else is the thing itself. Keeps faults to the branch that the author meant."""
    return "name" if isinstance(value, str) else "spelled_out"


Routes = Annotated[
    Annotated[tuple[Rule, ...], Tag("spelled_out")] | Annotated[Id, Tag("name")], Discriminator(_by_shape)
]
Further = Annotated[Annotated[SeeAlso, Tag("spelled_out")] | Annotated[Id, Tag("name")], Discriminator(_by_shape)]
Given = dict[Id, Any]


class Entry(Model):
    """One concern and its answer."""

    id: EntryId
    title: Short
    concerns: tuple[Phrasing, ...] = Field(min_length=12, max_length=60, description="How people put it: 12 or more")
    keywords: Annotated[tuple[Phrasing, ...], ListOf] = ()
    warnings: Annotated[Lines, Field(max_length=8)] = ()
    path: Annotated[Lines, Field(min_length=1, max_length=20)]
    to: Id | None = None
    routes: Routes | None = Field(default=None, description="Rules, or the name of a shared table")
    fixes: Given = Field(default_factory=dict, description="Facts that the concern itself says")
    assumes: Given = Field(default_factory=dict, description="Facts taken for granted unless told otherwise")
    note: Id | None = None
    form: Id | None = None
    see_also: Annotated[tuple[Further, ...], ListOf] = ()
    distinguish_from: Annotated[tuple[EntryId, ...], ListOf] = ()
    source: Annotated[tuple[Source, ...], BeforeValidator(_as_sources), Field(min_length=1)]
    conflicts: tuple[Conflict, ...] = ()
    audience: Annotated[tuple[Role, ...], ListOf, Field(min_length=1)] = ("agent", "team_lead")
    priority: Literal["normal", "critical"] = "normal"
    signs: SignPhrases | None = None
    owner: Short | None = None
    reviewed: IsoDate | None = None

    @model_validator(mode="after")
    def _whole(self) -> Entry:
        if (self.to is None) == (self.routes is None):
            raise ValueError("an entry has either `to` or `routes`")
        if self.signs is not None and self.priority != "critical":
            raise ValueError("`signs` belong to an entry with `priority: critical`")
        if self.routes is not None and not self.routes:
            raise ValueError("`routes` is empty: give at least one rule")
        return self
