"""Clauses that deny another concern."""

from __future__ import annotations

import pytest

from slackguide.matching import Matcher
from slackguide.matching.negation import without_denials


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "She isn't asking for a refund, she only wants the reason for the block.",
            "she only wants the reason for the block.",
        ),
        ("The account isn't suspended, only the buttons are grey now.", "only the buttons are grey now."),
        ("He wants out, not reinstated. Can I close the account?", "He wants out, Can I close the account?"),
        ("Nothing to do with the chat, it's the review that has a slur.", "it's the review that has a slur."),
        ("It was not CE who blocked him, it was Payment Risk this time.", "it was Payment Risk this time."),
        ("I don't need the queue. My question is who may lift it.", "My question is who may lift it."),
    ],
)
def test_a_denied_concern_is_removed(text: str, kept: str) -> None:
    assert without_denials(text) == kept


def test_a_phrase_with_instead_of_is_removed_to_the_end_of_its_clause() -> None:
    kept = without_denials("instead of sending it to mediation, whom can I ask first")
    assert kept is not None
    assert "mediation" not in kept
    assert kept.endswith("whom can I ask first")


@pytest.mark.parametrize(
    "text",
    [
        "client cannot see the money back on his account yet",
        "not eligible, what now",
        "FL is not responding, where do I report it",
        "A customer doesn't want us to record her. What do I say?",
        "He isn't happy with the recommendation. Where do I send it?",
        "is it not suspended, or is it?",
        "not a refund",
        "",
    ],
)
def test_a_negation_that_is_the_concern_stays(text: str) -> None:
    assert without_denials(text) is None


def test_the_denied_entry_loses_to_the_one_that_is_asked_for(matcher: Matcher) -> None:
    denied = "He isn't asking when the refund appears on his account, "
    asked = "he only wants the hold off"
    assert matcher.match(denied).matches[0].id == "disputes/refund-timing"
    assert matcher.match(f"{denied}{asked}").matches[0].id == "suspensions/resume"
