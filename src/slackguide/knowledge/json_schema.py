"""JSON Schema of a knowledge file, for editors: completion, hover help and diagnostics."""

from __future__ import annotations

from typing import Any

from slackguide.knowledge.parser import KnowledgeFile

_SCALAR = ["string", "number", "boolean"]

_PARTS: dict[str, dict[str, Any]] = {
    "Test": {
        "description": "One value, a list of values (one of them), a range of whole numbers (0..30, 31..), or never",
        "anyOf": [{"type": _SCALAR}, {"type": "array", "items": {"type": _SCALAR}, "minItems": 1}],
    },
    "Condition": {
        "description": "The name of a condition, facts with their values (all have to hold), or a list of these (all)",
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"$ref": "#/$defs/Condition"}, "minItems": 1},
            {
                "type": "object",
                "minProperties": 1,
                "properties": {
                    "any": {"description": "At least one of these holds", "$ref": "#/$defs/Conditions"},
                    "all": {"description": "Every one of these holds", "$ref": "#/$defs/Conditions"},
                    "not": {"description": "This does not hold", "$ref": "#/$defs/Condition"},
                },
                "additionalProperties": {"$ref": "#/$defs/Test"},
            },
        ],
    },
    "Conditions": {"type": "array", "items": {"$ref": "#/$defs/Condition"}, "minItems": 1},
}


def json_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) of one file of the knowledge base, as plain dicts and lists."""
    generated = _plain(KnowledgeFile.model_json_schema())
    parts = {**generated.pop("$defs"), **_PARTS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of the slackguide knowledge base",
        **{key: value for key, value in generated.items() if key != "title"},
        "$defs": {name: parts[name] for name in sorted(parts)},
    }


def _plain(schema: Any) -> Any:
    """A part of the generated schema, without what is of use to Python only, and as wide as YAML is."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "x-part" in schema:
        rest = {key: value for key, value in schema.items() if key == "description"}
        return {"$ref": f"#/$defs/{schema['x-part']}", **rest}
    options = schema.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        schema = _without_null(schema, [option for option in options if option != {"type": "null"}])
    plain = {key: _named(value) if key in _NAMING else _plain(value) for key, value in schema.items()}
    for key in ("title", "default", "discriminator"):
        plain.pop(key, None)
    plain = _widened(plain)
    return {key: plain[key] for key in sorted(plain, key=_place)}


def _place(key: str) -> tuple[int, str]:
    """What a person looks for first comes first."""
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST), key)


_FIRST = ("description", "$ref", "type", "enum", "pattern", "required")


_NAMING = ("properties", "$defs", "patternProperties")
"""Keywords under which names stand, which may well be `title` or `default`."""


def _named(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(part) for name, part in parts.items()}


def _without_null(schema: dict[str, Any], options: list[Any]) -> dict[str, Any]:
    """What may be left out in Python is simply not written in YAML."""
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**options[0], **rest} if len(options) == 1 else {**rest, "anyOf": options}


def _widened(plain: dict[str, Any]) -> dict[str, Any]:
    """A text may be written as anything that the guide reads as one, unless it has a form of its own."""
    if plain.get("type") == "string" and not plain.keys() & {"enum", "const", "pattern", "format"}:
        return {**plain, "type": _SCALAR}
    if plain.get("type") == "boolean":
        return {**{key: value for key, value in plain.items() if key != "type"}, "enum": [True, False, "yes", "no"]}
    if plain.get("type") == "object" and "properties" not in plain:
        closed = {"additionalProperties": False} if "patternProperties" in plain else {}
        return {"minProperties": 1, **plain, **closed}
    if plain.get("type") == "array":
        return {"minItems": 1, **{_OF_LISTS.get(key, key): value for key, value in plain.items()}}
    return plain


_OF_LISTS = {"minLength": "minItems", "maxLength": "maxItems"}
"""The lengths of a list with a short form, which pydantic writes as those of a text."""
