"""The format of a knowledge file: its sections, and the models of their items."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from slackguide.knowledge.clock_facts import ClockSpec
from slackguide.knowledge.entries import (
    ArticleSpec,
    CitationSpec,
    ConflictSpec,
    CriticalPhrases,
    DestinationSpec,
    DocumentSpec,
    EntrySpec,
    ExampleMessages,
    IsoDate,
    KindSpec,
    NoteTemplate,
    RoleSpec,
    RuleSpec,
    SeeAlsoSpec,
    StepSpec,
    StepSpecs,
)
from slackguide.knowledge.facts import FactSpec, FactValueSpec, ImpliedValueSpec
from slackguide.knowledge.forms import (
    Form,
    FormField,
    ReminderRules,
)
from slackguide.knowledge.resolutions import ResolutionSpec
from slackguide.knowledge.types import (
    EntryId,
    Id,
    ListOf,
    Message,
    Model,
    Sentence,
    Short,
    Shorthand,
    When,
)


class ConditionSpec(Model):
    """A named condition. `label` is its text in reasons."""

    label: Short = Field(description="Its text in reasons")
    any: list[When] | None = Field(default=None, description="At least one of these holds")
    all: list[When] | None = Field(default=None, description="Every one of these holds")
    not_: When = Field(default=None, alias="not", description="This does not hold")
    when: When = Field(default=None, description="This holds")

    @model_validator(mode="after")
    def _one_form(self) -> ConditionSpec:
        if sum(part is not None for part in (self.any, self.all, self.not_, self.when)) != 1:
            raise ValueError("a condition has a `label` and exactly one of `any`, `all`, `not` and `when`")
        return self


class GlossarySpec(Model):
    """Abbreviations and synonyms."""

    abbreviations: dict[str, Annotated[tuple[Short, ...], ListOf]] = Field(
        default_factory=dict, description="MFA: multi-factor authentication. Use a list for several meanings"
    )
    synonyms: tuple[Annotated[tuple[Short, ...], Field(min_length=2)], ...] = Field(
        default=(), description="Groups of synonyms"
    )


def _groups_alone(value: object) -> object:
    groups = [value] if isinstance(value, str) else value
    return {"groups": groups} if isinstance(groups, list) else groups


_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}

Nouns = Annotated[tuple[Short, ...], ListOf]
Roles = dict[Id, Annotated[RoleSpec, Shorthand(_groups_alone, lambda _: dict(_TEXTS))]]


Procedure = Annotated[StepSpecs, Field(min_length=1, max_length=20)]


class OutOfScopeSpec(Model):
    """The messages of one out-of-scope topic. A list of messages alone is a topic without a pointer."""

    pointer: Sentence | None = Field(default=None, description="Whom to ask instead, in a sentence")
    messages: Annotated[tuple[Message, ...], Field(min_length=1)] = Field(description="Messages about the topic")


def _messages_alone(value: object) -> object:
    messages = [value] if isinstance(value, str) else value
    return {"messages": messages} if isinstance(messages, list) else messages


Tickets = Annotated[tuple[Message, ...], Field(min_length=1)]
"""Messages about one entry."""

OutOfScope = Annotated[OutOfScopeSpec, Shorthand(_messages_alone, lambda _: dict(_TEXTS))]


class KnowledgeFile(Model):
    """One YAML file of the knowledge base, with any of these sections."""

    team: Short | None = Field(default=None, description="The team of the entries")
    owner: Short | None = Field(default=None, description="Who maintains the entries of this file")
    reviewed: IsoDate | None = Field(default=None, description="The date of the last review against the documents")
    document: Id | None = Field(default=None, description="The source document of the entries")
    entries: tuple[EntrySpec, ...] | None = Field(
        default=None, min_length=1, description="The concerns, each with its process path"
    )
    destinations: dict[Id, DestinationSpec] | None = Field(
        default=None, min_length=1, description="The destinations of cases"
    )
    kinds: dict[Id, KindSpec] | None = Field(
        default=None, min_length=1, description="The kinds of destinations, with their names for agents"
    )
    articles: dict[Id, ArticleSpec] | None = Field(
        default=None, min_length=1, description="Help articles that entries refer to"
    )
    documents: dict[Id, DocumentSpec] | None = Field(
        default=None, min_length=1, description="The source documents of entries"
    )
    notes: dict[Id, NoteTemplate] | None = Field(default=None, min_length=1, description="Ticket note templates")
    facts: dict[Id, FactSpec] | None = Field(
        default=None, min_length=1, description="Facts that destinations depend on"
    )
    conditions: dict[Id, ConditionSpec] | None = Field(default=None, min_length=1, description="Named conditions")
    tables: dict[Id, Annotated[tuple[RuleSpec, ...], Field(min_length=1)]] | None = Field(
        default=None, min_length=1, description="Rules shared by entries"
    )
    procedures: dict[Id, Procedure] | None = Field(default=None, min_length=1, description="Steps shared by entries")
    forms: dict[Id, Form] | None = Field(default=None, min_length=1, description="Escalation forms")
    resolutions: dict[Id, ResolutionSpec] | None = Field(
        default=None, min_length=1, description="Labels of the resolution codes of escalations, and further codes"
    )
    messages: dict[Id, ExampleMessages] | None = Field(
        default=None, min_length=1, description="Messages that the detectors of critical entries are trained on"
    )
    out_of_scope: dict[Id, OutOfScope] | None = Field(
        default=None,
        min_length=1,
        description="Messages that no entry answers, by topic, as negative training examples",
    )
    tickets: dict[EntryId, Tickets] | None = Field(
        default=None,
        min_length=1,
        description="Whole tickets and chats by entry, as agents paste them: training examples beside the phrasings",
    )
    nouns: Nouns | None = Field(
        default=None, description="Nouns that facts are said of, like `laptop`, so that “stolen laptop” is read"
    )
    parties: dict[Id, Nouns] | None = Field(
        default=None,
        min_length=1,
        description="The kinds of people whom a case is about, with their other names: `tenant: [renter, lodger]`",
    )
    word_sets: dict[Id, Nouns] | None = Field(
        default=None,
        min_length=1,
        description="Words that phrases of facts name together: with `ended: [closed, over]`, `contract ~ <ended>`",
    )
    roles: Roles | None = Field(
        default=None, description="Roles by Slack user group. People in none of the groups are agents"
    )
    glossary: GlossarySpec | None = Field(default=None, description="Abbreviations and synonyms")
    clock: ClockSpec | None = Field(
        default=None,
        description="The clock: `weekday`, `support_hours` and `holiday` as facts that nobody is asked for",
    )


_MODELS: tuple[type[Model], ...] = (
    KnowledgeFile,
    EntrySpec,
    RuleSpec,
    StepSpec,
    CitationSpec,
    ConflictSpec,
    ExampleMessages,
    OutOfScopeSpec,
    CriticalPhrases,
    SeeAlsoSpec,
    DestinationSpec,
    ArticleSpec,
    DocumentSpec,
    NoteTemplate,
    FactSpec,
    FactValueSpec,
    ImpliedValueSpec,
    ConditionSpec,
    GlossarySpec,
    RoleSpec,
    KindSpec,
    Form,
    FormField,
    ReminderRules,
    ResolutionSpec,
    ClockSpec,
)
KEYS = frozenset(info.alias or name for model in _MODELS for name, info in model.model_fields.items())

SECTION_MODELS: dict[str, Any] = {
    "kinds": KindSpec,
    "destinations": DestinationSpec,
    "articles": ArticleSpec,
    "documents": DocumentSpec,
    "notes": NoteTemplate,
    "facts": FactSpec,
    "parties": Nouns,
    "word_sets": Nouns,
    "conditions": ConditionSpec,
    "tables": Annotated[tuple[RuleSpec, ...], Field(min_length=1)],
    "procedures": Procedure,
    "forms": Form,
    "resolutions": ResolutionSpec,
    "messages": ExampleMessages,
    "out_of_scope": OutOfScope,
    "tickets": Tickets,
}
