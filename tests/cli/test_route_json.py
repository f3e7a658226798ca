"""`slackguide route` as other programs rely on it: section 2 of the contract, field by field."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from slackguide.knowledge import KnowledgeBase, load
from tests.support.cli_runner import Ran, Shell, shell
from tests.support.small_knowledge import BURNING, SHIPPED, write_knowledge

__all__ = ["shell"]

KINDS = {
    "zendesk_group", "slack_channel", "article", "macro", "team", "in_product", "self", "not_eligible",
}  # fmt: skip

HOURLY = {"contract_type": "hourly", "days_since_last_payment": 12, "funds_in_escrow": "no", "payment_kind": "work"}
CASE = {**HOURLY, "client_segment": "mid_market"}
MEDIATION, HARM, LEADS_ONLY = "disputes/send-to-mediation", "conduct/self-harm", "suspensions/ban-from-chat-or-zendesk"

WORDS = (
    "How do I send this to Mediation? Hourly, last payment 12 days ago, mid-market client, payment for work, no escrow."
)

ODD = {
    "empty": "",
    "blank": " \t\n\u3000",
    "emoji": "🙂🙃🔥",
    "another script": "客户要求退款，而合同已经结束",
    "right to left": "العميل يريد استرداد أمواله",
    "very long": "the client wants mediation now " * 2000,
    "one long word": "m" * 100_000,
    "control characters": "mediation\x00\x07\x1b[31m now",
    "half a character": "mediation \ud800 now",
    "a joined one": "\ud83d\ude00 mediation",
    "combining": "me\u0301diation\u0301" + "\u0301" * 500,
    "markup": "[bold]mediation[/] <!channel> *now* `{client}` {0} %s \\",
    "zero width": "media\u200btion\u200d\ufeff",
    "lines": "mediation\r\n\r\nnow\u2028please",
    "numbers": "1e999 0x7f -5 999999999999999999999999 ½ ٣",
}

NOTHING = {"confidence": 0.0, "alerts": [], "matches": [], "answer": None, "facts": {}, "missing": []}

BATCH: dict[str, dict[str, Any]] = {
    "the case": {"entry": MEDIATION, "facts": CASE},
    "without its segment": {"entry": MEDIATION, "facts": HOURLY},
    "no facts": {"entry": MEDIATION},
    "bonus": {"entry": MEDIATION, "facts": {**CASE, "payment_kind": "bonus"}},
    "facts in words": {
        "entry": MEDIATION,
        "text": "hourly, paid 12 days ago, payment for work, mid-market client, no escrow",
    },
    "given beats read": {"entry": MEDIATION, "text": "fixed price, 40 days ago", "facts": CASE},
    "words": {"text": WORDS},
    "self-harm": {"entry": HARM},
    "self-harm in words": {"text": "the freelancer writes that she is going to kill herself tonight"},
    "leads only": {"entry": LEADS_ONLY},
    "thanks": {"text": "Ok, thanks a lot!"},
    "nothing": {"text": "xylophone quartet in a blue bathtub"},
    "catalog": {"entry": "disputes/project-catalog"},
    **{f"odd: {name}": {"text": text} for name, text in ODD.items()},
}


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return load(SHIPPED)


def batch(shell: Shell, lines: list[Any], folder: Path, *arguments: object) -> Ran:
    """Answers lines from a file: values as JSON, texts as they are."""
    path = folder / "batch.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return shell("route", "--batch", path, "--today", "2026-11-21", *arguments)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the batch, answered for an agent in a process of its own, in a terminal that knows ASCII alone."""
    path = tmp_path_factory.mktemp("batch") / "batch.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in BATCH.values()), encoding="utf-8")
    command = [sys.executable, "-m", "slackguide", "route", "--batch", str(path), "--knowledge", str(SHIPPED)]
    terminal = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run([*command, "--today", "2026-11-21"], capture_output=True, check=False, env=terminal)
    assert (ran.returncode, ran.stderr) == (0, b"")
    found = [json.loads(line) for line in ran.stdout.decode("utf-8").splitlines()]
    return dict(zip(BATCH, found, strict=True))


def check_document(found: dict[str, Any], knowledge: KnowledgeBase) -> None:
    """Hold every field to the contract."""
    optional = {"concerns", "language", "pointer"}
    keys = [key for key in found if key not in optional]
    assert keys == ["outcome", "confidence", "alerts", "matches", "answer", "facts", "missing"]
    assert set(found["facts"]) <= set(knowledge.facts)
    matches = found["matches"]
    assert found["outcome"] in ("answer", "choices", "none", "social")
    if found["outcome"] == "social":
        assert (matches, found["alerts"], found["confidence"]) == ([], [], 0)
    assert (found["answer"] is not None) == (found["outcome"] == "answer")
    assert len(matches) <= 5
    if found["outcome"] == "choices":
        assert 2 <= len(matches) <= 4
    for match in matches:
        assert [key for key in match if key != "destination"] == ["id", "title", "confidence"]
        assert "destination" not in match or list(match["destination"])[:3] == ["id", "kind", "name"]
    confidences = [match["confidence"] for match in matches]
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert found["confidence"] == (confidences[0] if matches else 0)
    for match in matches:
        assert match["title"] == knowledge.entries[match["id"]].title
    assert len({match["id"] for match in matches}) == len(matches)
    for alert in found["alerts"]:
        assert list(alert) == ["id", "message"]
        assert knowledge.entries[alert["id"]].priority == "critical"
        assert alert["message"]
    assert found["missing"] == (found["answer"] or {"missing": []})["missing"]
    if found["answer"] is not None:
        assert found["facts"] == found["answer"]["facts"]
        check_answer(found["answer"], found, knowledge)


def check_answer(answer: dict[str, Any], found: dict[str, Any], knowledge: KnowledgeBase) -> None:
    assert list(answer) == [
        "id", "title", "priority", "warnings", "path", "destination", "facts", "missing", "cautions", "because",
        "notes", "form", "see_also", "sources",
    ]  # fmt: skip
    entry = knowledge.entries[answer["id"]]
    assert (answer["id"], answer["title"]) == (found["matches"][0]["id"], entry.title)
    assert answer["priority"] == entry.priority
    for name in ("warnings", "path", "cautions", "because", "missing"):
        assert all(isinstance(text, str) and text for text in answer[name]), name
    assert answer["path"]
    destination = answer["destination"]
    if destination is not None:
        assert list(destination) == ["id", "kind", "name"]
        assert destination["kind"] in KINDS
        assert destination["name"]
    elif entry.priority == "normal":
        assert answer["missing"]
    assert set(answer["missing"]) <= set(knowledge.facts) - set(answer["facts"])
    for name, value in answer["facts"].items():
        fact = knowledge.facts[name]
        assert value in fact.choices or isinstance(value, int) or value == "never" or ".." in value
    assert answer["notes"] is None or isinstance(answer["notes"], str)
    assert answer["form"] is None or answer["form"] in knowledge.forms
    assert [list(article) for article in answer["see_also"]] == [["title", "url"]] * len(answer["see_also"])
    assert all(article["url"] is None or article["url"].startswith("http") for article in answer["see_also"])
    assert [list(source) for source in answer["sources"]] == [["document", "section"]] * len(answer["sources"])
    assert answer["sources"]


@pytest.mark.parametrize("name", BATCH)
def test_every_field_is_the_contracts(results: dict[str, dict[str, Any]], knowledge: KnowledgeBase, name: str) -> None:
    check_document(results[name], knowledge)


def test_the_contracts_own_case(results: dict[str, dict[str, Any]]) -> None:
    found = results["the case"]
    answer = found["answer"]
    assert found["outcome"] == "answer"
    assert answer["destination"] == {"id": "hv-mediation", "kind": "zendesk_group", "name": "HV Mediation Tier 1"}
    assert answer["facts"] == CASE
    assert (answer["missing"], answer["priority"], answer["form"]) == ([], "normal", "ask-disputes")
    assert answer["because"]
    assert answer["notes"]


def test_without_its_segment_the_case_is_open_and_the_segment_asked_first(results: dict[str, dict[str, Any]]) -> None:
    answer = results["without its segment"]["answer"]
    assert answer["destination"] is None
    assert answer["missing"][0] == "client_segment"
    assert answer["facts"] == HOURLY


def test_facts_are_read_out_of_the_words_and_those_given_count_more(results: dict[str, dict[str, Any]]) -> None:
    for name in ("facts in words", "given beats read", "words"):
        answer = results[name]["answer"]
        assert answer["id"] == MEDIATION, name
        assert answer["destination"]["id"] == "hv-mediation", name
        assert {fact: answer["facts"][fact] for fact in CASE} == CASE, name


def test_a_case_that_is_not_eligible_names_no_queue(results: dict[str, dict[str, Any]]) -> None:
    answer = results["bonus"]["answer"]
    assert answer["destination"]["kind"] == "not_eligible"
    queues = ("HV Mediation Tier 1", "Mediation_Tier_1_CX420", "Catalog_Mediation_CX420")
    assert not [queue for queue in queues if queue in json.dumps([answer["destination"], answer["path"]])]


def test_a_critical_concern_withholds_nothing(results: dict[str, dict[str, Any]]) -> None:
    for name in ("self-harm", "self-harm in words"):
        answer = results[name]["answer"]
        assert (answer["id"], answer["priority"]) == (HARM, "critical")
        assert answer["destination"] is not None
        assert "IMMEDIATELY" in answer["warnings"][0]


def test_what_an_agent_may_not_see_is_not_there(results: dict[str, dict[str, Any]], knowledge: KnowledgeBase) -> None:
    hidden = knowledge.hidden_from("agent")
    assert LEADS_ONLY in hidden
    assert results["leads only"] == {"outcome": "none", **NOTHING}
    shown = {match["id"] for found in results.values() for match in found["matches"]}
    assert shown.isdisjoint(hidden)


def test_a_team_lead_sees_more(shell: Shell, knowledge: KnowledgeBase, tmp_path: Path) -> None:
    words = knowledge.entries[LEADS_ONLY].concerns[0]
    lines = [{"entry": LEADS_ONLY}, {"text": words}]
    ran = batch(shell, lines, tmp_path, "--knowledge", SHIPPED, "--as", "team_lead")
    by_id, by_words = (json.loads(line) for line in ran.out.splitlines())
    check_document(by_id, knowledge)
    assert (by_id["outcome"], by_id["answer"]["id"]) == ("answer", LEADS_ONLY)
    assert LEADS_ONLY in [match["id"] for match in by_words["matches"]]


def test_nothing_is_said_where_nothing_fits(results: dict[str, dict[str, Any]]) -> None:
    for name in ("nothing", "odd: empty", "odd: blank", "odd: one long word"):
        found = results[name]
        assert (found["outcome"], found["answer"]) == ("none", None), name
    assert results["odd: empty"]["confidence"] == 0


def test_small_talk_is_social(results: dict[str, dict[str, Any]]) -> None:
    for name in ("thanks", "odd: emoji"):
        assert results[name] == {"outcome": "social", **NOTHING}


def test_facts_are_known_whatever_the_outcome(shell: Shell, tmp_path: Path) -> None:
    lines = [{"text": "refund, hourly, paid 12 days ago"}, {"text": "goldfish", "facts": {"contract_type": "hourly"}}]
    refund, goldfish = (
        json.loads(line) for line in batch(shell, lines, tmp_path, "--knowledge", SHIPPED).out.splitlines()
    )
    assert refund["facts"] == {"contract_type": "hourly", "days_since_last_payment": 12}
    assert (goldfish["outcome"], goldfish["facts"]) == ("none", {"contract_type": "hourly"})


def test_one_answer_is_one_document(shell: Shell, knowledge: KnowledgeBase, results: dict[str, dict[str, Any]]) -> None:
    facts = [argument for name, value in CASE.items() for argument in ("--fact", f"{name}={value}")]
    common = ["--knowledge", SHIPPED, "--today", "2026-11-21", "--json"]
    by_id = shell("route", "--entry", MEDIATION, *facts, *common)
    assert (by_id.status, by_id.err, by_id.document) == (0, "", results["the case"])
    by_words = shell("route", *WORDS.split(), *common)
    assert (by_words.status, by_words.err, by_words.document) == (0, "", results["words"])


# What follows hangs on no knowledge in particular: a small one loads faster.


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_knowledge(tmp_path / "small")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--entry", "help/bagde"], "unknown entry `help/bagde`: did you mean `help/badge`?"),
        (
            ["--entry", "help/badge", "--fact", "flor=1"],
            "unknown fact `flor`: did you mean `floor`?",
        ),
        (["--entry", "help/badge", "--fact", "colour=pink"], "colour"),
        (["--entry", "help/badge", "--fact", "floor=minus one"], "floor"),
        (["--entry", "help/badge", "--fact", "floor=-1"], "floor"),
        (["--entry", "help/badge", "--fact", "floor"], "`floor` is not a fact: --fact takes NAME=VALUE"),
        (["--entry", "help/badge", "--fact", "floor=1", "--fact", "floor=2"], "`floor` is given twice"),
        (["x", "--today", "yesterday"], "`yesterday` is not a date: use YYYY-MM-DD"),
        (["x", "--today", "2026-02-30"], "`2026-02-30` is not a date"),
        (["x", "--today", "20261121"], "`20261121` is not a date"),
        (["x", "--today", "2026-1-2"], "`2026-1-2` is not a date"),
        (["x", "--as", "boss"], "`boss` is not a role: use agent or team_lead."),
        ([], "nothing to answer"),
        (["--batch", "nowhere.jsonl"], "nowhere.jsonl cannot be read: No such file or directory."),
        (["--batch", "/"], "/ cannot be read: Is a directory."),
        (["x", "--batch", "nowhere.jsonl"], "pass it without the others"),
    ],
)
def test_what_cannot_be_used_is_reported_with_the_choices(
    shell: Shell, small: Path, arguments: list[str], words: str
) -> None:
    ran = shell("route", *arguments, "--knowledge", small, "--json")
    assert (ran.status, ran.out) == (2, "")
    assert words in " ".join(ran.err.replace("│", " ").split())


def test_a_wrong_value_names_the_choices(shell: Shell, small: Path) -> None:
    ran = shell("route", "--entry", "help/badge", "--fact", "colour=pink", "--knowledge", small)
    assert ran.status == 2
    assert all(choice in ran.err for choice in ("red", "green", "blue"))


def test_an_unusable_knowledge_base_is_reported(shell: Shell, tmp_path: Path) -> None:
    faulty = write_knowledge(tmp_path / "faulty", rules="    to: dsek")
    ran = shell("route", "x", "--knowledge", faulty, "--json")
    assert (ran.status, ran.out) == (2, "")
    assert "dsek" in ran.err
    assert shell("route", "x", "--knowledge", tmp_path / "nowhere").status == 2


def test_a_batch_answers_every_line_it_can(shell: Shell, small: Path, tmp_path: Path) -> None:
    lines: list[Any] = [
        {"text": BURNING},
        "",
        "not json",
        {"facts": {}},
        {"entry": "help/badge", "facts": {"colour": "pink"}},
        {"text": 5},
        [],
        '{"text": ' + "[" * 100_000,
        '{"text": "x", "n": 1' + "0" * 5000 + "}",
        {"entry": "help/badge", "facts": {"floor": 1, "colour": "red"}, "note": "more is let be"},
        {"text": None, "entry": "help/badge", "facts": None},
    ]
    ran = batch(shell, lines, tmp_path, "--knowledge", small)
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.status == 2
    assert [one.get("outcome") for one in found] == ["answer", *[None] * 7, "answer", "answer"]
    assert [one["error"].partition(":")[0] for one in found[1:8]] == [f"line {number}" for number in range(3, 10)]
    assert found[3]["error"].startswith("line 5: ")
    assert "red" in found[3]["error"]
    assert found[8]["answer"]["destination"]["id"] == "vault"
    assert ran.err.count("slackguide: line") == 7


def test_a_batch_may_come_from_standard_input_and_begin_with_a_mark(
    shell: Shell, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "marked.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"entry": "help/badge"}).encode() + b"\r\n")
    with path.open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        ran = shell("route", "--batch", "-", "--knowledge", small)
    assert (ran.status, json.loads(ran.out)["outcome"]) == (0, "answer")
    path.write_bytes(b'{"text": "\xff"}\n')
    assert shell("route", "--batch", path, "--knowledge", small).status == 2


def test_people_read_a_card(shell: Shell, small: Path) -> None:
    ran = shell("route", "--entry", "help/badge", "--fact", "floor=1", "--knowledge", small)
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("About the badge")
    assert "Next: Which colour has it? [colour: Red, Green, Blue]" in lines
    assert "  1. Take care of it." in lines
    sure = shell("route", "--entry", "help/badge", "--fact", "floor=9", "--knowledge", small)
    assert "goes to (team)" in sure.out
    assert "Front Desk" in sure.out
    assert "Next:" not in sure.out


def test_odd_words_do_not_steer_the_terminal(shell: Shell, small: Path) -> None:
    for words in (*ODD.values(), "a \udcff byte"):
        if "\x00" in words or len(words) > 100_000:
            continue
        ran = shell("route", "--knowledge", small, "--", words)
        assert ran.status == 0, words
        assert "\x1b" not in ran.out


def test_a_long_note_is_printed_to_its_last_word(shell: Shell) -> None:
    """It is there to be copied."""
    words = "CL wants mediation: hourly, mid market, contract ended, last paid 12 days ago"
    printed = shell("route", words).out
    inside = " ".join(line.strip("│ ") for line in printed.splitlines() if line.startswith("│"))
    assert words in inside
    assert max(map(len, (line for line in printed.splitlines() if line.startswith("│")))) <= 100
