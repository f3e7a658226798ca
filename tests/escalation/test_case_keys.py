"""Two ways of writing the same ticket or contract are the same case."""

from __future__ import annotations

import pytest

from slackguide.escalation.case_keys import case_keys
from slackguide.escalation.form_validation import FieldValue
from slackguide.knowledge.forms import Form

FORM = Form.model_validate(
    {
        "title": "Ask",
        "prefix": "A",
        "channel": "ask",
        "fields": {
            "ticket_url": {"label": "Ticket", "kind": "link", "case_key": "ticket"},
            "contract_id": {"label": "Contract", "kind": "short_text", "case_key": "contract"},
            "asset": {"label": "Asset tag", "kind": "short_text", "case_key": "true"},
            "summary": {"label": "Summary", "kind": "long_text", "case_key": "false"},
        },
    }
)


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
    assert case_keys(FORM, values) == keys


def test_a_field_is_a_case_key_under_its_own_name_or_a_shared_one() -> None:
    assert FORM.case_fields == {"ticket_url": "ticket", "contract_id": "contract", "asset": "asset"}
    assert case_keys(FORM, {"asset": "PE-L-004512"}) == ("asset:004512",)
