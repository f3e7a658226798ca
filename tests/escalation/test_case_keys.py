"""Two ways of writing the same ticket or contract are the same case."""

from __future__ import annotations

import pytest

from slackguide.escalation.case_keys import case_keys
from slackguide.escalation.form_validation import FieldValue


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"ticket_url": "https://help.example.com/agent/tickets/1234567"}, ("ticket:1234567",)),
        ({"ticket_url": "https://help.example.com/agent/tickets/1234567?brand=2000#c"}, ("ticket:1234567",)),
        ({"ticket_url": "https://help4567.example.com/agent/tickets/1234567/events"}, ("ticket:1234567",)),
        ({"ticket_url": "https://help.example.com/agent/tickets/1234567/events/890"}, ("ticket:1234567",)),
        ({"ticket_url": "https://help.example.com/hc/requests/1234567"}, ("ticket:1234567",)),
        ({"ticket_url": "https://help.example.com/requests/"}, ()),
        ({"contract_id": "https://www.example.com/contracts/98765432?page=100"}, ("contract:98765432",)),
        ({"contract_id": "#98765432"}, ("contract:98765432",)),
        ({"contract_id": 98765432}, ("contract:98765432",)),
        ({"contract_id": "n/a"}, ()),
        ({"contract_id": "None"}, ()),
        ({"contract_id": "-"}, ()),
        (
            {"summary": "1234567", "contract_id": "98765432", "ticket_url": "https://h.example/tickets/1234567"},
            ("ticket:1234567", "contract:98765432"),
        ),
        ({}, ()),
    ],
)
def test_case_keys(values: dict[str, FieldValue], keys: tuple[str, ...]) -> None:
    assert case_keys(values) == keys
