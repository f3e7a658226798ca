"""A form's reminders, as the knowledge base declares them."""

from __future__ import annotations

from slackguide.escalation.watch import Policy
from slackguide.escalation.working import WorkingHours
from slackguide.knowledge.forms import WEEKDAYS, Form


def policy_of(form: Form) -> Policy | None:
    """The reminders of a form; None where it has none."""
    rules = form.reminders
    if rules is None:
        return None
    hours = WorkingHours(rules.zone, {WEEKDAYS.index(day): shift for day, shift in rules.hours.items()})
    return Policy(hours, rules.unclaimed_after, rules.unresolved_after, rules.at_most)
