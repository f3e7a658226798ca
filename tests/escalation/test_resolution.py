"""A resolution has a code, and missing fields are reported."""

from __future__ import annotations

import pytest

from slackguide.escalation.form_validation import InvalidForm
from slackguide.escalation.resolution import Resolution, ResolutionCode, check_resolution
from slackguide.knowledge.resolutions import BUILT_IN_RESOLUTIONS


@pytest.mark.parametrize(
    ("ending", "decided", "which", "outcome"),
    [
        ("right_place", " refunded ", None, Resolution(ResolutionCode.RIGHT_PLACE, "refunded")),
        ("right_place", " ", None, Resolution(ResolutionCode.RIGHT_PLACE, None)),
        ("right_place", "refunded", "hv-mediation", Resolution(ResolutionCode.RIGHT_PLACE, "refunded")),
        ("wrong_queue", "moved", "hv-mediation", Resolution(ResolutionCode.WRONG_QUEUE, "moved", "hv-mediation")),
        ("duplicate", "see there", "D-1001", Resolution(ResolutionCode.DUPLICATE, "see there", "D-1001")),
        ("not_eligible", "too late", None, Resolution(ResolutionCode.NOT_ELIGIBLE, "too late")),
        ("in_guide", "see the guide", None, Resolution(ResolutionCode.IN_GUIDE, "see the guide")),
        ("in_guide:faq", "see the FAQ", "pay-ops", Resolution(ResolutionCode.IN_GUIDE, "see the FAQ", "faq")),
    ],
)
def test_a_whole_resolution(ending: str, decided: str, which: str | None, outcome: Resolution) -> None:
    assert check_resolution(ending, decided, which) == outcome


@pytest.mark.parametrize(
    ("ending", "decided", "which", "fields"),
    [
        (None, None, None, {"ending", "decided"}),
        ("nonsense", "x", None, {"ending"}),
        ("nonsense:faq", "x", None, {"ending"}),
        ("in_guide:not a name", "x", None, {"ending"}),
        ("wrong_queue", "x", " ", {"which"}),
        ("duplicate", "\x00", None, {"which", "decided"}),
        ("right_place", "x" * 3001, None, {"decided"}),
    ],
)
def test_a_resolution_with_gaps(ending: str | None, decided: str | None, which: str | None, fields: set[str]) -> None:
    outcome = check_resolution(ending, decided, which)
    assert isinstance(outcome, InvalidForm)
    assert set(outcome.messages) == fields


def test_the_knowledge_format_knows_every_built_in_code() -> None:
    assert set(BUILT_IN_RESOLUTIONS) == {code.value for code in ResolutionCode}
