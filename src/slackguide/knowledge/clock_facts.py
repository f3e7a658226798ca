"""The clock of a knowledge base: facts of the present moment, which nobody is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from slackguide.knowledge.conditions import ALWAYS, ImpliedFact
from slackguide.knowledge.entries import IsoDate
from slackguide.knowledge.facts import FactSpec, FactValueSpec
from slackguide.knowledge.forms import WEEKDAYS, Shift, Weekday, Zone, is_within
from slackguide.knowledge.types import Id, ListOf, Model, Short

WEEKDAY, SUPPORT_HOURS, HOLIDAY = "weekday", "support_hours", "holiday"


class _Calendar(Model):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    zone: Zone = Field(description="Its time zone, like America/New_York")
    hours: dict[Weekday, Annotated[tuple[Shift, ...], ListOf, Field(min_length=1)]] = Field(
        default_factory=dict, description="The support hours of each weekday, like 09:00-17:00, or a list of them"
    )
    holidays: dict[IsoDate, Short] = Field(
        default_factory=dict, description="Days without support hours, each with its name: `2026-12-25: Christmas Day`"
    )

    def is_open(self, local: datetime) -> bool:
        """Return whether a moment, in the zone of the calendar, is within its hours."""
        shifts = self.hours.get(WEEKDAYS[local.weekday()], ())
        return local.date() not in self.holidays and any(is_within(shift, local) for shift in shifts)

    def describe(self, local: datetime) -> str:
        """Return the sentence that states a moment in the zone of the calendar."""
        holiday = self.holidays.get(local.date())
        named = f" ({holiday})" if holiday else ""
        return f"It is {local:%A}, {local.day} {local:%B %Y}, {local:%H:%M} in {self.zone.key}{named}"


class TeamHoursSpec(_Calendar):
    """The hours of one team, in its own zone and with its own holidays."""

    label: Short = Field(description="The team, as reasons name it")

    @property
    def fact(self) -> FactSpec:
        """The fact whether a moment is within its hours."""
        hours = f"the hours of {self.label}"
        return _yes_no(f"Hours of {self.label}", f"within {hours}", f"outside {hours}")


class ClockSpec(_Calendar):
    """The clock. It adds the facts `weekday`, `holiday` and, with `hours`, `support_hours`."""

    teams: dict[Id, TeamHoursSpec] = Field(
        default_factory=dict, description="Teams with hours of their own: `emea` adds the fact `emea_hours`"
    )

    @property
    def facts(self) -> dict[str, FactSpec]:
        """The facts that it adds, by name."""
        own = {name: fact for name, fact in _FACTS.items() if self.hours or name != SUPPORT_HOURS}
        return own | {_hours_of(name): team.fact for name, team in self.teams.items()}

    def at(self, now: datetime) -> Iterator[ImpliedFact]:
        """Yield the value of each fact at a moment. Raises ValueError without a time zone."""
        if now.tzinfo is None:
            raise ValueError("the moment needs a time zone")
        local = now.astimezone(self.zone)
        yield ImpliedFact(WEEKDAY, WEEKDAYS[local.weekday()], ALWAYS, self.describe(local))
        if self.hours:
            yield _implied(SUPPORT_HOURS, self.is_open(local), self.describe(local))
        yield _implied(HOLIDAY, local.date() in self.holidays, self.describe(local))
        for name, team in self.teams.items():
            there = now.astimezone(team.zone)
            yield _implied(_hours_of(name), team.is_open(there), team.describe(there))


def _hours_of(team: str) -> str:
    return f"{team}_hours"


def _implied(name: str, value: bool, because: str) -> ImpliedFact:
    return ImpliedFact(name, "yes" if value else "no", ALWAYS, because)


def _yes_no(label: str, yes: str, no: str) -> FactSpec:
    values = {"yes": FactValueSpec(label="Yes", say=yes), "no": FactValueSpec(label="No", say=no)}
    return FactSpec(label=label, ask=f"{label}?", kind="yes_no", values=values)


_FACTS: Mapping[str, FactSpec] = {
    WEEKDAY: FactSpec(
        label="Weekday",
        ask="Which day of the week is it?",
        kind="choice",
        say="on a {value}",
        values={day: FactValueSpec(label=day.capitalize()) for day in WEEKDAYS},
    ),
    SUPPORT_HOURS: _yes_no("Within support hours", "within support hours", "outside support hours"),
    HOLIDAY: _yes_no("Holiday", "on a holiday", "not on a holiday"),
}
