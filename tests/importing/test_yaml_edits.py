"""Additions to knowledge files: the text around them does not change, and what cannot be added is refused."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackguide.importing.yaml_edits import EditRefused, KnowledgeEdit
from slackguide.knowledge import KnowledgeBase, knowledge_files, load

HEAD = """\
# The desk.
team: Desk
owner: leads
reviewed: 2026-11-21
kinds: {queue: {label: queue}}
destinations:
  it:   {kind: queue, name: "IT"}   # aligned by hand
  self: {kind: self, name: You}
"""
ENTRIES = """\
entries:
  # the first one
  - id: locked
    title: Locked out
    concerns:
      - 'I am locked out'   # quoted

      # said on the phone
      - >-
        it does not
        let me in

    # goes to IT
    path: [ Unlock it. ]
    to: it
  - {id: lost, title: Lost, concerns: [it is lost, "gone: where?"], path: [Look.], to: self}
"""
GLOSSARY = "glossary:\n  abbreviations:\n    pw: password  # short\n  synonyms:\n    - [laptop, notebook]\n"


def write(folder: Path, text: str, newline: str = "\n", mark: bytes = b"") -> KnowledgeBase:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "desk.yaml").write_bytes(mark + text.replace("\n", newline).encode())
    return load(folder)


def added(before: str, after: str) -> list[str]:
    """Return the added lines. Fails if any other line changed."""
    changes = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert all(line.startswith("+ ") for line in changes), changes
    return [line[2:] for line in changes]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_phrasing_is_one_more_line(tmp_path: Path, newline: str, mark: bytes) -> None:
    text = HEAD + ENTRIES
    base = write(tmp_path, text, newline, mark)
    edit = KnowledgeEdit(tmp_path)
    edit.add_phrasings(base.entries["locked"], ["no entry: “denied” #1", "yes"])
    edit.write()
    raw = (tmp_path / "desk.yaml").read_bytes()
    assert raw.startswith(mark + b"# The desk.")
    assert raw.count(b"\r\n") == (raw.count(b"\n") if newline == "\r\n" else 0)
    after = raw.decode("utf-8-sig").replace("\r\n", "\n")
    assert added(text, after) == ["      - 'no entry: “denied” #1'", "      - 'yes'"]
    concerns = load(tmp_path).entries["locked"].concerns
    assert concerns == ("I am locked out", "it does not let me in", "no entry: “denied” #1", "yes")


def test_a_list_in_brackets_gets_one_more_item(tmp_path: Path) -> None:
    base = write(tmp_path, HEAD + ENTRIES)
    edit = KnowledgeEdit(tmp_path)
    edit.add_phrasings(base.entries["lost"], ["where, oh where"])
    edit.write()
    expected = ENTRIES.replace('"gone: where?"]', "\"gone: where?\", 'where, oh where']")
    assert (tmp_path / "desk.yaml").read_text("utf-8") == HEAD + expected


def test_an_entry_is_added_beside_another(tmp_path: Path) -> None:
    base = write(tmp_path, HEAD + ENTRIES + GLOSSARY)
    edit = KnowledgeEdit(tmp_path)
    assert edit.add_entry(base, base.entries["lost"], "Rooms: book one", ["book a room", "a room, please"]) == (
        "rooms-book-one"
    )
    edit.write()
    lines = added(HEAD + ENTRIES + GLOSSARY, (tmp_path / "desk.yaml").read_text("utf-8"))
    assert lines[:3] == ["", "  - id: rooms-book-one", "    title: 'Rooms: book one'"]
    entry = load(tmp_path).entries["rooms-book-one"]
    assert entry.concerns == ("book a room", "a room, please")
    assert entry.rules[0].target.kind == "self"
    assert entry.todo


@pytest.mark.parametrize(
    ("glossary", "expected"),
    [
        (GLOSSARY, ["    mfa: second factor"]),
        ("glossary:\n  synonyms:\n    - [laptop, notebook]\n", ["  abbreviations:", "    mfa: second factor"]),
        ("glossary:\n  abbreviations:\n    pw: password", ["    mfa: second factor"]),
    ],
)
def test_an_abbreviation_is_added_to_the_glossary(tmp_path: Path, glossary: str, expected: list[str]) -> None:
    write(tmp_path, HEAD + ENTRIES + glossary)
    edit = KnowledgeEdit(tmp_path)
    edit.add_abbreviation("mfa", "second factor")
    edit.write()
    assert added(HEAD + ENTRIES + glossary, (tmp_path / "desk.yaml").read_text("utf-8")) == expected
    assert load(tmp_path).abbreviations["mfa"] == ("second factor",)


def test_without_a_glossary_there_is_a_new_file_and_undo_removes_it(tmp_path: Path) -> None:
    write(tmp_path, HEAD + ENTRIES)
    edit = KnowledgeEdit(tmp_path)
    edit.add_abbreviation("mfa", "second factor")
    edit.write()
    assert load(tmp_path).abbreviations == {"mfa": ("second factor",)}
    edit.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["desk.yaml"]


def test_undo_restores_every_byte(tmp_path: Path) -> None:
    base = write(tmp_path, HEAD + ENTRIES, "\r\n")
    before = (tmp_path / "desk.yaml").read_bytes()
    edit = KnowledgeEdit(tmp_path)
    edit.add_phrasings(base.entries["locked"], ["another"])
    edit.write()
    assert (tmp_path / "desk.yaml").read_bytes() != before
    edit.undo()
    assert (tmp_path / "desk.yaml").read_bytes() == before


def test_a_single_phrasing_that_is_no_list_is_refused(tmp_path: Path) -> None:
    text = HEAD + ENTRIES
    base = write(tmp_path, text)
    (tmp_path / "desk.yaml").write_text(
        text.replace('concerns: [it is lost, "gone: where?"]', "concerns: lost"), "utf-8"
    )
    with pytest.raises(EditRefused, match="list"):
        KnowledgeEdit(tmp_path).add_phrasings(base.entries["lost"], ["another"])


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=1, max_size=60).filter(lambda text: any(letter.isalnum() for letter in text)))
@pytest.mark.parametrize("id", ["locked", "lost"])
def test_any_text_is_read_back(tmp_path_factory: pytest.TempPathFactory, id: str, text: str) -> None:
    folder = tmp_path_factory.mktemp("knowledge")
    base = write(folder, HEAD + ENTRIES)
    edit = KnowledgeEdit(folder)
    edit.add_phrasings(base.entries[id], [f"somebody says {text}"])
    edit.write()
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    assert load(folder).entries[id].concerns[-1] == " ".join(f"somebody says {printable}".split())


@pytest.mark.parametrize("source", ["examples/help-desk", "knowledge"])
def test_every_entry_of_the_real_bases_can_be_added_to(tmp_path: Path, source: str) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(Path(__file__).parents[2] / source, folder)
    before = load(folder)
    texts = {path.name: path.read_text("utf-8") for path in knowledge_files(folder)}
    entries = [entry for entry in before.entries.values() if len(entry.concerns) < 60]
    for number, entry in enumerate(entries):
        edit = KnowledgeEdit(folder)
        edit.add_phrasings(entry, [f"xylophone: number {number}"])
        edit.write()
    after = load(folder)
    for number, entry in enumerate(entries):
        assert after.entries[entry.id].concerns == (*entry.concerns, f"xylophone: number {number}")
    lines = 0
    for name, text in texts.items():
        kept = [line for line in (folder / name).read_text("utf-8").splitlines() if "xylophone" not in line]
        assert kept == text.splitlines()
        lines += len((folder / name).read_text("utf-8").splitlines()) - len(kept)
    assert lines == len(entries) > 40
