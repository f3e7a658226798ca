"""Small talk: nothing was asked. Around a concern it does not count."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from slackguide.evaluation.split import split_of
from slackguide.matching.small_talk import SmallTalk, concern_of, small_talk
from slackguide.text import normalize

MESSAGES = Path(__file__).parents[1] / "data" / "social.jsonl"
VOCABULARY = frozenset({"mediation", "refund"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hi", SmallTalk.GREETING),
        ("Good morning team!", SmallTalk.GREETING),
        ("hola, how are you?", SmallTalk.GREETING),
        ("Hello Ana Cruz", SmallTalk.GREETING),
        ("ok thanks bye", SmallTalk.THANKS),
        ("Salamat po!", SmallTalk.THANKS),
        ("have a great weekend everyone", SmallTalk.GOODBYE),
        ("got it", SmallTalk.ACKNOWLEDGEMENT),
        ("\N{THUMBS UP SIGN}", SmallTalk.ACKNOWLEDGEMENT),
        ("hi Mediation", None),
        ("hi refund?", None),
        ("thanks but what about the escrow", None),
        ("12345", None),
        ("???", None),
        ("", None),
        ("I can't go on, goodbye everyone and thanks for everything", None),
    ],
)
def test_the_kind_of_a_message(text: str, kind: SmallTalk | None) -> None:
    assert small_talk(text, VOCABULARY) == kind


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("Hi team, client was charged twice. Thanks!", "client was charged twice"),
        ("client was charged twice thx", "client was charged twice"),
        ("hi client was charged twice", "client was charged twice"),
        ("the dispute they opened", "the dispute they opened"),
        ("paid twice\nKind regards,\nMaria Lopez\nSupport Specialist", "paid twice"),
        ("thanks", "thanks"),
    ],
)
def test_the_concern_within_small_talk(text: str, concern: str) -> None:
    assert concern_of(text, VOCABULARY).rstrip("\n ") == concern


def test_messages_written_by_somebody_who_has_not_seen_the_words() -> None:
    """No message with a concern is small talk; the share of small talk that is recognized, by half."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for line in MESSAGES.read_text().splitlines():
        case = json.loads(line)
        recognized = small_talk(normalize(case["text"]) or "\N{THUMBS UP SIGN}") is not None
        counts[split_of(case["text"]), case["label"], recognized] += 1
    assert counts["report", "concern", True] == counts["development", "concern", True] == 0
    assert counts["report", "complaint", True] + counts["development", "complaint", True] <= 1
    assert counts["development", "social", True] >= 58
    assert counts["report", "social", True] >= 36


def test_a_question_after_a_greeting_is_no_small_talk() -> None:
    for question in ("what can I tell him", "how long will it take", "when will it be done"):
        assert small_talk(f"Hi team, {question}") is None
        assert small_talk(f"hi {question}") is None
    assert small_talk("Hi team, how are you") is SmallTalk.GREETING
