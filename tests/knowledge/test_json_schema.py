"""The JSON Schema for editors is current, has help for every key, and agrees with the loader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from slackguide.knowledge.json_schema import json_schema

SHIPPED = Path(__file__).parents[2] / "knowledge"
FILES = sorted(SHIPPED.glob("*.yaml"))
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
}


class EditorYaml(yaml.SafeLoader):
    """YAML 1.2, as editors read it: only `true` and `false` are truth values, and a date is a text."""


EditorYaml.yaml_implicit_resolvers = {
    first: [(tag, found) for tag, found in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
EditorYaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> Iterator[str]:
    """Return the error of a validator for the keywords of our schema; any other keyword is an error."""
    for keyword, rule in schema.items():
        match keyword:
            case "$ref":
                yield from faults(value, root["$defs"][rule.rsplit("/", 1)[1]], root, at)
            case "anyOf" | "oneOf":
                if not any(not list(faults(value, option, root, at)) for option in rule):
                    yield f"{at}: none of the forms it can have"
            case "type":
                kinds = [rule] if isinstance(rule, str) else rule
                if not any(_is(value, kind) for kind in kinds):
                    yield f"{at}: not a {' or '.join(kinds)}"
            case "enum" if value not in rule:
                yield f"{at}: not one of {rule}"
            case "const" if value != rule:
                yield f"{at}: not {rule}"
            case "pattern" if isinstance(value, str) and not re.search(rule, value):
                yield f"{at}: does not match {rule}"
            case "minLength" | "minItems" | "minProperties" if _counted(value, keyword) and len(value) < rule:
                yield f"{at}: too short"
            case "maxLength" | "maxItems" | "maxProperties" if _counted(value, keyword) and len(value) > rule:
                yield f"{at}: too long"
            case "minimum" if _is(value, "number") and value < rule:
                yield f"{at}: too small"
            case "maximum" if _is(value, "number") and value > rule:
                yield f"{at}: too large"
            case "required" if isinstance(value, dict) and (missing := [name for name in rule if name not in value]):
                yield f"{at}: {missing} missing"
            case "items" if isinstance(value, list):
                for number, item in enumerate(value):
                    yield from faults(item, rule, root, f"{at}/{number}")
            case "propertyNames" if isinstance(value, dict):
                for name in value:
                    yield from faults(name, rule, root, f"{at}/{name}")
            case "properties" | "patternProperties" | "additionalProperties" if isinstance(value, dict):
                yield from _of_keys(keyword, value, schema, root, at)
            case _:
                assert keyword in {
                    "$schema", "$defs", "title", "description", "format", "enum", "const", "pattern", "minLength",
                    "minItems", "minProperties", "maxLength", "maxItems", "maxProperties", "minimum", "maximum",
                    "required", "items", "propertyNames", "properties", "patternProperties", "additionalProperties",
                }, keyword  # fmt: skip


def _of_keys(
    keyword: str, value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str
) -> Iterator[str]:
    for name, item in value.items():
        named = schema.get("properties", {}).get(name)
        shaped = [part for form, part in schema.get("patternProperties", {}).items() if re.search(form, name)]
        if keyword == "properties" and named is not None:
            yield from faults(item, named, root, f"{at}/{name}")
        elif keyword == "patternProperties":
            for part in shaped:
                yield from faults(item, part, root, f"{at}/{name}")
        elif keyword == "additionalProperties" and named is None and not shaped:
            rule = schema["additionalProperties"]
            if rule is False:
                yield f"{at}/{name}: unknown key"
            elif rule is not True:
                yield from faults(item, rule, root, f"{at}/{name}")


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _counted(value: Any, keyword: str) -> bool:
    kind = {"Length": str, "Items": list, "Properties": dict}[keyword[3:]]
    return isinstance(value, kind)


def test_the_shipped_one_is_current() -> None:
    stored = json.loads((SHIPPED / "schema.json").read_text("utf-8"))
    assert stored == json_schema(), "the format has changed: slackguide schema > knowledge/schema.json"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_shipped_fits_as_an_editor_reads_it(path: Path) -> None:
    root = json_schema()
    assert list(faults(yaml.load(path.read_text("utf-8"), EditorYaml), root, root)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_editor_finds_it_from_every_file(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=schema.json\n")


@pytest.mark.parametrize(
    "natural",
    [
        "facts: {age: {label: Age, ask: How old, kind: number, unit: days, maximum: 12}}",
        "facts: {size: {label: Size, ask: A, kind: choice, values: {s: Small, l: {label: 12, words: [12, true, l]}}}}",
        "tables: {t: [{when: {age: 12}, to: desk}, {when: {any: [{age: [3, 5..9]}, {not: old}]}, to: a}, {to: b}]}",
        "conditions: {old: {label: old, when: {insured: true}}}",
        "forms: {f: {title: T, prefix: P, channel: c, fields: {n: {label: 1, kind: number, required: yes}}}}",
        "forms: {f: {title: T, prefix: P, channel: c, fields: {n: {label: 1, kind: number}}, "
        "on_duty: [leads, {who: nights, zone: UTC, hours: {monday: '09:00-24:00'}}]}}",
        "documents: {d: {title: 2026}}",
        "notes: {n: {text: 2026-11-21}}",
        "glossary: {abbreviations: {CL: client, 2FA: [two factor, 2]}, synonyms: [[a, b]]}",
    ],
)
def test_what_an_author_naturally_writes_fits(natural: str) -> None:
    root = json_schema()
    assert list(faults(yaml.load(natural, EditorYaml), root, root)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("entires: []", "unknown key"),
        ("entries: []", "too short"),
        ("facts: {Age: {label: a, ask: b, kind: number}}", "unknown key"),
        ("facts: {age: {label: a, ask: b, kind: nummer}}", "not one of"),
        ("facts: {age: {label: a, kind: number}}", "missing"),
        ("destinations: {d: {kind: team, name: N, nmae: M}}", "unknown key"),
        ("tables: {t: [{when: {any: {a: b}}, to: d}]}", "none of the forms"),
        ("articles: {a: {title: T, url: ftp://x}}", "does not match"),
        (
            "forms: {f: {title: Too long for a modal window, prefix: P, channel: c, fields: {n: {kind: date}}}}",
            "too long",
        ),
    ],
)
def test_what_cannot_be_is_marked_in_the_editor(wrong: str, said: str) -> None:
    root = json_schema()
    assert said in "; ".join(faults(yaml.load(wrong, EditorYaml), root, root))


def test_every_key_has_help() -> None:
    root = json_schema()
    bare = [
        f"{name}.{key}"
        for name, part in {"file": root, **root["$defs"]}.items()
        for key, value in part.get("properties", {}).items()
        if not value.get("description")
    ]
    assert bare == []
