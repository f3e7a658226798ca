"""Reminders as knowledge declares them."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from slackguide.escalation.business_hours import BusinessHours
from slackguide.escalation.sla import ReminderPolicy, reminder_policy
from slackguide.knowledge.forms import Form


def form(**more: Any) -> Form:
    fields = {"summary": {"label": "Summary", "kind": "long_text"}}
    return Form.model_validate({"title": "A form", "prefix": "D", "channel": "ask", "fields": fields, **more})


def test_a_form_without_reminders_has_no_policy() -> None:
    assert reminder_policy(form()) is None


def test_reminders_are_those_of_the_form() -> None:
    rules = {
        "unclaimed_after": 30,
        "unresolved_after": 480,
        "at_most": 2,
        "zone": "Europe/Berlin",
        "hours": {"monday": "09:00-17:30", "friday": "09:00-13:00"},
    }
    days = {0: (time(9), time(17, 30)), 4: (time(9), time(13))}
    assert reminder_policy(form(reminders=rules)) == ReminderPolicy(
        BusinessHours(ZoneInfo("Europe/Berlin"), days), 30, 480, 2
    )
