"""Who is on duty for a form, by the hours of the week."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from slackguide.knowledge.forms import Form

BERLIN = {"who": ["U012AB3CD", "emea"], "zone": "Europe/Berlin", "hours": {"wednesday": "08:00-16:00"}}
NIGHT = {
    "who": "apac",
    "zone": "Asia/Manila",
    "hours": {"wednesday": "22:00-24:00", "thursday": "00:00-06:00"},
}


def form(*on_duty: Any) -> Form:
    fields = {"request": {"label": "Request", "kind": "long_text"}}
    return Form(title="Ask", prefix="A", channel="ask", specialists="team", on_duty=on_duty, fields=fields)


@pytest.mark.parametrize(
    ("at", "people", "groups"),
    [
        (datetime(2026, 3, 4, 7, 0, tzinfo=UTC), ("U012AB3CD",), ("emea",)),  # 08:00 in Berlin
        (datetime(2026, 3, 4, 6, 59, tzinfo=UTC), (), ("team",)),
        (datetime(2026, 3, 4, 14, 30, tzinfo=UTC), ("U012AB3CD",), ("emea", "apac")),  # 15:30, and 22:30 in Manila
        (datetime(2026, 3, 4, 16, 0, tzinfo=UTC), (), ("apac",)),  # 00:00 on Thursday in Manila
        (datetime(2026, 3, 4, 22, 0, tzinfo=UTC), (), ("team",)),  # 06:00 there
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), ("U012AB3CD",), ("emea",)),  # 08:00 in summer
    ],
)
def test_a_shift_counts_in_its_own_time_zone(at: datetime, people: tuple[str, ...], groups: tuple[str, ...]) -> None:
    assert form(BERLIN, NIGHT).on_duty_at(at) == (people, groups)


def test_names_without_hours_are_always_on_duty() -> None:
    at = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)

    assert form("leads", BERLIN).on_duty_at(at) == ((), ("leads",))
    assert form().on_duty_at(at) == ((), ("team",))


def test_the_members_of_every_group_are_looked_up() -> None:
    assert form("leads", BERLIN, NIGHT).duty_groups == ("leads", "emea", "apac", "team")


@pytest.mark.parametrize(
    "fault", [{"who": []}, {"zone": "Mars/Olympus"}, {"hours": {}}, {"hours": {"monday": "18:00-09:00"}}]
)
def test_a_shift_that_nobody_can_have_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        form({**BERLIN, **fault})
