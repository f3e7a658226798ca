"""Every diagnostic for authors, through `slackguide check`: its location and its advice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slackguide.errors import KnowledgeError
from slackguide.knowledge import InvalidKnowledgeError, load
from slackguide.triage import load_verified
from tests.knowledge.conftest import VALID, Copy

TEAM, SHARED = "team.yaml", "shared.yaml"
LONG = "x" * 700


def test_the_sound_one_is_sound(copy: Copy) -> None:
    ran = copy.check()
    assert (ran.status, ran.out) == (0, "")
    assert "2 entries, 3 destinations, 3 facts, 1 form" in ran.err


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "said"),
    [
        # names that lead nowhere
        (TEAM, "to: insurance-desk", "to: insurance-dsk", "insurance-dsk",
         "unknown destination `insurance-dsk`: did you mean `insurance-desk`?"),
        (TEAM, "note: claim", "note: clam", "clam", "unknown note `clam`: did you mean `claim`?"),
        (TEAM, "form: ask-parcels", "form: ask-parcel", "ask-parcel",
         "unknown form `ask-parcel`: did you mean `ask-parcels`?"),
        (TEAM, "[claims-article]", "[claim-article]", "claim-article",
         "unknown article `claim-article`: did you mean `claims-article`?"),
        (TEAM, "[parcels/damaged]", "[parcels/broken]", "parcels/broken", "unknown entry `parcels/broken`"),
        (TEAM, "document: handbook", "document: hanbook", "Lost parcels", "unknown document `hanbook`"),
        (TEAM, "use: late", "use: lat", "lat\n", "unknown table `lat`: did you mean `late`?"),
        (TEAM, "use: usual-steps", "use: usual-step", "usual-step", "unknown procedure `usual-step`"),
        (TEAM, "{days: 0..14}, valued]", "{days: 0..14}, valud]", "valud",
         "unknown condition `valud`: did you mean `valued`?"),
        (TEAM, '{insured: "yes"}', '{inured: "yes"}', "inured", "unknown fact `inured`: did you mean `insured`?"),
        (TEAM, '{insured: "yes"}', '{insured: "yep"}', '"yep"',
         "`yep` is not a value of `insured`: did you mean `yes`? (values: `yes`, `no`)"),
        (SHARED, "      source: Deadlines", "      source: {document: handbok, section: Deadlines}", "handbok",
         "unknown document `handbok`: did you mean `handbook`?"),
        (SHARED, "{summary}", "{sumary}", "|-", "unknown placeholder `{sumary}`: did you mean `summary`?"),
        (SHARED, "fact: worth", "fact: wort", "wort\n", "unknown fact `wort`: did you mean `worth`?"),
        (SHARED, "unknown: Not known}", "unkown: Not known}", "worth\n        options",
         "the fact's value `unknown` is not an option of this field"),
        # things twice
        (TEAM, "- id: parcels/damaged", "- id: parcels/lost", "id: parcels/lost\n    title: A parcel is damaged",
         "`parcels/lost` is already declared at "),
        (TEAM, "- it came broken", "- Lost, in transit!", "Lost, in transit!",
         "`parcels/lost` already has the same phrasing at "),
        (TEAM, "- lost in transit", "- The parcel NEVER came.", "The parcel NEVER",
         "this entry already has the same phrasing at "),
        (TEAM, "    title: A parcel is damaged", "    title: A parcel is damaged\n    title: Two", "title: Two",
         "`title` is duplicated, first on line 40: keep one of them"),
        # things missing
        (TEAM, "    title: A parcel is damaged\n", "", "id: parcels/damaged", "`title` is missing"),
        (TEAM, "owner: parcel-leads\n", "", "id: parcels/lost", "`owner` is missing, here or at the top of the file"),
        (TEAM, "team: Parcels\n", "", "entries:", "a file with `entries` needs a `team`"),
        (TEAM, "    to: parcel-desk\n    source: D", "    source: D", "id: parcels/damaged",
         "an entry has either `to` or `routes`"),
        (TEAM, "        to: insurance-desk\n", "", "when: [{days",
         "a rule has exactly one of `to`, `not_eligible` and `use`"),
        (SHARED, "little: Little\n      much: {label: Much, words: [dear, pricey]}\n      unknown: Not known",
         "little: Little", "label: Worth\n    ask", "a choice needs at least two `values`"),
        (TEAM, "    source: Damaged parcels", "    priority: critical\n    source: Damaged parcels",
         "id: parcels/damaged",
         "a critical entry needs `signs`"),
        # things of the wrong kind
        (TEAM, "      - Open the claim.", "      - Open the claim: today.", "Open the claim: today.",
         "`Open the claim` is not a key: if it is a sentence, put quotes around it"),
        (TEAM, "- it came broken", "- it came: broken", "it came: broken",
         "expected a text: put quotes around the whole sentence, because its `: ` makes it a mapping"),
        (TEAM, "title: A parcel is damaged", "title: [damaged]", "[damaged]", "expected a text, not a list"),
        (TEAM, "reviewed: 2026-11-21", "reviewed: 21.11.2026", "21.11.2026", "a date has the format 2026-11-21"),
        (TEAM, "reviewed: 2026-11-21", "reviewed: 2026-02-30", "2026-02-30", "is not a day of the calendar"),
        (TEAM, "- id: parcels/damaged", "- id: Damaged Parcels", "Damaged Parcels",
         "`Damaged Parcels` is not an id: use lower-case letters"),
        (SHARED, "kind: team", "kind: tem", "tem,", "unknown kind `tem`: did you mean `team`?"),
        (SHARED, "kind: yes_no", "kind: yes-no", "yes-no", "did you mean `yes_no`?"),
        (SHARED, "required: true", "required: perhaps", "perhaps", "`perhaps` is neither `true` nor `false`"),
        (SHARED, "prefix: P", "prefix: parcels", "parcels\n    channel", "`parcels` is not a prefix"),
        (SHARED, "{days: 15..}", "{days: 15-20}", "15-20",
         "`15-20` is not a range of whole numbers: use 0..30, 31.. or 12"),
        (SHARED, "{days: 15..}", "{days: 20..15}", "20..15", "the range `20..15` ends before it starts"),
        (TEAM, "distinguish_from: [parcels/damaged]", "distinguish_from: [parcels/lost]", "parcels/lost]",
         "an entry cannot be distinguished from itself"),
        (TEAM, "warnings:", "warnigs:", "warnigs", "unknown key `warnigs`: did you mean `warnings`?"),
        (SHARED, "articles:", "artcles:", "artcles", "unknown section `artcles`: did you mean `articles`?"),
        (SHARED, "  valued:\n", "  Valued Things:\n", "Valued Things", "`Valued Things` is not an id"),
        # too much
        (TEAM, "- Never promise a day.", f"- {LONG}", LONG, "700 characters, at most 600 fit here"),
        (TEAM, "title: A parcel is damaged", f"title: {LONG}", LONG, "700 characters, at most 150 fit here"),
        (TEAM, "- it came broken", f"- {LONG}", LONG, "700 characters, at most 300 fit here"),
        (SHARED, "title: Ask Parcels", "title: Ask the people about Parcels", "Ask the people",
         "28 characters, at most 24 fit here"),
        (TEAM, "    path: Take photographs.", "    path:\n" + "      - Do a thing.\n" * 21, "- Do a thing.",
         "21 given, at most 20 are allowed"),
        (TEAM, "    path: Take photographs.", "    path:\n" + f"      - {'x' * 590}\n" * 16, "id: parcels/damaged",
         "9,440 characters in warnings, steps and note, a card holds 9,000: shorten"),
        # nothing there
        (TEAM, "warnings:\n      - Never promise a day.", "warnings: []", "[]",
         "is empty: fill it in or remove the key"),
        (TEAM, "see_also: [claims-article]", "see_also: []", "[]", "is empty"),
        (TEAM, "note: claim", "note:", "\n    form: ask", "is empty"),
        (TEAM, "title: A parcel is damaged", 'title: ""', '""', "is empty"),
        (TEAM, 'when: {insured: "yes"}', "when: {}", "{}", "is empty"),
        (SHARED, "    any:\n      - worth: much\n      - {worth: unknown, insured: \"yes\"}", "    any: []", "[]",
         "is empty"),
        # what YAML would lose, or take for something else
        (TEAM, "- it came broken", "- it came broken #twice", "#twice",
         "YAML ignores everything after ` #`: put quotes"),
        (TEAM, "title: A parcel is damaged", "title: #damaged", "#damaged", "YAML ignores everything after ` #`"),
        (TEAM, "title: A parcel is damaged", "title: A parcel: damaged", ": damaged",
         "put quotes around a text that contains `: `"),
        (TEAM, "- it came broken", "- *it came broken*", "came broken*",
         "put quotes around a text that starts with `[`, `{`, `*`, `&` or a quote"),
        (TEAM, "- it came broken", "- @it came broken", "@it", "put quotes around a text that starts with `@`"),
        (TEAM, "- it came broken", "- `it` came broken", "`it`", "put quotes around a text that starts with ```"),
        (TEAM, "- it came broken", '- "it" came broken', "came broken", "put quotes around a text that starts with"),
        (TEAM, "- it came broken", "- !!int 7", "!!int", "the tag `tag:yaml.org,2002:int` is not allowed here"),
        (TEAM, "- it came broken", "- !!python/object:os.system x", "!!python", "is not allowed here"),
        (TEAM, "    path: Take photographs.", "\tpath: Take photographs.", "\t", "a tab: use spaces"),
        (TEAM, "- it came broken", "- it came\u2028broken", "\u2028", "an invisible line break (U+2028)"),
        (TEAM, "- it came broken", "- it came\x07broken", "\x07", "a control character that YAML does not allow"),
        (TEAM, "document: handbook", "document: handbook\n---", "---", "a file is one document: remove the `---` line"),
        (TEAM, "document: handbook", "document: handbook\n{a: b}: c", "{a: b}", "a key must be a plain word"),
        # what would never end
        (SHARED, "- worth: much", "- valued", "valued\n      - {worth",
         "the condition `valued` is defined in terms of itself"),
        (SHARED, "    - to: parcel-desk", "    - use: late", "late\nprocedures", "the table `late` uses itself"),
        (SHARED, "- Tell the sender.", "- {use: usual-steps}", "usual-steps}",
         "the procedure `usual-steps` uses itself"),
        (TEAM, "- it came broken", "- &deep [*deep]", "*deep", "the alias `*deep` refers to a value that contains it"),
        (TEAM, "- it came broken", f"- {'[' * 60}{']' * 60}", "[" * 24 + "]", "nested more than 40 levels deep"),
    ],
)  # fmt: skip
def test_fault(file: str, old: str, new: str, mark: str, said: str, copy: Copy) -> None:
    copy.edit(file, old, new)
    found = copy.faults()
    assert [fault for fault in found if fault.startswith(f"{copy.at(file, mark)}: ") and said in fault], found


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (TEAM, "to: insurance-desk", "to: insurance-dsk"),
        (TEAM, "    title: A parcel is damaged\n", ""),
        (TEAM, "warnings:", "warnigs:"),
        (SHARED, "kind: yes_no", "kind: yes-no"),
        (SHARED, "    label: worth insuring\n", ""),
        (SHARED, "Claims close", f"{LONG} close"),
        (SHARED, "- Tell the sender.", "- Tell: the sender."),
        (SHARED, "title: Ask Parcels", "title: "),
        (SHARED, "destinations:", "destinations: none\nx:"),
        (SHARED, "glossary:", "glossary: \t"),
        (TEAM, "entries:", "entries: [\nx:"),
    ],
)
def test_a_fault_is_named_once_and_what_refers_to_it_is_no_other(file: str, old: str, new: str, copy: Copy) -> None:
    copy.edit(file, old, new)
    places = {fault.split(": ", 1)[0] for fault in copy.faults()}
    expected = 2 if "x:" in new and file == SHARED else 1
    assert len(places) == expected


def test_every_fault_of_every_file_is_named_in_reading_order(copy: Copy) -> None:
    copy.edit(TEAM, "to: insurance-desk", "to: insurance-dsk")
    copy.edit(TEAM, "- lost in transit", "- the parcel never came!")
    copy.edit(
        TEAM, "    to: parcel-desk\n    source: Damaged parcels", "    to: parcel-desk\n    sorce: Damaged parcels"
    )
    copy.edit(SHARED, "kind: team", "kind: tem")
    copy.edit(SHARED, "    - Tell the sender.", "    - Tell: the sender.")
    (copy.directory / "questions" / "cases.jsonl").write_text(
        '{"text": "a", "ids": ["parcels/los"]}\nnot json\n', "utf-8"
    )
    found = copy.faults()
    files = [Path(fault.split(":")[0]).name for fault in found]
    assert files == ["cases.jsonl"] * 2 + [SHARED] * 2 + [TEAM] * 3
    lines = [int(fault.split(":")[1]) for fault in found if TEAM in fault]
    assert lines == sorted(lines)
    assert "unknown entry `parcels/los`: did you mean `parcels/lost`?" in found[0]
    assert "not a question" in found[1]


def test_nothing_half_loads(copy: Copy) -> None:
    copy.edit(TEAM, "title: A parcel is damaged", "title: ")
    for loading in (load, load_verified):
        with pytest.raises(InvalidKnowledgeError) as refused:
            loading(copy.directory)
        assert isinstance(refused.value, KnowledgeError)
        assert "has 1 error and was not loaded" in str(refused.value)


def test_byte_that_is_no_utf8(copy: Copy) -> None:
    path = copy.directory / TEAM
    path.write_bytes(path.read_bytes().replace(b"it came broken", "été ".encode() + b"\xe9t\xe9"))
    line = path.read_bytes().split(b"\xe9t")[0].count(b"\n") + 1
    assert copy.faults() == [f"{path}:{line}:13: byte 0xe9 is not UTF-8: save the file as UTF-8"]


def test_file_in_utf16(copy: Copy) -> None:
    path = copy.directory / TEAM
    path.write_bytes(path.read_text("utf-8").encode("utf-16"))
    assert copy.faults() == [f"{path}:1:1: byte 0xff is not UTF-8: save the file as UTF-8"]


def test_file_over_the_limit(copy: Copy) -> None:
    path = copy.directory / TEAM
    path.write_text(path.read_text("utf-8") + "# more\n" * 300_000, "utf-8")
    size = path.stat().st_size
    assert copy.faults() == [f"{path}:1:1: {size:,} bytes, the limit is 2,000,000: split the file in two"]


def test_aliases_that_explode(copy: Copy) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (copy.directory / "bomb.yaml").write_text("\n".join(lines), "utf-8")
    found = copy.faults()
    assert len(found) == 1
    assert "bomb.yaml:1:" in found[0]
    assert "the aliases in this file expand to too many values" in found[0]


@pytest.mark.parametrize("character", ["[", "{a: ", "- "])
def test_nesting_beyond_all_measure(character: str, copy: Copy) -> None:
    (copy.directory / "deep.yaml").write_text(
        "a: " + character * 200_000 if character != "- " else "- " * 200_000, "utf-8"
    )
    found = copy.faults()
    assert len(found) == 1
    assert "deep.yaml:1:" in found[0]
    assert "nested more than 40 levels deep" in found[0]


def test_conditions_that_explode(copy: Copy) -> None:
    doubled = [f"  c{n}:\n    label: c\n    any: [c{n - 1}, c{n - 1}]" for n in range(1, 12)]
    base = '  c0:\n    label: c\n    when: {insured: "yes"}'
    (copy.directory / "more.yaml").write_text("conditions:\n" + "\n".join([base, *doubled]), "utf-8")
    found = copy.faults()
    assert any("512 tests with its named conditions expanded, at most 500: simplify" in fault for fault in found)


def test_conditions_named_deeper_than_anyone_can_follow(copy: Copy) -> None:
    chained = [f"  c{n:03}:\n    label: c\n    when: c{n + 1:03}" for n in range(400)]
    last = '  c400:\n    label: c\n    when: {insured: "yes"}'
    (copy.directory / "more.yaml").write_text("conditions:\n" + "\n".join([*chained, last]), "utf-8")
    assert "conditions nested more than 12 deep: simplify them" in copy.faults()[0]


def test_tables_and_procedures_that_explode(copy: Copy) -> None:
    doubled = [f"  t{n}:\n    - use: t{n - 1}\n    - use: t{n - 1}" for n in range(1, 40)]
    steps = [f"  t{n}:\n    - {{use: t{n - 1}}}\n    - {{use: t{n - 1}}}" for n in range(1, 12)]
    text = "tables:\n  t0:\n    - {when: {days: 1}, to: parcel-desk}\n" + "\n".join(doubled)
    text += "\nprocedures:\n  t0: [Do it.]\n" + "\n".join(steps)
    (copy.directory / "more.yaml").write_text(text, "utf-8")
    found = copy.faults()
    assert any("more than 500 rules with its tables expanded: split it" in fault for fault in found)
    assert any("tables nested more than 12 deep: write them out" in fault for fault in found)
    assert any("more than 40 steps with its procedures expanded: shorten it" in fault for fault in found)


def test_things_declared_in_two_files(copy: Copy) -> None:
    (copy.directory / "also.yaml").write_text(
        "destinations:\n  parcel-desk: {kind: team, name: Desk}\nglossary:\n  abbreviations: {POD: pay on delivery}\n",
        "utf-8",
    )
    found = copy.faults()
    assert [fault.split("`")[1] for fault in found] == ["parcel-desk", "POD"]
    assert all(f"is already declared at {copy.directory / 'also.yaml'}:" in fault for fault in found)


def test_empty_file(copy: Copy) -> None:
    (copy.directory / "empty.yaml").write_text("# nothing yet\n", "utf-8")
    assert copy.faults() == [
        f"{copy.directory / 'empty.yaml'}:1:1: the file is empty: add a section or remove the file"
    ]


def test_file_that_is_no_mapping(copy: Copy) -> None:
    (copy.directory / "list.yaml").write_text("- one\n- two\n", "utf-8")
    assert "a knowledge file is a mapping of sections" in copy.faults()[0]


def test_files_of_an_editor_are_left_alone(copy: Copy) -> None:
    (copy.directory / ".team.yaml").write_text("half typed: [", "utf-8")
    (copy.directory / "team.yaml~").write_text("half typed: [", "utf-8")
    (copy.directory / "schema.json").write_text("{}", "utf-8")
    assert copy.check().status == 0


@pytest.mark.parametrize("what", ["nowhere", "empty", "file.txt"])
def test_nothing_to_check_is_wrong_use(what: str, copy: Copy, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("", "utf-8")
    ran = copy.shell("check", tmp_path / what)
    assert (ran.status, ran.out) == (2, "")
    assert what in ran.err


def test_as_json(copy: Copy) -> None:
    copy.edit(TEAM, "to: insurance-desk", "to: insurance-dsk")
    ran = copy.shell("check", copy.directory, "--json")
    assert ran.status == 1
    (fault,) = ran.document
    assert fault.keys() == {"file", "line", "column", "message", "subject"}
    assert fault["subject"] == "parcels/lost"
    assert f"{fault['file']}:{fault['line']}:{fault['column']}" == copy.at(TEAM, "insurance-dsk")


def test_the_copies_are_of_the_sound_one() -> None:
    assert load_verified(VALID).fingerprint == load(VALID).fingerprint


def test_one_phrasing_an_entry_is_enough(copy: Copy) -> None:
    text = (copy.directory / TEAM).read_text(encoding="utf-8")
    shortened = re.sub(r"(    concerns:\n      - [^\n]*\n)(?:      - [^\n]*\n)+", r"\1", text)
    assert shortened.count("      - ") < text.count("      - ")
    (copy.directory / TEAM).write_text(shortened, encoding="utf-8")
    assert copy.check().status == 0
