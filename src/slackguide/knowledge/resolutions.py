"""The format of resolutions: labels for the built-in codes, and codes of the knowledge base's own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from slackguide.knowledge.types import Model

BUILT_IN_RESOLUTIONS = ("right_place", "wrong_queue", "duplicate", "not_eligible", "in_guide")
"""The names of the codes that every knowledge base has."""


class ResolutionSpec(Model):
    """How an escalation can end. Its key is a built-in code, or the name of one of the base's own."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=75)] = Field(description="Its name for people")
    like: Literal["right_place", "not_eligible", "in_guide"] | None = Field(
        default=None, description="The built-in code that a code of the base's own counts as. Default: right_place"
    )
