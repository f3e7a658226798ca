"""Conversations on the command line: `route --batch` with turns, `chat`, and `evaluate --conversations`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from slackguide.evaluation.conversation_metrics import METRICS
from tests.support.cli_runner import Shell, shell
from tests.support.small_knowledge import SHIPPED

__all__ = ["shell"]

DAY = ("--today", "2026-03-04", "--knowledge", str(SHIPPED))
TURNS = [
    "CL wants mediation, hourly, ended, paid 12 days ago, for work",
    "mid market",
    "and if it was 40 days ago?",
    "thanks",
]


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def test_a_batch_answers_every_turn_of_a_conversation(shell: Shell, tmp_path: Path) -> None:
    file = write(tmp_path / "batch.jsonl", {"turns": TURNS}, {"text": TURNS[0]}, {"turns": []})
    ran = shell("route", "--batch", str(file), *DAY)

    conversation, single, empty = map(json.loads, ran.out.splitlines())
    first, answered, changed, social = conversation["turns"]
    assert ran.status == 0
    assert {name: first[name] for name in single} == single
    assert answered["answer"]["destination"]["name"] == "HV Mediation Tier 1"
    assert changed["answer"]["destination"]["name"] == "Client Retention Tier 2"
    assert changed["changed"] == {"days_since_last_payment": {"from": 12, "to": 40}}
    assert social["outcome"] == "social"
    assert social["facts"] == changed["facts"]
    assert empty == {"turns": []}


def test_a_line_that_is_no_conversation_is_an_error(shell: Shell, tmp_path: Path) -> None:
    records = {"turns": "one"}, {"turns": [1]}, {"turns": ["a"], "text": "b"}, {"turns": ["a"], "facts": {}}
    ran = shell("route", "--batch", str(write(tmp_path / "batch.jsonl", *records)), *DAY)

    assert ran.status == 2
    for record, line in zip(records, ran.out.splitlines(), strict=True):
        assert '"turns" must be a list of strings' in json.loads(line)["error"], record


def test_chat_answers_like_a_batch_and_an_empty_line_begins_anew(shell: Shell, tmp_path: Path) -> None:
    batch = shell("route", "--batch", str(write(tmp_path / "batch.jsonl", {"turns": TURNS})), *DAY)
    chat = shell("chat", "--json", *DAY, stdin="\n".join([*TURNS, "", "mid market", ""]))

    *same, anew = map(json.loads, chat.out.splitlines())
    assert same == json.loads(batch.out)["turns"]
    assert anew["facts"] == {"client_segment": "mid_market"}


def test_chat_shows_what_changed(shell: Shell) -> None:
    ran = shell("chat", *DAY, stdin="\n".join(TURNS))

    assert "Changed: 12 days → 40 days" in ran.out
    assert "You're welcome." in ran.out


def labelled(text: str, kind: str, ids: list[str], facts: dict[str, Any], changed: list[str]) -> dict[str, Any]:
    return {"text": text, "kind": kind, "ids": ids, "facts": facts, "changed": changed}


def test_conversations_are_measured_and_gated(shell: Shell, tmp_path: Path) -> None:
    facts = {"reporter": "client", "contract_type": "hourly", "contract_status": "ended", "payment_kind": "work"}
    mediation = ["disputes/send-to-mediation"]
    turns = [
        labelled(TURNS[0], "concern", mediation, {**facts, "days_since_last_payment": 12}, []),
        labelled("40 days, not 12", "correction", mediation, {**facts, "days_since_last_payment": 41}, []),
        labelled("thanks", "social", [], {}, []),
    ]
    file = write(tmp_path / "conversations.jsonl", {"turns": turns})
    ran = shell("evaluate", "--conversations", str(file), "--json", *DAY)
    measures = json.loads(ran.out)["measures"]

    assert measures.keys() == METRICS.keys()
    assert (measures["right_entry"]["count"], measures["right_entry"]["of"]) == (2, 2)
    assert measures["facts_known"]["of"] - measures["facts_known"]["count"] >= 1, "41 is wrong"
    assert measures["social_quiet"]["value"] == 1.0

    gates = tmp_path / "gates.toml"
    gates.write_text('[[sets]]\nname = "all"\nat_least = {top1 = 0.1}\n[conversations.at_least]\nfacts_known = 1.0\n')
    missed = shell("evaluate", "--conversations", str(file), "--gates", str(gates), *DAY)
    assert missed.status == 1
    assert "missed: facts_known of conversations" in missed.err


def test_an_unknown_measure_of_conversations_is_refused(shell: Shell, tmp_path: Path) -> None:
    file = write(tmp_path / "conversations.jsonl", {"turns": [{"text": "hi"}]})
    gates = tmp_path / "gates.toml"
    gates.write_text('[[sets]]\nname = "all"\nat_least = {top1 = 0.1}\n[conversations.at_least]\nright_entri = 1.0\n')

    ran = shell("evaluate", "--conversations", str(file), "--gates", str(gates), *DAY)
    assert ran.status == 2
    assert "unknown measure `right_entri`" in ran.err
