"""Training messages: those of a critical entry's detector, and those that no entry answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.knowledge import load
from tests.knowledge.conftest import Copy

TEAM = "team.yaml"
SIGNS = """    priority: critical
    signs:
      clear: [the box ticks]
      messages: ticking
      message: Look at this first.
"""
MESSAGES = """messages:
  ticking:
    serious:
      - there is a ticking sound from the parcel
      - the depot is being cleared because of a box
    harmless: the clock that she ordered ticks too loudly
tickets:
  parcels/lost:
    - |-
      14:02 Ada: hi, my box should have come on Monday
      14:03 Agent: let me look
out_of_scope:
  small-talk: [good morning, "lunch: who joins?"]
  elsewhere: [how do I post a letter]
"""


@pytest.fixture
def taught(copy: Copy) -> Copy:
    text = (copy.directory / TEAM).read_text("utf-8")
    first, rest = text.split("    concerns:\n", 1)
    (copy.directory / TEAM).write_text(f"{first}{SIGNS}    concerns:\n{rest}", "utf-8")
    (copy.directory / "messages.yaml").write_text(MESSAGES, "utf-8")
    return copy


def spoil(copy: Copy, old: str, new: str) -> list[str]:
    copy.edit("messages.yaml", old, new)
    return copy.faults()


def test_they_are_read_as_written(taught: Copy) -> None:
    knowledge = load(taught.directory)
    messages = knowledge.entries["parcels/lost"].messages
    assert messages is not None
    assert len(messages.serious) == 2
    assert messages.harmless == ("the clock that she ordered ticks too loudly",)
    assert knowledge.out_of_scope == ("good morning", "lunch: who joins?", "how do I post a letter")
    assert knowledge.entries["parcels/lost"].tickets == (
        "14:02 Ada: hi, my box should have come on Monday\n14:03 Agent: let me look",
    )
    assert taught.check().status == 0


def test_a_topic_can_say_whom_to_ask(taught: Copy) -> None:
    path = taught.directory / "messages.yaml"
    topic = "  elsewhere: {pointer: Ask the post office., messages: [how do I post a letter, what does a stamp cost]}\n"
    path.write_text(path.read_text("utf-8").replace("  elsewhere: [how do I post a letter]\n", topic), "utf-8")
    knowledge = load(taught.directory)
    assert knowledge.pointers == {"Ask the post office.": ("how do I post a letter", "what does a stamp cost")}
    assert knowledge.out_of_scope[-2:] == ("how do I post a letter", "what does a stamp cost")


def test_an_entry_without_any_has_none(copy: Copy) -> None:
    knowledge = load(copy.directory)
    assert {entry.messages for entry in knowledge.entries.values()} == {None}
    assert knowledge.out_of_scope == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  ticking:", "  tocking:", "unknown messages `ticking`"),
        ("    serious:\n", "    earnest:\n", "unknown key `earnest`"),
        ("  parcels/lost:", "  parcels/lots:", "unknown entry `parcels/lots`"),
        ("  parcels/lost:", "  Parcels lost:", "`Parcels lost` is not an id"),
        ("[how do I post a letter]", "[]", "is empty: fill it in or remove the key"),
        ("[how do I post a letter]", '["Package gone missing!"]', "`parcels/lost` answers this at "),
        ("[how do I post a letter]", "{messages: [Package gone missing!]}", "`parcels/lost` answers this at "),
        ("[how do I post a letter]", "{pointer: Ask the post office.}", "`messages` is missing"),
        ("[how do I post a letter]", "{pionter: Ask., messages: [a letter]}", "did you mean `pointer`?"),
    ],
)
def test_faults_are_named(taught: Copy, old: str, new: str, said: str) -> None:
    assert any(said in fault for fault in spoil(taught, old, new))


def test_a_topic_is_declared_once(taught: Copy) -> None:
    (taught.directory / "more.yaml").write_text("out_of_scope:\n  elsewhere: [where is the nearest pub]\n", "utf-8")
    assert any("`elsewhere` is already declared" in fault for fault in taught.faults())


def test_the_shipped_ones_are_many_and_different() -> None:
    knowledge = load(Path(__file__).resolve().parents[2] / "knowledge")
    messages = knowledge.entries["conduct/self-harm"].messages
    assert messages is not None
    every = [*messages.serious, *messages.harmless, *knowledge.out_of_scope]
    assert len(messages.serious) >= 1_000
    assert len({text.casefold() for text in every}) == len(every)
