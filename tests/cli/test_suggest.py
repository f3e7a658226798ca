"""`slackguide suggest`: what it suggests from questions, and what an accepted suggestion writes."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import Claim, Resolve
from slackguide.knowledge import load
from slackguide.storage.feedback import FeedbackRepository, Verdict
from tests.support.cli_runner import Ran, Shell, shell
from tests.support.databases import Store, new_escalation

__all__ = ["shell"]

KNOWLEDGE = """\
# Kept as it is.
team: Desk
owner: leads
reviewed: 2026-11-21
kinds: {queue: {label: queue}}
destinations:
  it: {kind: queue, name: IT}      # the queue
  self: {kind: self, name: You}
entries:
  - id: codes
    title: The authenticator code is refused
    concerns:
      - the authenticator code is refused at sign-in    # the most frequent
      - sign-in rejects my authenticator code
      - authenticator code expired before I could type it
      - new phone, the authenticator shows no code
      - six digit authenticator code does not work
      - authenticator app wants to be paired again
    path: [Pair it again.]
    to: it
  - id: invoice
    title: A wrong invoice
    concerns:
      - the invoice has the wrong amount
      - customer got two invoices for March
      - correct the address on the invoice
      - invoice never arrived by mail
      - total on the invoice differs from the order
      - send the invoice again as a PDF
    path: [Correct it.]
    to: it
  - id: danger
    title: A fire
    concerns: [the building is on fire, smoke in the hall, flames in the kitchen]
    path: [Leave.]
    to: it
    priority: critical
    signs: {clear: [house on fire], weak: [smells burnt], message: Look at this first.}
  - id: badge
    title: A lost badge
    concerns:
      - I lost my badge
      - badge left in the taxi
      - the door does not open with the new badge
      - replace a broken badge
      - colleague forgot the badge at home
      - badge for an intern
    path: [Order one.]
    to: it
  - id: printer
    title: The printer does not print
    concerns:
      - printer is jammed
      - the printer prints blank pages
      - out of toner again
      - the printer on the second floor is offline
      - colours look wrong on paper
      - scanning to mail fails
    path: [Restart it.]
    to: it
  - id: holiday
    title: Days of leave
    concerns:
      - how many days of leave are left
      - my leave was refused
      - carry leave over to next year
      - sick during my holiday
      - unpaid leave for a wedding
      - half a day off
    path: [Look it up.]
    to: self
out_of_scope:
  chatter:
    - what is for lunch today
    - who won the match last night
    - the weather is lovely
    - can somebody water the plants
    - tell me a story
    - the bus was late this morning
    - where is the nearest gym
    - happy birthday to our boss
    - a parcel for my neighbour
    - my cat is unwell
    - reserve a table for dinner
    - which film should we watch
"""
ROOMS = (
    "book a meeting room for Friday",
    "how do I book a meeting room",
    "Hello, the meeting room I wanted to book is taken",
    "can a visitor book the meeting room?",
)
OTPS = (
    "my otp is refused at sign-in",
    "sign-in rejects the otp again",
    "otp expired before I could type it at sign-in",
    "six digit otp does not work",
)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLACKGUIDE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "desk.yaml").write_text(KNOWLEDGE, "utf-8")
    return folder


def asked(path: Path, texts: Iterable[str | Mapping[str, object]]) -> Path:
    records = [{"text": one} if isinstance(one, str) else one for one in texts]
    path.write_text("".join(f"{json.dumps(one)}\n" for one in records), "utf-8")
    return path


def answer(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def new_lines(base: Path) -> list[str]:
    """Return the added lines, and fail if any other line changed."""
    before, after = KNOWLEDGE.splitlines(), (base / "desk.yaml").read_text("utf-8").splitlines()
    added = []
    for line in after:
        if before and line == before[0]:
            before.pop(0)
        else:
            added.append(line)
    assert before == []
    return added


def test_questions_without_an_answer_are_grouped(shell: Shell, base: Path, tmp_path: Path) -> None:
    file = asked(tmp_path / "q.jsonl", [*ROOMS, ROOMS[0].upper(), "xylophone quartet", "thanks a lot!"])
    ran = shell("suggest", file, "--knowledge", base)
    assert ran.status == 0
    assert ran.out.startswith("7 questions, 6 of them different: ")
    assert "small talk 1" in ran.out
    assert "Suggested: 1 new concern, 1 unanswered question, 0 glossary lines, 0" in ran.out
    assert "1. asked 5 times, in 4 ways; nearest: " in ran.out
    assert ran.out.index("Other questions that no entry answers") < ran.out.index("1. “xylophone quartet” (nearest: ")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert new_lines(base) == []


def test_programs_get_every_text(shell: Shell, base: Path, tmp_path: Path) -> None:
    document = shell("suggest", asked(tmp_path / "q.jsonl", ROOMS), "--knowledge", base, "--json").document
    (concern,) = document["concerns"]
    assert sorted(concern["texts"])[1] == "can a visitor book the meeting room?"
    assert "the meeting room I wanted to book is taken" in concern["texts"], "the greeting is left out"
    assert concern["asked"] == 4
    assert document["questions"] == {"no answer": 4}


def test_questions_that_are_like_no_other_are_listed_the_most_frequent_first(
    shell: Shell, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = asked(tmp_path / "q.jsonl", ["xylophone quartet", *(["juggling lessons on Mondays"] * 3), "teach me Latin"])
    document = shell("suggest", file, "--knowledge", base, "--json").document
    assert document["concerns"] == []
    assert next((one["text"], one["asked"]) for one in document["unanswered"]) == ("juggling lessons on Mondays", 3)
    assert len(document["unanswered"]) == 3
    answer(monkeypatch, "n", "Lessons", "q")
    assert "1 written" in shell("suggest", file, "--knowledge", base, "--interactive").out
    assert load(base).entries["lessons"].concerns == ("juggling lessons on Mondays",)


def test_an_unknown_word_gets_a_glossary_line(
    shell: Shell, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = asked(tmp_path / "q.jsonl", OTPS)
    (word,) = shell("suggest", file, "--knowledge", base, "--json").document["words"]
    assert (word["word"], word["entry"], word["asked"]) == ("otp", "codes", 4)
    at = word["meanings"].index("authenticator") + 1
    answer(monkeypatch, str(at), "q")
    ran = shell("suggest", file, "--knowledge", base, "--interactive")
    assert "1 written to" in ran.out
    assert load(base).abbreviations == {"otp": ("authenticator",)}
    assert new_lines(base) == []
    after = shell("suggest", file, "--knowledge", base, "--json").document
    assert after["words"] == []


def test_what_a_person_opened_is_a_phrasing_worth_adding(
    shell: Shell, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = "the digits on her handset are stale"
    labelled = [
        {"text": opened, "ids": ["codes"]},
        {"text": "the invoice has the wrong amount", "ids": ["invoice"]},
        {"text": "tell me a joke about penguins", "ids": []},
        {"text": "whatever this is", "ids": ["removed"]},
    ]
    file = asked(tmp_path / "q.jsonl", labelled)
    document = shell("suggest", file, "--knowledge", base, "--json").document
    assert [(one["text"], one["entry"], one["why"]) for one in document["phrasings"]] == [(opened, "codes", "opened")]
    assert document["questions"]["out of scope"] == 1
    answer(monkeypatch, "x", "a")
    ran = shell("suggest", file, "--knowledge", base, "--interactive")
    assert "Press one of: a, e, s, q." in ran.out
    assert new_lines(base) == [f"      - {opened}"]
    assert opened in load(base).entries["codes"].concerns
    assert shell("suggest", file, "--knowledge", base, "--json").document["phrasings"] == []


def test_a_phrasing_is_written_in_other_words(
    shell: Shell, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = asked(tmp_path / "q.jsonl", [{"text": "Ana Cruz says the digits are stale", "ids": ["codes"]}])
    answer(monkeypatch, "e", "the digits are stale: again")
    shell("suggest", file, "--knowledge", base, "--interactive")
    assert new_lines(base) == ["      - 'the digits are stale: again'"]


@pytest.mark.parametrize(("keys", "entry"), [(["n", "Book a room"], "book-a-room"), (["p"], None), (["s"], "")])
def test_a_group_becomes_an_entry_or_phrasings(
    shell: Shell, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: list[str], entry: str | None
) -> None:
    file = asked(tmp_path / "q.jsonl", ROOMS)
    (concern,) = shell("suggest", file, "--knowledge", base, "--json").document["concerns"]
    answer(monkeypatch, *keys)
    assert shell("suggest", file, "--knowledge", base, "--interactive").status == 0
    entries = load(base).entries
    if entry == "":
        assert new_lines(base) == []
        return
    assert set(concern["texts"]) <= set(entries[entry or concern["nearest"]].concerns)
    assert (entry is not None) == (len(entries) == 7)


def test_a_change_with_which_the_knowledge_does_not_load_is_taken_back(
    shell: Shell, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = base / "desk.yaml"
    first = "      - sign-in rejects my authenticator code\n"
    full = KNOWLEDGE.replace(first, first + "".join(f"      - authenticator number {n}\n" for n in range(54)))
    path.write_text(full, "utf-8")
    file = asked(tmp_path / "q.jsonl", [{"text": "the digits on her handset are stale", "ids": ["codes"]}])
    answer(monkeypatch, "a")
    ran = shell("suggest", file, "--knowledge", base, "--interactive")
    assert ran.status == 0
    assert "Taken back" in ran.out
    assert "0 written" in ran.out
    assert path.read_text("utf-8") == full


def test_nothing_is_suggested_from_critical_messages(shell: Shell, base: Path, tmp_path: Path) -> None:
    texts = [f"{text}, and the house on fire is ours" for text in ROOMS]
    labelled = {"text": "sparks from a socket", "ids": ["danger"]}
    document = shell("suggest", asked(tmp_path / "q.jsonl", [*texts, labelled]), "--knowledge", base, "--json").document
    assert document == {"questions": {"critical": 5}, "concerns": [], "unanswered": [], "words": [], "phrasings": []}


def test_long_questions_are_no_phrasings(
    shell: Shell, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = f"{ROOMS[0]} {'meeting room ' * 30}"
    file = asked(tmp_path / "q.jsonl", [*ROOMS, long, {"text": "stale digits " * 30, "ids": ["codes"]}])
    answer(monkeypatch, "p")
    ran = shell("suggest", file, "--knowledge", base, "--interactive")
    assert "0 phrasings" in ran.out
    assert "1 written" in ran.out
    assert len(new_lines(base)) == 4


def test_a_csv_file_of_subjects_is_read(shell: Shell, base: Path, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    rows = "".join(f'{number};"{text}"\n' for number, text in enumerate(ROOMS))
    file.write_bytes(f"\ufeffid;Subject\n{rows}9;\n".encode())
    ran = shell("suggest", file, "--knowledge", base, "--json")
    assert len(ran.document["concerns"]) == 1
    assert "left out 1 without a question" in ran.err
    ran = shell("suggest", file, "--knowledge", base, "--column", "Body")
    assert ran.status == 2
    assert "--column, one of id, Subject" in ran.err
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    assert shell("suggest", tmp_path / "other.csv", "--knowledge", base).status == 2


@pytest.mark.parametrize("name", ["missing.jsonl", "notes.docx", "empty.jsonl", "empty.csv"])
def test_files_without_questions_are_an_error(shell: Shell, base: Path, tmp_path: Path, name: str) -> None:
    if name != "missing.jsonl":
        (tmp_path / name).write_text("", "utf-8")
    ran = shell("suggest", tmp_path / name, "--knowledge", base)
    assert (ran.status, ran.out) == (2, "")


def test_keys_and_json_do_not_go_together(shell: Shell, base: Path, tmp_path: Path) -> None:
    ran = shell("suggest", asked(tmp_path / "q.jsonl", ROOMS), "--knowledge", base, "--json", "--interactive")
    assert ran.status == 2


def test_the_database_tells_what_was_opened_and_rejected(shell: Shell, base: Path, store: Store) -> None:
    feedback = FeedbackRepository(database=store.database)
    wrong = "the invoice has the wrong amount"
    for number, (text, entry, verdict) in enumerate(
        [
            ("the digits on her handset are stale", "codes", Verdict.HELPFUL),
            (wrong, "invoice", Verdict.NOT_THIS),
            ("there is a house on fire", "danger", Verdict.HELPFUL),
            (None, "codes", Verdict.HELPFUL),
        ]
    ):
        feedback.record(answer_id=f"A{number}", user_id="U1", entry_id=entry, verdict=verdict, question=text)
    for number, text in enumerate(ROOMS[:3]):
        store.submit(new_escalation(f"V{number}", question=text, values={"summary": text}))
    confirmed = store.submit(
        new_escalation("V9", question="bill went astray", entry_id="invoice", values={"summary": "b"})
    ).escalation
    store.escalations.apply(confirmed.id, Claim("U2"))
    store.escalations.apply(confirmed.id, Resolve("U2", Resolution(ResolutionCode.RIGHT_PLACE, "done", None)))
    document = shell("suggest", "--knowledge", base, "--json").document
    assert {one["text"]: one["entry"] for one in document["phrasings"]} == {
        "the digits on her handset are stale": "codes",
        "bill went astray": "invoice",
    }
    assert [one["asked"] for one in document["concerns"]] == [3]
    assert document["questions"]["critical"] == 1
    assert document["questions"]["no answer"] == 4, "the rooms, and the question whose answer was rejected"


def test_without_a_database_it_says_so(shell: Shell, base: Path) -> None:
    ran = shell("suggest", "--knowledge", base)
    assert ran.status == 2
    assert "no database" in ran.err


def test_words_of_people_are_neither_logged_nor_on_standard_error(
    shell: Shell, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = asked(tmp_path / "q.jsonl", [*ROOMS, {"text": "the digits on her handset are stale", "ids": ["codes"]}])
    runs: list[Ran] = [shell("suggest", file, "--knowledge", base)]
    answer(monkeypatch, "p", "a")
    runs.append(shell("suggest", file, "--knowledge", base, "--interactive"))
    assert "2 written" in runs[1].out
    for text in (*(ran.err for ran in runs), caplog.text):
        assert "meeting" not in text
        assert "stale" not in text


def test_a_key_in_a_terminal_needs_no_return(base: Path, tmp_path: Path) -> None:
    file = asked(tmp_path / "q.jsonl", [{"text": "the digits on her handset are stale", "ids": ["codes"]}])
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "slackguide", "suggest", str(file), "--knowledge", str(base), "--interactive"]
    with subprocess.Popen(command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        output = ""
        while "[q]" not in output:
            line = process.stdout.readline()
            assert line, output
            output += line
        for _ in range(300):
            os.write(master, b"a")  # again, because a key before the terminal is in raw mode is discarded
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
                break
        process.kill()
        rest = process.stdout.read()
    os.close(master)
    os.close(slave)
    assert process.returncode == 0
    assert "1 written" in rest
    assert new_lines(base) == ["      - the digits on her handset are stale"]
