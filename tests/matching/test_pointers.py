"""Whom to ask about a message that no entry answers."""

from __future__ import annotations

import pytest

from slackguide.matching.pointers import PointerIndex
from slackguide.matching.tokenizer import tokenize

TRAINS = "Trains are for the station master."
MEALS = "Meals are for the cook."
POINTERS = {
    TRAINS: (
        "when does the night train leave",
        "the train to the coast is late",
        "is there a sleeping car on this train",
    ),
    MEALS: ("is there soup for lunch today", "the soup was cold again", "who cooks lunch on Sunday"),
}
UNPOINTED = ("the weather turned cold", "when does the parade begin", "who is on duty on Sunday")
INDEX = PointerIndex(POINTERS, [*UNPOINTED, *(message for own in POINTERS.values() for message in own)])


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("is the night train late", TRAINS),
        ("TRAINS with a sleeping car", TRAINS),
        ("the lunch soup is cold", MEALS),
        ("when does the parade begin on Sunday", None),
        ("", None),
        ("xylophone quartet", None),
    ],
)
def test_the_most_similar_messages_decide(text: str, pointer: str | None) -> None:
    assert INDEX.find(tokenize(text)) == pointer


def test_without_pointers_there_is_none() -> None:
    assert PointerIndex({}, UNPOINTED).find(tokenize(UNPOINTED[0])) is None
