"""Forms: what an escalation asks for, and the channel it posts to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from slackguide.knowledge.base import Id, Model, Sentence

FieldKind = Literal["short_text", "long_text", "choice", "choices", "date", "number", "link"]

SLACK_TEXT_LIMIT = 3000
"""The most a plain text input of Slack's takes (`max_length`)."""


class FormField(Model):
    """One field of a form; its id is the key it stands under, and the `block_id` and `action_id` of its input."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=150)] = Field(description="Shown above the field")
    kind: FieldKind = Field(description="short_text, long_text, choice, choices, date, number or link")
    required: bool = Field(default=False, description="Whether the form can be sent without it")
    hint: Annotated[str, StringConstraints(max_length=300)] | None = Field(default=None, description="Shown below")
    placeholder: Annotated[str, StringConstraints(max_length=150)] | None = None
    max_length: Annotated[int, Field(ge=1, le=SLACK_TEXT_LIMIT)] | None = Field(
        default=None, description="Most characters of a text field; left out: 300 for short, 3,000 for long text"
    )
    min_length: Annotated[int, Field(ge=0, le=SLACK_TEXT_LIMIT)] = 0
    pattern: str | None = Field(default=None, description="Regular expression that the whole text has to match")
    pattern_hint: Sentence | None = Field(default=None, description="What to tell a person whose text does not match")
    minimum: int | None = Field(default=None, description="Smallest whole number allowed")
    maximum: int | None = Field(default=None, description="Largest whole number allowed")
    options: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=75)],
        Annotated[str, StringConstraints(min_length=1, max_length=75)],
    ] = Field(default_factory=dict, description="value: label, for choice and choices")
    fact: Id | None = Field(default=None, description="The fact that fills this field in; values are the same names")
    read: str | None = Field(default=None, description="Regular expression whose one group reads it out of the words")
    prefill: Literal["concern", "entry", "destination"] | None = Field(
        default=None, description="What else fills it in: the agent's words, the entry's title, the destination's name"
    )


class Form(Model):
    """An escalation form; its id is the key it stands under."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=24)] = Field(description="Title of the modal")
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,4}$")] = Field(description="D gives references D-1042")
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")] = Field(
        description="Name of the Slack channel that the escalation is posted to, without the #"
    )
    specialists: Id | None = Field(default=None, description="Handle of the Slack user group that answers")
    intro: Sentence | None = Field(default=None, description="Shown above the fields")
    owner: str | None = Field(default=None, description="Who keeps this form true")
    fields: dict[Id, FormField] = Field(min_length=1, max_length=40, description="The fields, in order")
