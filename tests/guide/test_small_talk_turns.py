"""Small talk in an open case, and turns that look like it and are about the case."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from slackguide.guide import Asker, ConversationState, Guide, Social

TURNS = Path(__file__).parents[1] / "data" / "turns.jsonl"
TODAY = date(2026, 3, 4)
CASE = "CL wants mediation, hourly, ended, paid 12 days ago, for work"


def test_small_talk_is_quiet_and_nothing_about_the_case_is_passed_over(guide: Guide) -> None:
    case = guide.reply(ConversationState(), CASE, Asker(), today=TODAY).conversation
    wrong: dict[str, list[str]] = {"small talk": [], "of the case": []}
    for line in TURNS.read_text(encoding="utf-8").splitlines():
        turn = json.loads(line)
        reply = guide.reply(case, turn["text"], Asker(), today=TODAY)
        if isinstance(reply.outcome, Social) != (turn["label"] == "small talk"):
            wrong[turn["label"]].append(turn["text"])
        if turn["label"] == "small talk" and isinstance(reply.outcome, Social):
            assert reply.conversation.topic.values == case.topic.values

    assert wrong["of the case"] == []
    assert len(wrong["small talk"]) <= 8, wrong
