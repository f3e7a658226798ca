"""Parse the sections of a knowledge file to models and report validation errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails

from slackguide.knowledge.clock_facts import ClockSpec
from slackguide.knowledge.diagnostics import closest, did_you_mean
from slackguide.knowledge.entries import (
    MAILBOX_PATTERN,
    URL_PATTERN,
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
    CHANNEL_PATTERN,
    ON_DUTY_PATTERN,
    OPTION_PATTERN,
    PREFIX_PATTERN,
    Form,
    FormField,
    ReminderRules,
)
from slackguide.knowledge.resolutions import ResolutionSpec
from slackguide.knowledge.salvage import Validation, validate
from slackguide.knowledge.types import (
    ENTRY_ID_PATTERN,
    ID_PATTERN,
    Id,
    ListOf,
    Message,
    Model,
    Sentence,
    Short,
    Shorthand,
    When,
)
from slackguide.knowledge.yaml_source import EMPTY, KeyPath, YamlSource


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
_KEYS = frozenset(info.alias or name for model in _MODELS for name, info in model.model_fields.items())


@dataclass(slots=True)
class ParsedFile:
    """The valid items of each section of one file, and the names of all declared items.

    A reference to an invalid item is not reported as a second error.
    """

    source: YamlSource
    header: KnowledgeFile = field(default_factory=KnowledgeFile)
    entries: list[tuple[int, EntrySpec]] = field(default_factory=list)
    named: dict[str, dict[str, Any]] = field(default_factory=dict)
    declared: dict[str, set[str]] = field(default_factory=dict)
    glossary: GlossarySpec | None = None
    nouns: tuple[str, ...] = ()
    roles: dict[str, RoleSpec] = field(default_factory=dict)
    clock: ClockSpec | None = None
    invalid_header: set[str] = field(default_factory=set)
    """The keys at the top of the file whose values are invalid. They are not missing."""
    remains: list[tuple[int, EntrySpec, frozenset[str]]] = field(default_factory=list)
    """The invalid entries without their invalid parts, for further checks, each with the keys removed."""
    table_remains: dict[str, tuple[RuleSpec, ...]] = field(default_factory=dict)

    unreadable: bool = False
    """Whether the file or a section of it could not be parsed. Then its declarations are unknown."""

    def section(self, name: str) -> dict[str, Any]:
        """Return the valid items of a section, by name."""
        return self.named.get(name, {})


_SECTION_MODELS: dict[str, Any] = {
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
}
_ID_ADAPTER = TypeAdapter(Id)
HEADER = ("team", "owner", "reviewed", "document")


def parse(source: YamlSource) -> ParsedFile:
    """Parse the sections of a file. Report every error on `source`; an invalid item does not hide others."""
    parsed = ParsedFile(source)
    raw = source.value
    if not isinstance(raw, dict):
        parsed.unreadable = True
        if not source.diagnostics:
            source.report((), "a knowledge file is a mapping of sections (`entries:`, `destinations:` …)")
        return parsed
    for key in raw:
        if key not in KnowledgeFile.model_fields:
            parsed.invalid_header.update({closest(key, KnowledgeFile.model_fields) or key})
            source.report(
                (key,), f"unknown section `{key}`{did_you_mean(key, KnowledgeFile.model_fields)}", at_key=True
            )
    parsed.header = _parse_header(raw, parsed)
    if "entries" in raw:
        _parse_entries(raw["entries"], parsed, has_team="team" in raw or "team" in parsed.invalid_header)
    for name, model in _SECTION_MODELS.items():
        if name in raw:
            _parse_named(name, model, raw[name], parsed)
    if "glossary" in raw:
        parsed.glossary = _validate(GlossarySpec, raw["glossary"], source, ("glossary",)).item
    if "nouns" in raw:
        parsed.nouns = _validate(Nouns, raw["nouns"], source, ("nouns",)).item or ()
    if "clock" in raw:
        parsed.clock = _validate(ClockSpec, raw["clock"], source, ("clock",)).item
        parsed.unreadable = parsed.unreadable or parsed.clock is None  # its facts are unknown
    if "roles" in raw:
        parsed.roles = _validate(Roles, raw["roles"], source, ("roles",)).item or {}
    return parsed


def _parse_header(raw: dict[str, Any], parsed: ParsedFile) -> KnowledgeFile:
    """Parse the keys at the top of a file, each on its own."""
    valid: dict[str, Any] = {}
    for key in HEADER:
        if key in raw:
            item = _validate(KnowledgeFile, {key: raw[key]}, parsed.source, ()).item
            if item is None:
                parsed.invalid_header.add(key)
            else:
                valid[key] = getattr(item, key)
    return KnowledgeFile.model_construct(**valid)


def _parse_entries(raw: Any, parsed: ParsedFile, *, has_team: bool) -> None:
    source = parsed.source
    if not has_team:
        source.report(("entries",), "a file with `entries` needs a `team`", at_key=True)
    if not isinstance(raw, list):
        parsed.unreadable = True
        source.report(("entries",), EMPTY if raw == "" else "expected a list of entries, each starting with `- id:`")
        return
    for number, item in enumerate(raw):
        result = _validate(EntrySpec, item, source, ("entries", number), _STAND_INS)
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            parsed.declared.setdefault("entries", set()).add(item["id"])
        if result.item is not None:
            parsed.entries.append((number, result.item))
        elif result.remains is not None:
            parsed.remains.append((number, result.remains, frozenset(result.removed)))


def _parse_named(name: str, model: Any, raw: Any, parsed: ParsedFile) -> None:
    source = parsed.source
    if not isinstance(raw, dict):
        parsed.unreadable = True
        source.report((name,), EMPTY if raw == "" else f"expected a mapping of {name}, each under its id")
        return
    parsed.declared[name] = set(raw)
    items = parsed.named.setdefault(name, {})
    for key, value in raw.items():
        try:
            _ID_ADAPTER.validate_python(key)
        except ValidationError:
            source.report((name, key), f"`{key}` is not an id: use lower-case letters, digits, - and _", at_key=True)
        result = _validate(model, value, source, (name, key))
        if result.item is not None:
            items[key] = result.item
        elif name == "tables" and result.remains is not None:
            parsed.table_remains[key] = result.remains


_STAND_INS: dict[str, Any] = {"id": "…", "title": "…", "concerns": ["item …"], "path": ["…"]}


def _validate(
    model: Any, value: Any, source: YamlSource, key_path: KeyPath, stand_ins: dict[str, Any] | None = None
) -> Validation:
    return validate(
        model,
        value,
        lambda details: _report(source, details, key_path),
        required={**(stand_ins or {}), **({"id": f"item-{key_path[-1]}"} if stand_ins else {})},
        known=sorted(_KEYS),
    )


def _report(source: YamlSource, details: ErrorDetails, within: KeyPath) -> None:
    key_path = (*within, *details["loc"])
    kind = details["type"]
    name = str(key_path[-1]) if key_path else ""
    if kind == "extra_forbidden":
        source.report(key_path, _unknown_key(name, _keys_at(key_path)), at_key=True)
    elif kind == "missing":
        source.report(key_path[:-1], f"`{name}` is missing", at_key=True)
    elif key_path and key_path[-1] == "[key]":
        is_id = kind == "string_pattern_mismatch"
        name = f"`{details['input']}` is not a name: use lower-case letters, digits, - and _"
        source.report(key_path[:-1], name if is_id else _message(details), at_key=True)
    else:
        source.report(key_path, _message(details))


_SEPARATOR = ", "


def _keys_at(key_path: KeyPath) -> list[str]:
    """Return the keys of a declaration in a section, or of an entry; none for a part of one."""
    model = EntrySpec if key_path[0] == "entries" else _SECTION_MODELS.get(str(key_path[0]))
    is_model = len(key_path) == 3 and isinstance(model, type) and issubclass(model, Model)
    return [info.alias or name for name, info in model.model_fields.items()] if is_model and model else []


def _unknown_key(name: str, keys: Sequence[str]) -> str:
    if " " in name:
        return (
            f"`{name}` is not a key: if it is a sentence, put quotes around it, because its `: ` (or a comma inside "
            "{ }) makes it a mapping"
        )
    if name == "steps" and "path" in keys:
        return "unknown key `steps`: did you mean `path`?"
    close = did_you_mean(name, set(keys) or _KEYS - {name})
    return f"unknown key `{name}`{close or (f' (keys here: {_SEPARATOR.join(keys)})' if keys else '')}"


def _message(details: ErrorDetails) -> str:
    """Translate a pydantic error to a message for authors of knowledge files."""
    given, context = details["input"], details.get("ctx", {})
    if given in ("", [], {}):
        return EMPTY
    match details["type"]:
        case "string_type" if isinstance(given, dict):
            return "expected a text: put quotes around the whole sentence, because its `: ` makes it a mapping"
        case "string_type":
            return f"expected a text, not a {_kind(given)}"
        case "string_too_long":
            return f"{len(given)} characters, at most {context['max_length']} fit here"
        case "string_too_short":
            return f"at least {context['min_length']} characters are needed"
        case "too_short":
            return f"{context['actual_length']} given, at least {context['min_length']} are needed"
        case "too_long":
            return f"{context['actual_length']} given, at most {context['max_length']} are allowed"
        case "string_pattern_mismatch":
            return f"`{given}` {PATTERNS.get(context['pattern'], 'is not written in the right way')}"
        case "literal_error" | "enum":
            options = [part.strip(" '") for part in context["expected"].replace(" or ", ",").split(",")]
            return f"`{given}` is not one of {_listed(options)}{did_you_mean(str(given), options)}"
        case "int_parsing" | "int_from_float" | "int_type" | "int_parsing_size":
            return f"`{given}` is not a whole number"
        case "greater_than_equal":
            return f"`{given}` is too small: at least {context['ge']:,}"
        case "less_than_equal":
            return f"`{given}` is too large: at most {context['le']:,}"
        case kind if kind.startswith("date"):
            return f"`{given}` is not a day of the calendar: write it like 2026-11-21"
        case "bool_parsing":
            return f"`{given}` is neither `true` nor `false`"
        case "list_type" | "tuple_type":
            return f"expected a list, not a {_kind(given)}"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"expected a mapping (`key: value`), not a {_kind(given)}"
        case "value_error":
            return str(context.get("error", details["msg"]))
        case _:
            return f"`{given}` does not fit here" if isinstance(given, str) else f"a {_kind(given)} does not fit here"


def _listed(options: Sequence[str]) -> str:
    quoted = [f"`{option}`" for option in options]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


PATTERNS = {
    ID_PATTERN: "is not a name: use lower-case letters, digits, - and _, as in `billing-desk`",
    ENTRY_ID_PATTERN: "is not an id: use lower-case letters, digits and -, as in `vpn` or `network/vpn`",
    PREFIX_PATTERN: "is not a prefix: use one to four capital letters, as in `IT`",
    CHANNEL_PATTERN: "is not a channel: write its name as in Slack, in lower case and without the #",
    OPTION_PATTERN: "is not a name of an option: use lower-case letters, digits and _",
    URL_PATTERN: "is not a link: it begins with https:// and contains no spaces",
    ON_DUTY_PATTERN: "is neither the handle of a user group, without the @, nor a person's id, like U012AB3CD",
    MAILBOX_PATTERN: "is not an email address",
}
"""What people read about a text that does not match a pattern."""


def _kind(value: object) -> str:
    kinds: dict[type, str] = {str: "text", list: "list", dict: "mapping"}
    return kinds.get(type(value), "value")
