"""A knowledge base with a fact of every kind and unit, each with an entry whose destination depends on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from slackguide.knowledge import KnowledgeBase
from slackguide.triage import load_verified

WORDS = (
    "lantern", "harbour", "violin", "cactus", "marble", "blanket", "compass", "glacier", "teapot", "orchard", "saddle",
    "window", "pepper", "rocket", "anchor", "feather", "hammer", "pillow", "ladder", "basket", "candle", "velvet",
    "magnet",
)  # fmt: skip

UNITS = (None, "minutes", "hours", "days", "weeks", "months", "years", "MB", "GB", "dollars", "euros", "percent",
         "seats", "user licences", "working days")  # fmt: skip
FACTS: dict[str, dict[str, Any]] = {
    "plan": {"kind": "choice", "values": {"free": "Free", "paid": {"label": "Paid", "words": ["paid plan"]}}},
    "bare": {"kind": "yes_no"},
    "worded": {"kind": "yes_no", "values": {"yes": {"label": "Yes", "words": ["from home"]}, "no": "No"}},
    "half": {"kind": "yes_no", "values": {"yes": "Yes"}},
    **{f"number{at}": {"kind": "number", **({"unit": unit} if unit else {})} for at, unit in enumerate(UNITS)},
    "sent": {"kind": "number", "unit": "days", "never": "not yet", "read": ["sent {n} days ago", "{n} ago"]},
    "day": {"kind": "date", "read": ["signed on {date}"]},
    "ready": {
        "kind": "checklist",
        "values": {"backup": "Backup exists", "tested": "It was tested", "owner": "Owner known"},
    },
    "due": {"kind": "date", "never": "no end date", "never_words": ["open-ended"]},
}
LABELS = {"bare": "Works from home", "plan": "Plan"}


def knowledge_of_every_kind(directory: Path) -> KnowledgeBase:
    """Write the base to `directory` and load it."""
    facts, entries = {}, []
    for (name, fact), word in zip(FACTS.items(), WORDS, strict=True):
        facts[name] = {"label": LABELS.get(name, f"The {word}"), "ask": f"Which {word}?", **fact}
        test = {"choice": "paid", "yes_no": "yes", "number": "3..", "date": "..2022-07-06", "checklist": "all"}[
            fact["kind"]
        ]
        entries.append(
            {
                "id": name,
                "title": f"About the {word}",
                "concerns": [f"the {word} is broken", f"{word} problem", f"a new {word} please", f"lost {word}"],
                "path": ["Take care of it."],
                "routes": [{"when": {name: test}, "to": "vault"}, {"to": "desk"}],
            }
        )
    document = {
        "team": "Help",
        "owner": "leads",
        "reviewed": "2026-11-21",
        "destinations": {"vault": {"kind": "team", "name": "Vault"}, "desk": {"kind": "team", "name": "Desk"}},
        "facts": facts,
        "entries": entries,
    }
    (directory / "kinds.yaml").write_text(json.dumps(document), "utf-8")  # JSON is YAML
    return load_verified(directory)
