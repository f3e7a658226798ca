"""What an escalation is about, as keys: two escalations with a key in common are about the same case."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slackguide.escalation.fields import Value

CASE_FIELDS = {"ticket_url": "ticket", "contract_id": "contract"}
"""Form fields that name a case (their ids are the contract's, section 5), and what kind of case."""


def case_keys(values: Mapping[str, Value]) -> tuple[str, ...]:
    """`("ticket:1234567", "contract:98765")`: the same for every way of writing the same number or link.

    A ticket's link ends in its number (Zendesk: `…/agent/tickets/1234567`); a link without one counts as it stands.
    """
    keys = []
    for field_id, kind in CASE_FIELDS.items():
        value = values.get(field_id)
        if isinstance(value, str | int) and (name := _name(str(value))):
            keys.append(f"{kind}:{name}")
    return tuple(keys)


def _name(text: str) -> str:
    numbers = re.findall(r"\d{3,}", text)
    if numbers:
        return str(numbers[-1])
    return re.sub(r"[^\w]+", "", text).casefold()
