"""What every part of the knowledge format shares: the strict, frozen model and the types of its texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints


class Model(BaseModel):
    """A part of the knowledge base: unknown keys are faults, and nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_list(value: object) -> object:
    """One text where a list is expected stands for a list of one."""
    return [value] if isinstance(value, str) else value


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

ListOf = BeforeValidator(_as_list)
