"""Case keys of an escalation: two escalations that share a key are about the same case."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slackguide.escalation.form_validation import FieldValue

CASE_FIELDS = {"ticket_url": "ticket", "contract_id": "contract"}
"""Map the form fields that identify a case (fixed ids, contract section 5) to the kind of case."""


def case_keys(values: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """Return keys such as `("ticket:1234567", "contract:98765")`, equal for every notation of the same number or link.

    A value without a number of at least three digits, such as "n/a", yields no key.
    """
    keys = []
    for field_id, kind in CASE_FIELDS.items():
        value = values.get(field_id)
        if isinstance(value, str | int) and (number := _case_number(str(value))):
            keys.append(f"{kind}:{number}")
    return tuple(keys)


def _case_number(text: str) -> str | None:
    """Return the number after `tickets/` or `contracts/` (as in Zendesk's links), or else the last one in the path."""
    path = re.split(r"[?#](?=\D)", text, maxsplit=1)[0]
    match = re.search(r"(?:tickets?|contracts?)/(\d{3,})", path)
    if match is not None:
        return match.group(1)
    numbers = re.findall(r"\d{3,}", path)
    return numbers[-1] if numbers else None
