"""Scalars that YAML 1.1 would convert are read as written."""

from __future__ import annotations

import pytest

from slackguide.knowledge import load
from tests.knowledge.conftest import Copy


@pytest.mark.parametrize(
    "written",
    ["yes", "No", "on", "off", "true", "null", "~x", "12:30", "07", "1e3", "0x1F", "1_000", "2026-11-21", "12.50",
     ".inf",
     "3 # 4"],
)  # fmt: skip
def test_a_plain_word_stays_as_it_was_written(written: str, copy: Copy) -> None:
    copy.edit("team.yaml", "title: A parcel is damaged", f"title: {written}")
    assert load(copy.directory).entries["parcels/damaged"].title == written.split(" #")[0]


def test_answers_need_no_quotes(copy: Copy) -> None:
    copy.edit("team.yaml", '{insured: "yes"}', "{insured: yes}")
    written = load(copy.directory)
    copy.edit("team.yaml", "{insured: yes}", '{insured: "yes"}')
    assert written.entries == load(copy.directory).entries


def test_one_thing_stands_for_a_list_of_one(copy: Copy) -> None:
    entry = load(copy.directory).entries["parcels/damaged"]
    assert [step.text for step in entry.path] == ["Take photographs."]
    assert [source.section for source in entry.sources] == ["Damaged parcels"]


def test_an_alias_is_what_it_stands_for(copy: Copy) -> None:
    copy.edit("team.yaml", "Never promise a day.", "&promise Never promise a day.")
    copy.edit("team.yaml", "    path: Take photographs.", "    path: Take photographs.\n    warnings: [*promise]")
    entries = load(copy.directory).entries
    assert entries["parcels/damaged"].warnings == entries["parcels/lost"].warnings


def test_windows_line_ends_and_a_byte_order_mark(copy: Copy) -> None:
    path = copy.directory / "team.yaml"
    before = load(copy.directory)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(copy.directory).entries == before.entries


def test_a_rule_without_a_document_cites_its_files(copy: Copy) -> None:
    copy.edit("team.yaml", "because: it is still on the road", "source: Waiting")
    rules = load(copy.directory).entries["parcels/lost"].rules
    assert [(rule.source.document, rule.source.section) for rule in rules if rule.source and rule.table is None] == [
        ("The handbook", "Waiting")
    ]
