"""Parse the sections of a knowledge file to models and report validation errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from slackguide.knowledge.clock_facts import ClockSpec
from slackguide.knowledge.diagnostics import closest, did_you_mean
from slackguide.knowledge.entries import EntrySpec, RoleSpec, RuleSpec
from slackguide.knowledge.file_format import KEYS, SECTION_MODELS, GlossarySpec, KnowledgeFile, Nouns, Roles
from slackguide.knowledge.salvage import Validation, validate
from slackguide.knowledge.types import EntryId, Id
from slackguide.knowledge.validation_messages import report_invalid
from slackguide.knowledge.yaml_source import EMPTY, KeyPath, YamlSource


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


_ID_ADAPTER = TypeAdapter(Id)
_ID_ADAPTERS = {"tickets": TypeAdapter(EntryId)}
"""What the names in a section are, if they are not ids of its own."""
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
    for name, model in SECTION_MODELS.items():
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
            _ID_ADAPTERS.get(name, _ID_ADAPTER).validate_python(key)
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
        lambda details: report_invalid(source, details, key_path),
        required={**(stand_ins or {}), **({"id": f"item-{key_path[-1]}"} if stand_ins else {})},
        known=sorted(KEYS),
    )
