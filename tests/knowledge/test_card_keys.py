"""The keys of an entry that shape its card: hint, act_now, script, and steps that find facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.knowledge import InvalidKnowledgeError, KnowledgeBase
from slackguide.triage import Triage, load_verified

BASE = """
team: Desk
owner: leads
reviewed: 2026-11-01
document: guide
documents: {guide: {title: Guide}}
destinations:
  desk: {kind: team, name: The desk}
  self: {kind: self, name: You handle it}
facts:
  size: {label: Size, ask: How big is it?, kind: choice, values: {small: {label: Small}, big: {label: Big}}}
  owner: {label: Owner, ask: Whose is it?, kind: choice, values: {ours: {label: Ours}, theirs: {label: Theirs}}}
notes:
  words: {label: Words to say, text: Please stay on the line.}
entries:
  - id: desk/parcel
    title: A parcel arrived
    hint: it is here already
    concerns: [CONCERNS]
    warnings:
      - Never open it.
      - {text: Weigh it first., important: true}
    path:
      - {finds: size, text: Measure it.}
      - {finds: [size, owner], text: Ask the driver.}
      - Carry it.
    script: words
    routes:
      - {when: {size: big}, to: desk}
      - {to: self}
    source: Parcels
"""
CONCERNS = ", ".join(f"a parcel number {number} is here" for number in range(12))


def load(directory: Path, text: str) -> KnowledgeBase:
    (directory / "desk.yaml").write_text(text.replace("CONCERNS", CONCERNS), encoding="utf-8")
    return load_verified(directory)


def test_a_step_that_finds_a_fact_is_shown_until_the_fact_is_known(tmp_path: Path) -> None:
    triage = Triage(load(tmp_path, BASE))

    assert triage.decide("desk/parcel", {}).path == ("Measure it.", "Ask the driver.", "Carry it.")
    assert triage.decide("desk/parcel", {"size": "big"}).path == ("Ask the driver.", "Carry it.")
    assert triage.decide("desk/parcel", {"size": "big", "owner": "ours"}).path == ("Carry it.",)


def test_an_entry_has_a_hint_and_a_script(tmp_path: Path) -> None:
    entry = load(tmp_path, BASE).entries["desk/parcel"]

    assert entry.hint == "it is here already"
    assert entry.script == "words"
    assert [warning.important for warning in entry.warnings] == [False, True]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("finds: size", "finds: sise", "unknown fact `sise`: did you mean `size`?"),
        ("script: words", "script: word", "unknown note `word`: did you mean `words`?"),
    ],
)
def test_unknown_names_are_faults(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(InvalidKnowledgeError) as error:
        load(tmp_path, BASE.replace(old, new))

    assert fault in str(error.value)
