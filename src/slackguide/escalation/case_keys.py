"""Case keys of an escalation: two escalations that share a key are about the same case."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slackguide.escalation.form_validation import FieldValue
from slackguide.knowledge.forms import Form


def case_keys(form: Form, values: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """Return keys such as `("ticket:1234567", "order:98765")`, equal for every notation of the same number or link.

    A value without a number of at least three digits, such as "n/a", yields no key.
    """
    keys = []
    for field_id, kind in form.case_fields.items():
        value = values.get(field_id)
        if isinstance(value, str | int) and (number := _case_number(str(value), kind)):
            keys.append(f"{kind}:{number}")
    return tuple(dict.fromkeys(keys))


def _case_number(text: str, kind: str) -> str | None:
    """Return the number after the kind, as in `…/tickets/1234`, or else the last one in the path of the link."""
    path = re.split(r"[?#](?=\D)", text, maxsplit=1)[0]
    match = re.search(rf"{re.escape(kind)}s?/(\d{{3,}})", path)
    if match is not None:
        return match.group(1)
    numbers = re.findall(r"\d{3,}", path)
    return numbers[-1] if numbers else None
