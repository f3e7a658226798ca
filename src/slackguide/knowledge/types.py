"""The base model and the shared types of the knowledge format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Model(BaseModel):
    """The base model: immutable, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Shorthand:
    """An annotation that allows a short form of a value, in validation and in the JSON Schema."""

    full: Callable[[object], object]
    """Converts the short form to the full one, and returns any other value unchanged."""
    short: Callable[[JsonSchemaValue], JsonSchemaValue]
    """Returns the JSON Schema of the short form, given that of the full one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of the full form, preceded by `full` as a validator."""
        return core_schema.no_info_before_validator_function(self.full, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return a schema that accepts both forms."""
        full = handler(schema)
        return {"anyOf": [self.short(full), full]}


ListOf = Shorthand(
    full=lambda value: [value] if isinstance(value, str | dict) else value,
    short=lambda full: dict(full["items"]),
)
"""Accepts a single item as a list of one."""


def text_for(key: str) -> Shorthand:
    """Accept a string as a mapping with only this key."""
    return Shorthand(
        full=lambda value: {key: value} if isinstance(value, str) else value,
        short=lambda _: {"type": "string"},
    )


ID_PATTERN = r"^[a-z0-9][a-z0-9_-]*$"
ENTRY_ID_PATTERN = r"^[a-z0-9-]+(/[a-z0-9-]+)?$"

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=80)]
"""A name that is used as a reference in the knowledge base."""

EntryId = Annotated[str, StringConstraints(pattern=ENTRY_ID_PATTERN, max_length=80)]
"""The id of an entry: `concern` or `team/concern`. Links, feedback and statistics refer to it."""

Short = Annotated[str, StringConstraints(min_length=1, max_length=150)]
"""A title or name. Slack's limit for a header block is 150 characters."""

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=600)]
"""A step, warning or reason. Several of them must fit in a section block of 3,000 characters."""

Phrasing = Annotated[str, StringConstraints(min_length=2, max_length=300)]
"""One phrasing of a concern."""

Message = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
"""A message used as a training example."""

When = Annotated[Any, WithJsonSchema({"x-part": "Condition"}), Field(description="The condition. Default: always")]
"""A condition as written. `ConditionParser` parses it."""
