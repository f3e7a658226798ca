"""Base model and shared text types of the knowledge format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Model(BaseModel):
    """A part of the knowledge base: unknown keys are faults, and nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Shorthand:
    """Lets an author write less than the model holds, and says so in the JSON Schema."""

    full: Callable[[object], object]
    """Turns what was written short into what the model takes, and leaves anything else as it is."""
    short: Callable[[JsonSchemaValue], JsonSchemaValue]
    """The JSON Schema of the short form, from that of the full one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The full form's schema, with `full` before it."""
        return core_schema.no_info_before_validator_function(self.full, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either form."""
        full = handler(schema)
        return {"anyOf": [self.short(full), full]}


ListOf = Shorthand(
    full=lambda value: [value] if isinstance(value, str | dict) else value,
    short=lambda full: dict(full["items"]),
)
"""One thing where a list is expected stands for a list of one."""


def text_for(key: str) -> Shorthand:
    """A text alone stands for a mapping with only this key."""
    return Shorthand(
        full=lambda value: {key: value} if isinstance(value, str) else value,
        short=lambda _: {"type": "string"},
    )


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
"""A name that other parts of the knowledge base refer to."""

EntryId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", max_length=80)]
"""An entry's id: `team/concern`. Links, feedback and statistics hang on it."""

Short = Annotated[str, StringConstraints(min_length=1, max_length=150)]
"""A title or name: Slack's header limit (150) is the tightest place it is shown in."""

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=600)]
"""A step, warning or reason: several of them have to fit one section of 3,000 characters."""

Phrasing = Annotated[str, StringConstraints(min_length=2, max_length=300)]
"""One way in which people put a concern."""

Message = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
"""A whole message as people send it, to learn from."""
