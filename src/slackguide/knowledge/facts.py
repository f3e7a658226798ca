"""Facts: what a destination can hang on, how it is asked, and how people say it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from slackguide.knowledge.conditions import NEVER, range_of
from slackguide.knowledge.types import ListOf, Model, Sentence, Short, text_for

NUMBER_LIMIT = 100_000
"""Largest number a fact takes: 270 years in days. Anything beyond it is a slip of the keyboard."""

PhraseList = Annotated[tuple[Short, ...], ListOf]


class FactValueSpec(Model):
    """One value of a choice or yes/no fact."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=75)] = Field(description="What agents read")
    words: PhraseList = Field(default=(), description="How people say it in their own words, abbreviations included")
    say: Sentence | None = Field(default=None, description="How a reason reads it out; left out: the fact's `say`")
    weight: int = Field(default=1, ge=1, le=1000, description="How common it is beside the others; orders questions")


class FactSpec(Model):
    """One fact; its name is the key it stands under."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=75)] = Field(description="What agents read")
    ask: Sentence = Field(description="The question that asks for it")
    kind: Literal["choice", "yes_no", "number"] = Field(description="What can be answered")
    help: Sentence | None = Field(default=None, description="Where to find it")
    say: Sentence = Field(default="{label}: {value}", description="How a reason reads it out; {value} is put in")
    values: dict[str, Annotated[FactValueSpec, text_for("label")]] = Field(
        default_factory=dict, description="value: its label and words"
    )
    unit: Short | None = Field(default=None, description="Of a number: days, hours …")
    never: Short | None = Field(default=None, description="Of a number that can also be `never`: how that is said")
    never_words: PhraseList = Field(default=(), description="How people say that it never happened")
    read: PhraseList = Field(default=(), description="How a number stands in free text, with {n} for it")
    maximum: int = Field(default=NUMBER_LIMIT, ge=1, le=NUMBER_LIMIT, description="Largest number that is no slip")

    @model_validator(mode="after")
    def _kind_fits(self) -> FactSpec:
        if self.kind == "choice" and len(self.values) < 2:
            raise ValueError("a choice needs two `values` or more")
        if self.kind == "yes_no" and set(self.values) - {"yes", "no"}:
            raise ValueError("a yes_no fact has only the values `yes` and `no`")
        if self.kind == "number" and self.values:
            raise ValueError("a number has no `values`; use `unit`, `never` and `read`")
        if self.kind != "number" and (self.never or self.never_words or self.read or self.unit):
            raise ValueError("`unit`, `never`, `never_words` and `read` belong to a number")
        return self

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that can be named, in order: of a number only `never`, where it can be."""
        if self.kind == "number":
            return (NEVER,) if self.never else ()
        return ("yes", "no") if self.kind == "yes_no" else tuple(self.values)

    def value_label(self, value: str | int) -> str:
        """How a value is shown: `Mid-Market`, `12 days`, `31 to 60 days`, `more than 90 days`, `no payment yet`."""
        if isinstance(value, int):
            unit = self.unit or ""
            return f"{value} {unit[:-1] if value == 1 and unit.endswith('s') else unit}".strip()
        if value == NEVER and self.never:
            return self.never
        if self.kind == "number" and (ends := range_of(value)) is not None:
            low, high = ends
            if high is None:
                return f"more than {self.value_label(low - 1)}" if low else f"any number of {self.unit or 'them'}"
            return self.value_label(low) if low == high else f"{low} to {self.value_label(high)}"
        known = self.values.get(value)
        return known.label if known else value.capitalize()
