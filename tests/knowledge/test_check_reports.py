"""What `slackguide check` says: every error once, in one run, in plain words; advice apart; never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackguide.knowledge import inspect
from slackguide.knowledge.json_schema import json_schema
from slackguide.knowledge.validation_messages import PATTERNS
from slackguide.triage import check_tables
from tests.knowledge.conftest import Copy
from tests.support.cli_runner import Shell

TEAM, SHARED = "team.yaml", "shared.yaml"
SKELETON = (
    files("slackguide.knowledge").joinpath("data/skeleton.yaml").read_text("utf-8").replace("{today}", "2026-11-27")
)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (TEAM, "reviewed: 2026-11-21", "reviewed: 26.11.2026", "a date has the format 2026-11-21"),
        (TEAM, "owner: parcel-leads", "owner: [a, b]", "expected a text, not a list"),
        (TEAM, "document: handbook", "document: The Handbook", "`The Handbook` is not a name"),
        (TEAM, "document: handbook", "documnt: handbook", "unknown section `documnt`: did you mean `document`?"),
        (
            TEAM,
            "    to: parcel-desk\n    source: D",
            "    too: parcel-desk\n    source: D",
            "unknown key `too`",
        ),
        (
            TEAM,
            "    to: parcel-desk\n    source: D",
            "    to: [parcel-desk]\n    source: D",
            "expected a text, not a list",
        ),
        (SHARED, "kind: yes_no", "kind: yes-no", "did you mean `yes_no`?"),
        (SHARED, "- worth: much", "- wort: much", "unknown fact `wort`: did you mean `worth`?"),
        (SHARED, "unit: days", "unit: days\n    maximum: lots", "`lots` is not a whole number"),
        (SHARED, "unit: days", "unit: days\n    maximum: 0", "`0` is too small: at least 1"),
        (TEAM, "- Never promise a day.", "- {text: Never promise a day, an hour or a week.}", "`an hour or a week.`"),
    ],
)
def test_one_mistake_is_one_error(file: str, old: str, new: str, said: str, copy: Copy) -> None:
    copy.edit(file, old, new)
    found = copy.faults()
    assert len(found) == 1, found
    assert said in found[0]


def test_steps_are_called_path(copy: Copy) -> None:
    copy.edit(TEAM, "    path:\n", "    steps:\n")
    assert any("unknown key `steps`: did you mean `path`?" in fault for fault in copy.faults())


def test_the_errors_of_one_entry_are_all_found_in_one_run(copy: Copy) -> None:
    copy.edit(TEAM, "    title: A parcel is damaged", "    title: [A, B]\n    form: ask-nobody")
    copy.edit(TEAM, "- it came broken", "- {it came: broken}")
    copy.edit(TEAM, "    to: parcel-desk\n    source: D", "    source: D")
    messages = [fault.split(": ", 1)[1] for fault in copy.faults()]
    assert [message for message in messages if message.startswith("expected a text")] == [
        "expected a text, not a list",
        "expected a text: put quotes around the whole sentence, because its `: ` makes it a mapping",
    ]
    assert any(message.startswith("unknown form `ask-nobody`") for message in messages)
    assert any(message.startswith("an entry has either `to` or `routes`: this one has neither") for message in messages)
    assert len(messages) == 4


def test_positions_stay_right_beside_an_invalid_step(copy: Copy) -> None:
    copy.edit(
        TEAM,
        "    path: Take photographs.",
        "    path:\n      - a: b\n      - Take photographs.\n      - {use: nothing}",
    )
    assert [fault for fault in copy.faults() if fault.startswith(f"{copy.at(TEAM, 'nothing}')}: unknown procedure")]


def test_an_entry_with_both_kinds_of_destination_is_told_so(copy: Copy) -> None:
    copy.edit(TEAM, "    to: parcel-desk\n    source: D", "    to: parcel-desk\n    routes: late\n    source: D")
    assert "an entry has either `to` or `routes`: this one has both" in copy.faults()[0]


def test_each_error_names_what_it_is_in(copy: Copy) -> None:
    copy.edit(TEAM, "warnings:", "warnigs:")
    copy.edit(SHARED, "kind: yes_no", "kind: yes-no")
    subjects = [one["subject"] for one in copy.shell("check", copy.directory, "--json").document]
    assert subjects == ["fact insured", "parcels/lost"]


def test_an_unclosed_quote_is_shown_where_it_begins(copy: Copy) -> None:
    copy.edit(TEAM, "- it came broken", '- "it came broken')
    assert copy.faults()[0].startswith(f"{copy.at(TEAM, chr(34) + 'it came broken')}: ")


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(pattern := schema.get("pattern"), str):
            yield pattern
        yield from schema.get("patternProperties", ())
        for value in schema.values():
            yield from _patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _patterns(value)


def test_every_pattern_has_words_for_people() -> None:
    assert set(_patterns(json_schema())) <= PATTERNS.keys()


LINES = SKELETON.splitlines()
JUNK = st.sampled_from(
    ["", "[", "{", "}", ": ", "- ", '"', "*a", "&a", "\t", "\x00", "é", "no", "-1", "{a, b: c}", "1e9"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 60), JUNK), min_size=1, max_size=3))
def test_any_edit_gives_a_base_or_errors_in_plain_words(edits: list[tuple[int, int, str]], tmp_path: Path) -> None:
    lines = list(LINES)
    for line, column, junk in edits:
        lines[line] = lines[line][:column] + junk + lines[line][column + len(junk) :]
    (tmp_path / "base.yaml").write_text("\n".join(lines), "utf-8")
    _inspect(tmp_path)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(SKELETON)), junk=st.binary(max_size=12))
def test_any_bytes_give_a_base_or_errors(at: int, junk: bytes, tmp_path: Path) -> None:
    raw = SKELETON.encode()
    (tmp_path / "base.yaml").write_bytes(raw[:at] + junk + raw[at + len(junk) :])
    _inspect(tmp_path)


def _inspect(directory: Path) -> None:
    inspection = inspect(directory)
    found = list(inspection.diagnostics)
    if inspection.knowledge is not None:
        found += check_tables(
            inspection.knowledge, unverified=inspection.unverified, unverified_tables=inspection.unverified_tables
        )
    for diagnostic in found:
        assert not any(word in diagnostic.message for word in ("Input should", "pydantic", "^[", "not valid YAML"))


# -- advice -----------------------------------------------------------------------------------------------------------


def advice(shell: Shell, directory: Path, *more: str) -> list[str]:
    ran = shell("check", directory, "--advice", "--json", "--today", "2026-11-27", *more)
    assert ran.status == 0
    return [f"{one['subject']}: {one['message']}" for one in ran.document]


def test_advice_is_no_error(shell: Shell, tmp_path: Path) -> None:
    text = SKELETON.replace("reviewed: 2026-11-27", "reviewed: 2027-11-27").replace(", case_key: true", "")
    text = text.replace(
        "facts:\n",
        "facts:\n  age: {label: Age, ask: How old?, kind: number, unit: days}\n"
        "  notice: {label: Notice, ask: How long?, kind: number, unit: working days}\n"
        '  tries: {label: Tries, ask: How many?, kind: number, read: ["tried twice"]}\n',
        1,
    ).replace("destinations:\n", "destinations:\n  spare: {kind: queue, name: Spare}\n", 1)
    text += "conditions:\n"
    for name, test in (("idle", 'administrator: "no"'), ("used", 'administrator: "yes"')):
        text += f"  {name}: {{label: {name}, when: {{{test}}}}}\n"
    text += "  chained: {label: chained, any: [used]}\n"
    text = text.replace('when: {administrator: "yes"}\n        to', "when: chained\n        to")
    (tmp_path / "base.yaml").write_text(text, "utf-8")
    found = advice(shell, tmp_path)
    assert ": the review of 2027-11-27 is in the future" in found
    assert "destination spare: no entry uses it" in found
    assert "condition idle: nothing uses it" in found
    assert not any(one.startswith(("condition used", "condition chained")) for one in found)
    assert any(one.startswith("fact age: it is never read from a message") for one in found)
    assert any(one.startswith("fact notice: `working days` are counted as they are written") for one in found)
    assert any(one.startswith("fact tries: a `read` pattern needs `{n}` once") for one in found)
    assert any(one.startswith("form ask-on-call: no field says which case it is about") for one in found)
    ran = shell("check", tmp_path)
    assert (ran.status, ran.out) == (0, "")
    assert "Advice:" in ran.err
    assert shell("check", tmp_path, "--json").document == []


def test_few_phrasings_are_advice_with_what_they_are_confused_with(shell: Shell, tmp_path: Path) -> None:
    text = SKELETON.replace("      - the site is down\n", "      - a refund after an outage\n")
    (tmp_path / "base.yaml").write_text(text, "utf-8")
    (outage,) = [one for one in advice(shell, tmp_path) if one.startswith("outage: ")]
    assert outage.startswith("outage: 5 phrasings, found first for ")
    assert "refund" in outage.partition("confused with ")[2]
    assert "add 3 more in other words, such as other ways to say “a refund after an outage”" in outage


def test_enough_phrasings_get_no_advice(shell: Shell, copy: Copy) -> None:
    assert not any("phrasing" in one for one in advice(shell, copy.directory))
