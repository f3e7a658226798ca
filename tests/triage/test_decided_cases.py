"""Every case of `cases.yaml`, which were read from the guides by hand, through the guide."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from slackguide.guide import Answer, Asker, Concern, Guide
from slackguide.triage import parse_facts

DECIDE_BY_FACTS = (
    "disputes/send-to-mediation", "disputes/fixed-price-client", "disputes/fixed-price-freelancer",
    "disputes/client-retention", "disputes/direct-contract", "disputes/project-catalog", "disputes/enterprise",
    "disputes/high-value", "disputes/ae-still-suspended", "disputes/change-terms", "disputes/mediation-update",
    "disputes/abusive-communication", "disputes/arbitration", "disputes/not-eligible", "disputes/bonus-payments",
    "disputes/in-product-update", "disputes/in-product-follow-up", "disputes/uir",
    "suspensions/appeal-ticket", "suspensions/payment-risk",
    "suspensions/close-account", "ce/duplicate-account-suspended", "ce/follow-up-sla", "conduct/self-harm",
    "ce/non-response-seven-days", "ce/job-scam", "suspensions/withdraw-funds",
)  # fmt: skip
GROUPS = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(group, facts, id=f"{group['entry']}:{','.join(map(str, facts.values()))}->{group['goes']}")
    for group in GROUPS
    for facts in group["cases"]
]


@pytest.mark.parametrize(("group", "facts"), CASES)
def test_case(group: dict[str, Any], facts: dict[str, Any], guide: Guide) -> None:
    known_facts = parse_facts(facts, guide.knowledge.facts)
    outcome = guide.answer(Concern(facts=known_facts, entry=group["entry"]), Asker(), today=date(2026, 11, 21))
    assert isinstance(outcome, Answer)
    target = outcome.decision.destination
    if group["goes"] == "open":
        assert target is None
        assert set(outcome.decision.missing) & set(group["asks"])
        return
    assert target is not None, f"asks {outcome.decision.missing}; {group['by']}"
    assert group["goes"] in (target.name, target.id, target.kind, *target.also), group["by"]
    assert outcome.decision.missing == ()
    shown = "\n".join((*outcome.decision.warnings, *outcome.decision.path, *outcome.decision.cautions))
    assert [text for text in group.get("shows", ()) if text not in shown] == [], group["by"]


def test_no_two_cases_are_the_same() -> None:
    seen = Counter((group["entry"], frozenset(facts.items())) for group in GROUPS for facts in group["cases"])
    assert [case for case, count in seen.items() if count > 1] == []


def test_every_entry_that_decides_by_facts_has_cases() -> None:
    assert set(DECIDE_BY_FACTS) - {group["entry"] for group in GROUPS} == set()


def test_there_are_enough_cases_to_mean_something() -> None:
    assert len(CASES) >= 150
