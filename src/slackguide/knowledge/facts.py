"""The format of facts: the values a destination can depend on, the question for them, and their phrases."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from slackguide.knowledge.checklists import ITEM_LIMIT, RESERVED, describe_values, values_of
from slackguide.knowledge.conditions import NEVER, amount_range_of, date_range_of, range_of
from slackguide.knowledge.types import ID_PATTERN, ListOf, Model, Sentence, Short, When, text_for
from slackguide.knowledge.units import Unit, UnitKind, amount_in, unit_named

NUMBER_LIMIT = 100_000
"""Maximum value of a number fact, unless it has a `maximum`: 270 years in days. A larger number is assumed to be a
typing error."""

AMOUNT = re.compile(r"[$€£₱]?\s?\d+(?:[.,]\d+)*\s?k?\s?[$€£₱]?", re.ASCII)
"""What a person can give as an amount of money: `1250`, `$1,250.50`, `1.5k`."""

LARGEST = 999_999_999
"""The largest `maximum`."""

WORD_SET = re.compile(r"<([\w-]+)>")
"""The place of a word set in a phrase."""

PhraseList = Annotated[tuple[Short, ...], ListOf]


class FactValueSpec(Model):
    """One value of a choice or yes/no fact, or one item of a checklist."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=75)] = Field(
        description="The name shown to agents"
    )
    words: PhraseList = Field(default=(), description="Phrases for it in messages, including abbreviations")
    say: Sentence | None = Field(default=None, description="Its text in reasons. Default: the fact's `say`")
    weight: int = Field(default=1, ge=1, le=1000, description="Relative frequency, used to order the questions")


class ImpliedValueSpec(Model):
    """A value that a fact has where other facts are known and nobody has stated it."""

    when: When = Field(description="The condition")
    value: Short = Field(description="The value")
    because: Sentence = Field(description="The reason, for the answer")


class FactSpec(Model):
    """One fact. Its key is its name."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=75)] = Field(
        description="The name shown to agents"
    )
    ask: Sentence = Field(description="The question that asks for it")
    kind: Literal["choice", "yes_no", "number", "date", "checklist"] = Field(description="The type of its values")
    help: Sentence | None = Field(default=None, description="How to find the answer")
    say: Sentence = Field(default="{label}: {value}", description="Its text in reasons, with {value} replaced")
    values: dict[str, Annotated[FactValueSpec, text_for("label")]] = Field(
        default_factory=dict, description="value: its label and phrases"
    )
    unit: Short | None = Field(
        default=None,
        description="The unit of a number: minutes, hours, days, weeks, months, years, KB, MB, GB, TB, dollars, euros, "
        "pounds, pesos, percent, or what is counted, like `seats`",
    )
    unit_words: PhraseList = Field(default=(), description="Other words for what is counted, like `licences`")
    never: Short | None = Field(
        default=None, description="The label of `never`, for a number or a date that can have this value"
    )
    never_words: PhraseList = Field(default=(), description="Phrases for `never`")
    read: PhraseList = Field(
        default=(),
        description="Patterns in free text, with {n} in the place of the number, or {date} in that of the date",
    )
    implied: Annotated[tuple[ImpliedValueSpec, ...], ListOf] = Field(
        default=(), description="Its values in cases in which nobody has to state it"
    )
    after: Annotated[tuple[Short, ...], ListOf] = Field(
        default=(),
        description="Facts that are asked for first, where they matter: without them the question makes no sense",
    )
    about: Short | None = Field(default=None, description="The party that it describes: one of `parties`")
    unless: PhraseList = Field(
        default=(),
        description="Words beside which a number, or `never`, is about something else: with `fee`, not “paid a fee "
        "3 days ago”",
    )
    reopened_by: PhraseList = Field(
        default=(),
        description="Words of a later message in a conversation after which a known value may no longer hold, in small "
        "letters. It is asked again",
    )
    maximum: int = Field(default=NUMBER_LIMIT, ge=1, le=LARGEST, description="The largest plausible number")

    @model_validator(mode="after")
    def _kind_fits(self) -> FactSpec:
        if self.kind == "choice" and len(self.values) < 2:
            raise ValueError("a choice needs at least two `values`")
        if self.kind == "yes_no" and set(self.values) - {"yes", "no"}:
            raise ValueError("a yes_no fact has only the values `yes` and `no`")
        if self.kind == "number" and self.values:
            raise ValueError("a number has no `values`; use `unit`, `never` and `read`")
        if self.kind == "checklist":
            self._check_items()
        if self.kind == "date" and self.values:
            raise ValueError("a date has no `values`; use `never` and `read`")
        if self.kind != "number" and (self.unit or self.unit_words or self.maximum != NUMBER_LIMIT):
            raise ValueError("`unit`, `unit_words` and `maximum` belong to a number")
        if not self.is_ordered and (self.never or self.never_words or self.read):
            raise ValueError("`never`, `never_words` and `read` belong to a number or a date")
        return self

    def _check_items(self) -> None:
        if not 2 <= len(self.values) <= ITEM_LIMIT:
            raise ValueError(f"a checklist needs two to {ITEM_LIMIT} `values`: its items")
        if wrong := [name for name in self.values if name in RESERVED or not re.fullmatch(ID_PATTERN, name)]:
            raise ValueError(
                f"`{wrong[0]}` is not a name of an item: use lower-case letters, digits, - and _, "
                "and not `all`, `any` or `none`"
            )
        if self.implied or any(item.words for item in self.values.values()):
            raise ValueError("a checklist is neither `implied` nor read from a message: it has no `words`")

    @property
    def phrases(self) -> tuple[str, ...]:
        """All phrases by which it is read."""
        return (*self.read, *self.never_words, *(phrase for value in self.values.values() for phrase in value.words))

    def with_word_sets(self, sets: Mapping[str, Collection[str]]) -> FactSpec:
        """Return the fact with each `<name>` of a known word set in its phrases replaced by `a|b`."""

        def replace(phrases: Sequence[str]) -> tuple[str, ...]:
            return tuple(
                WORD_SET.sub(lambda match: "|".join(sets.get(match[1], (match[0],))), phrase) for phrase in phrases
            )

        if not any("<" in phrase for phrase in self.phrases):
            return self
        values = {name: value.model_copy(update={"words": replace(value.words)}) for name, value in self.values.items()}
        return self.model_copy(
            update={"values": values, "read": replace(self.read), "never_words": replace(self.never_words)}
        )

    @property
    def item_labels(self) -> dict[str, str]:
        """The labels of the items of a checklist."""
        return {name: item.label for name, item in self.values.items()}

    @property
    def is_ordered(self) -> bool:
        """Whether it is a number or a date, which rules test by ranges."""
        return self.kind in ("number", "date")

    def range_of(self, text: str) -> tuple[int, int | None] | None:
        """Parse a range of its numbers or dates to its bounds, a date as its ordinal; else return None."""
        return date_range_of(text) if self.kind == "date" else range_of(text)

    @property
    def measure(self) -> Unit:
        """The unit of a number."""
        return unit_named(self.unit, self.unit_words)

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money, which can have cents."""
        return self.kind == "number" and self.measure.kind is UnitKind.MONEY

    def number(self, raw: object) -> str | int | None:
        """Return a number as people or programs write it: an integer, with cents for money; None if it is none."""
        if self.is_money and isinstance(raw, str | float) and not isinstance(raw, bool):
            text = str(raw).strip()
            raw = amount_in(text) if AMOUNT.fullmatch(text) else None
        elif isinstance(raw, str):
            raw = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= 9 else None
        if isinstance(raw, str):
            return raw if int(raw.partition(".")[0]) < self.maximum else None
        return raw if isinstance(raw, int) and 0 <= raw <= self.maximum else None

    @property
    def choices(self) -> tuple[str, ...]:
        """The named values in order. A number or a date has at most `never`; a checklist has its combinations."""
        if self.is_ordered:
            return (NEVER,) if self.never else ()
        if self.kind == "checklist":
            return values_of(tuple(self.values))
        return ("yes", "no") if self.kind == "yes_no" else tuple(self.values)

    def value_label(self, value: str | int) -> str:
        """Return the text of a value: `Mid-Market`, `12 days`, `31 to 60 days`, `no payment yet`, `6 July 2022`."""
        if isinstance(value, int) or (self.is_money and amount_range_of(value)):
            unit = self.unit or ""
            return f"{value} {unit[:-1] if value == 1 and unit.endswith('s') else unit}".strip()
        if value == NEVER and self.never:
            return self.never
        if self.kind == "number" and (ends := range_of(value)) is not None:
            low, high = ends
            if high is None:
                return f"more than {self.value_label(low - 1)}" if low else f"any number of {self.unit or 'them'}"
            return self.value_label(low) if low == high else f"{low} to {self.value_label(high)}"
        if self.kind == "date" and (ends := date_range_of(value)) is not None:
            return _days_label(*ends)
        if self.kind == "checklist":
            return describe_values([value], self.item_labels)
        known = self.values.get(value)
        return known.label if known else value.capitalize()


def party_facts(facts: Mapping[str, FactSpec], parties: Collection[str]) -> frozenset[str]:
    """Return the facts whose values are the parties: those that say which party asks."""
    return frozenset(name for name, fact in facts.items() if parties and set(fact.choices) == set(parties))


def _days_label(low: int, high: int | None) -> str:
    """Return the text of a range of dates, given by their ordinals."""
    if high is None:
        return f"from {_day_label(low)}" if low else "any date"
    if not low:
        return f"until {_day_label(high)}"
    return _day_label(low) if low == high else f"{_day_label(low)} to {_day_label(high)}"


def _day_label(ordinal: int) -> str:
    day = date.fromordinal(ordinal)
    return f"{day.day} {day:%B %Y}"
