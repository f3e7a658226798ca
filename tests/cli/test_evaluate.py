import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Shell, shell
from tests.evaluation.small import BURNING, NOISE, SHIPPED, phrasing, write_knowledge, write_questions

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


def test_gates_decide_the_exit_status(shell: Shell, knowledge: Path, questions: Path) -> None:
    def gated(*arguments: str) -> tuple[int, str]:
        ran = shell("evaluate", questions, "--knowledge", knowledge, *arguments)
        return ran.status, ran.err

    assert gated("--at-least", "top1=1,top3=1") == (0, "Every gate is met: top1 at least 1, top3 at least 1.\n")
    status, told = gated("--at-least", "top1=0.9,none_out_of_scope=0.75", "--at-most", "answered_out_of_scope=0.04")
    assert status == 1
    assert told.splitlines() == [
        "missed: none_out_of_scope is 0.5000, wanted at least 0.75: 0.2500 short",
        "missed: answered_out_of_scope is 0.5000, wanted at most 0.04: 0.4600 over",
    ]


def test_a_missed_gate_leaves_the_document_whole(shell: Shell, knowledge: Path, questions: Path) -> None:
    ran = shell("evaluate", questions, "--knowledge", knowledge, "--json", "--at-most", "answered_out_of_scope=0.1")
    assert ran.status == 1
    gate = {"measure": "answered_out_of_scope", "at_most": 0.1, "measured": 0.5, "met": False}
    assert ran.document["gates"] == [gate]


def test_the_page_is_written_also_where_a_gate_is_missed(
    shell: Shell, knowledge: Path, questions: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    ran = shell("evaluate", questions, "--knowledge", knowledge, "--html", page, "--at-least", "shown=1,top1=1")
    text = page.read_text(encoding="utf-8")
    assert f"The report is in {page}." in ran.err
    assert text.startswith("<!doctype html>")
    assert BURNING in text
    assert text.count("<b>Met</b>") + text.count("<b>Missed</b>") == 2


def test_the_halves_together_are_the_whole(shell: Shell, knowledge: Path, questions: Path) -> None:
    counts = [
        shell("evaluate", questions, "--knowledge", knowledge, "--json", "--half", half).document["questions"]
        for half in ("development", "report")
    ]
    assert sum(counts) == len(QUESTIONS)
    assert min(counts) > 0


def test_faults_are_told_by_place(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"text": "so"}\n\n{"text": "so", "ids": ["help/bagde"]}\n', encoding="utf-8")
    ran = shell("evaluate", path, "--knowledge", knowledge, "--json")
    assert (ran.status, ran.out) == (2, "")
    assert f"{path}:1:1: not a question" in ran.err
    assert f"{path}:3:1: unknown entry `help/bagde`: did you mean `help/badge`?" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--at-least", "ece=0.05"], "write --at-most ece=0.05"),
        (["--at-least", "top7=0.05"], "unknown measure `top7`"),
        (["--half", "best"], "`best` is no half"),
        (["--as", "boss"], "`boss` is no role"),
        (["--today", "yesterday"], "`yesterday` is no day"),
        (["--html", "no/such/folder/page.html"], "no/such/folder/page.html cannot be written"),
    ],
)
def test_wrong_use_is_told_in_words(
    shell: Shell, knowledge: Path, questions: Path, arguments: list[str], words: str
) -> None:
    ran = shell("evaluate", questions, "--knowledge", knowledge, *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err


def test_a_missing_file_is_told(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    ran = shell("evaluate", tmp_path / "none.jsonl", "--knowledge", knowledge)
    assert ran.status == 2
    assert "none.jsonl cannot be read: No such file or directory." in ran.err


def test_a_question_cannot_steer_the_terminal(shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    path = write_questions(tmp_path / "steer.jsonl", [(f"\x1b[31m{BURNING} [bold]", [])])
    ran = shell("evaluate", path, "--knowledge", knowledge)
    assert f"\N{REPLACEMENT CHARACTER}[31m{BURNING} [bold]" in ran.out
    assert "\x1b" not in ran.out


def test_help_tells_every_measure(shell: Shell) -> None:
    told = shell("evaluate", "--help").out
    for name in ("top1", "answer_precision_all", "critical_noticed", "ece_all"):
        assert f"- {name}: " in told


def test_the_shipped_questions_in_a_process_of_their_own() -> None:
    questions = SHIPPED / "questions" / "agents-terse.jsonl"
    command = [sys.executable, "-m", "slackguide", "evaluate", str(questions), "--knowledge", str(SHIPPED), "--json"]
    ran = subprocess.run([*command, "--at-least", "top1=0.9"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    lines = questions.read_text(encoding="utf-8").splitlines()
    assert found["questions"] == len(lines)
    counts = found["counts"]
    assert sum(counts[name]["count"] for name in ("answered", "offered", "none")) == found["in_scope"]
    assert counts["shown"]["count"] == counts["answer_precision"]["count"] + counts["offered_hit"]["count"]
    assert len(found["wrong_answers"]) == counts["answer_precision_all"]["of"] - counts["answer_precision_all"]["count"]
