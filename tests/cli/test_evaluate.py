import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli_runner import Shell, shell
from tests.support.small_knowledge import BURNING, NOISE, SHIPPED, phrasing, write_knowledge, write_questions

__all__ = ["shell"]

QUESTIONS = [
    (BURNING, ["help/danger"]),
    (phrasing("help/password"), ["help/password", "help/invoice"]),
    (phrasing("help/badge", 3), ["help/badge"]),
    (BURNING, []),
    (NOISE, []),
]


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    return write_knowledge(tmp_path / "knowledge")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return write_questions(tmp_path / "small.jsonl", QUESTIONS)


def test_the_document_holds_every_measure(shell: Shell, knowledge: Path, questions: Path) -> None:
    ran = shell("evaluate", questions, "--knowledge", knowledge, "--json", "--today", "2026-11-21")
    found = ran.document
    assert ran.status == 0
    assert (found["as"], found["today"], found["half"]) == ("agent", "2026-11-21", None)
    assert (found["questions"], found["in_scope"], found["out_of_scope"]) == (5, 3, 2)
    assert (found["top1"], found["top3"]) == (1.0, 1.0)
    assert found["counts"]["top1"] == {"count": 3, "of": 3}
    assert (found["none_out_of_scope"], found["answered_out_of_scope"]) == (0.5, 0.5)
    assert (found["critical_first"], found["counts"]["false_critical"]) == (1.0, {"count": 1, "of": 4})
    wrong = [(one["line"], one["text"], one["first"]) for one in found["wrong_answers"]]
    assert wrong == [(4, BURNING, "help/danger")]
    pairs = [(one["expected"], one["got"], one["count"]) for one in found["confusions"]]
    assert pairs == [([], "help/danger", 1)]
    assert [bin["count"] for bin in found["reliability"]][9] >= 1
    assert sum(bin["count"] for bin in found["reliability"]) == 3
    assert 0 < found["speed"]["p50_ms"] <= found["speed"]["p99_ms"]
    assert len(found["speed"]["slowest"]) == 5
    assert [part["file"] for part in found["files"]] == [str(questions)]
    assert found["files"][0]["top1"] == found["top1"]


def test_people_read_tables(shell: Shell, knowledge: Path, questions: Path, tmp_path: Path) -> None:
    more = write_questions(tmp_path / "more.jsonl", [(phrasing("help/badge"), ["help/badge"])])
    ran = shell("evaluate", questions, more, "--knowledge", knowledge)
    lines = [line.split() for line in ran.out.splitlines()]
    assert ran.status == 0
    assert ["small", "3", "100.0%", "100.0%"] in [line[:4] for line in lines]
    assert ["more", "1", "100.0%", "100.0%"] in [line[:4] for line in lines]
    assert ["all", "questions", "4", "100.0%", "100.0%"] in [line[:5] for line in lines]
    assert "Wrong answers: 1 of " in ran.out
    assert f"answer help/danger 98%, {questions}:4" in ran.out
    assert "out of scope → help/danger" in ran.out


def test_a_team_lead_is_measured_on_what_only_leads_see(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    secret = write_questions(tmp_path / "secret.jsonl", [(phrasing("help/secret"), ["help/secret"])])
    agent = shell("evaluate", secret, "--knowledge", knowledge, "--json").document
    lead = shell("evaluate", secret, "--knowledge", knowledge, "--json", "--as", "team_lead").document
    assert (agent["in_scope"], agent["out_of_scope"], agent["top1"]) == (0, 1, None)
    assert (lead["in_scope"], lead["out_of_scope"], lead["top1"]) == (1, 0, 1.0)


def gate_file(folder: Path, text: str) -> Path:
    path = folder / "gates.toml"
    path.write_text(f'[[sets]]\nname = "all questions"\n{text}\n', encoding="utf-8")
    return path


def test_gates_that_are_met_are_reported_with_value_and_bound(
    shell: Shell, knowledge: Path, questions: Path, tmp_path: Path
) -> None:
    gates = gate_file(tmp_path, "at_least = {top1 = 1, top3 = 0.9}\nat_most = {answered_out_of_scope = 0.5}")
    ran = shell("evaluate", questions, "--knowledge", knowledge, "--gates", gates)
    assert (ran.status, ran.err) == (0, "All 3 gates are met.\n")
    rows = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "all questions top1 1.0000 at least 1 met" in rows
    assert "all questions top3 1.0000 at least 0.9 met" in rows
    assert "all questions answered_out_of_scope 0.5000 at most 0.5 met" in rows
    assert "misses" not in ran.out


def test_a_missed_gate_is_reported_with_the_questions_against_it(
    shell: Shell, knowledge: Path, questions: Path, tmp_path: Path
) -> None:
    gates = gate_file(tmp_path, "at_least = {top1 = 0.9}\nat_most = {answered_out_of_scope = 0.04}")
    ran = shell("evaluate", questions, "--knowledge", knowledge, "--gates", gates)
    assert ran.status == 1
    assert ran.err == "missed: answered_out_of_scope of all questions is 0.5000, wanted at most 0.04: 0.4600 over\n"
    rows = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "all questions top1 1.0000 at least 0.9 met" in rows
    assert "all questions answered_out_of_scope 0.5000 at most 0.04 MISSED" in rows
    at = rows.index("answered_out_of_scope of all questions: 1 misses")
    assert rows[at + 1] == f"{BURNING} answer help/danger 98%, {questions}:4"
    assert not any(row.startswith("top1 of") for row in rows)


def test_a_set_of_gates_is_of_the_files_that_it_names(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    good = write_questions(tmp_path / "good.jsonl", [(phrasing("help/badge"), ["help/badge"])])
    bad = write_questions(tmp_path / "bad-ones.jsonl", [(phrasing("help/badge"), ["help/invoice"])])
    gates = tmp_path / "gates.toml"
    for files, status in (("good", 0), ("bad-*", 1), ("absent", 1)):
        gates.write_text(f'[[sets]]\nname = "some"\nfiles = ["{files}"]\nat_least = {{top1 = 0.9}}\n', encoding="utf-8")
        assert shell("evaluate", good, bad, "--knowledge", knowledge, "--gates", gates).status == status


def test_long_lists_of_misses_are_cut(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    wrong = [(phrasing("help/badge", number), ["help/invoice"]) for number in range(12)]
    questions = write_questions(tmp_path / "wrong.jsonl", wrong)
    gates = gate_file(tmp_path, "at_least = {top1 = 0.9}")
    common = ["evaluate", questions, "--knowledge", knowledge, "--gates", gates]
    ran = shell(*common)
    at = ran.out.index("top1 of all questions: 12 misses")
    assert ran.out[at:].count("wrong.jsonl:") == 10
    assert "… and 2 more questions: --json lists all." in ran.out[at:]
    assert len(shell(*common, "--json").document["gates"][0]["misses"]) == 12


def test_a_missed_gate_leaves_the_document_whole(
    shell: Shell, knowledge: Path, questions: Path, tmp_path: Path
) -> None:
    gates = gate_file(tmp_path, "at_most = {answered_out_of_scope = 0.1}")
    ran = shell("evaluate", questions, "--knowledge", knowledge, "--json", "--gates", gates)
    assert ran.status == 1
    (gate,) = ran.document["gates"]
    misses = gate.pop("misses")
    assert gate == {
        "questions": "all questions",
        "measure": "answered_out_of_scope",
        "at_most": 0.1,
        "measured": 0.5,
        "met": False,
    }
    assert [(one["line"], one["first"]) for one in misses] == [(4, "help/danger")]


def test_the_page_is_written_also_where_a_gate_is_missed(
    shell: Shell, knowledge: Path, questions: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    gates = gate_file(tmp_path, "at_least = {shown = 1, top1 = 1}\nat_most = {answered_out_of_scope = 0}")
    ran = shell("evaluate", questions, "--knowledge", knowledge, "--html", page, "--gates", gates)
    text = page.read_text(encoding="utf-8")
    assert f"Report written to {page}." in ran.err
    assert text.startswith("<!doctype html>")
    assert BURNING in text
    assert (ran.status, text.count("<b>Met</b>"), text.count("<b>Missed</b>")) == (1, 2, 1)


def test_the_halves_together_are_the_whole(shell: Shell, knowledge: Path, questions: Path) -> None:
    counts = [
        shell("evaluate", questions, "--knowledge", knowledge, "--json", "--half", half).document["questions"]
        for half in ("development", "report")
    ]
    assert sum(counts) == len(QUESTIONS)
    assert min(counts) > 0


def test_faults_are_reported_by_place(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"text": "so"}\n\n{"text": "so", "ids": ["help/bagde"]}\n', encoding="utf-8")
    ran = shell("evaluate", path, "--knowledge", knowledge, "--json")
    assert (ran.status, ran.out) == (2, "")
    assert f"{path}:1:1: not a question" in ran.err
    assert f"{path}:3:1: unknown entry `help/bagde`: did you mean `help/badge`?" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--gates", "no/such/gates.toml"], "no/such/gates.toml cannot be read: No such file or directory."),
        (["--half", "best"], "`best` is not a half"),
        (["--as", "boss"], "`boss` is not a role"),
        (["--today", "yesterday"], "`yesterday` is not a date"),
        (["--conversations", "--write", "-"], "--conversations takes files of conversations, without"),
        (["--html", "no/such/folder/page.html"], "no/such/folder/page.html cannot be written"),
    ],
)
def test_wrong_use_is_reported_with_a_message(
    shell: Shell, knowledge: Path, questions: Path, arguments: list[str], words: str
) -> None:
    ran = shell("evaluate", questions, "--knowledge", knowledge, *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err


def test_a_missing_file_is_reported(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    ran = shell("evaluate", tmp_path / "none.jsonl", "--knowledge", knowledge)
    assert ran.status == 2
    assert "none.jsonl cannot be read: No such file or directory." in ran.err


def test_a_question_cannot_steer_the_terminal(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    path = write_questions(tmp_path / "steer.jsonl", [(f"\x1b[31m{BURNING} [bold]", [])])
    ran = shell("evaluate", path, "--knowledge", knowledge)
    assert f"\N{REPLACEMENT CHARACTER}[31m{BURNING} [bold]" in ran.out
    assert "\x1b" not in ran.out


def test_help_tells_every_measure(shell: Shell) -> None:
    reported = shell("evaluate", "--help").out
    for name in ("top1", "answer_precision_all", "critical_noticed", "ece_all"):
        assert f"- {name}: " in reported


def test_the_shipped_questions_in_a_process_of_their_own(tmp_path: Path) -> None:
    questions = SHIPPED / "questions" / "agents-terse.jsonl"
    command = [sys.executable, "-m", "slackguide", "evaluate", str(questions), "--knowledge", str(SHIPPED), "--json"]
    gates = gate_file(tmp_path, "at_least = {top1 = 0.9}")
    ran = subprocess.run([*command, "--gates", str(gates)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    lines = questions.read_text(encoding="utf-8").splitlines()
    assert found["questions"] == len(lines)
    counts = found["counts"]
    assert sum(counts[name]["count"] for name in ("answered", "offered", "none")) == found["in_scope"]
    assert counts["shown"]["count"] == counts["answer_precision"]["count"] + counts["offered_hit"]["count"]
    assert len(found["wrong_answers"]) == counts["answer_precision_all"]["of"] - counts["answer_precision_all"]["count"]
