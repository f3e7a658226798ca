"""Case keys of an escalation: two escalations with a key in common are about the same case."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slackguide.escalation.form_validation import FieldValue

CASE_FIELDS = {"ticket_url": "ticket", "contract_id": "contract"}
"""Form fields that name a case (their ids are the contract's, section 5), and what kind of case."""


def case_keys(values: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """`("ticket:1234567", "contract:98765")`: the same for every way of writing the same number or link.

    What holds no number of three digits or more ("n/a") names no case.
    """
    keys = []
    for field_id, kind in CASE_FIELDS.items():
        value = values.get(field_id)
        if isinstance(value, str | int) and (name := _name(str(value))):
            keys.append(f"{kind}:{name}")
    return tuple(keys)


def _name(text: str) -> str | None:
    """The number after `tickets/` or `contracts/`, as Zendesk's links have it; else the last number before a query."""
    place = re.split(r"[?#](?=\D)", text, maxsplit=1)[0]
    named = re.search(r"(?:tickets?|contracts?)/(\d{3,})", place)
    if named is not None:
        return named.group(1)
    numbers = re.findall(r"\d{3,}", place)
    return numbers[-1] if numbers else None
