"""The code knows no trade: the shipped base's own terms do not occur in `src`, its data files included."""

from __future__ import annotations

import re
from pathlib import Path

from slackguide.knowledge import KnowledgeBase, load

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "slackguide"

ORDINARY = {"you handle it", "not eligible", "not-eligible", "team leads", "team lead", "in product", "no response"} | {
    "how much",
    "by the way",
    "not allowed",
    "immediate danger",
}
"""Terms of the base that are ordinary English, or words of slackguide itself."""


def terms(knowledge: KnowledgeBase) -> set[str]:
    """Return the names of the base in which its trade shows."""
    names = {entry.team for entry in knowledge.entries.values()} | set(knowledge.entries)
    for id, destination in knowledge.destinations.items():
        names |= {id, destination.name, *destination.also}
    for id, form in knowledge.forms.items():
        names |= {id, form.title, form.channel, form.specialists or ""}
    names |= set(knowledge.facts) | {fact.label for fact in knowledge.facts.values()}
    names |= {meaning for meanings in knowledge.abbreviations.values() for meaning in meanings if " " in meaning}
    shown = {name.casefold() for name in names if len(name) > 3}
    return {
        name for name in shown if " " in name or "/" in name or "_" in name or "-" in name or len(name) > 8
    } - ORDINARY


TRADE = re.compile(
    r"\b(?:freelanc\w*|escrow|upwork|mediation|autoclicker|milestones?|buyers?|hirers?|talent|chargebacks?|"
    r"content engagement|hourly|fixed[- ]price|obo)\b",
    re.IGNORECASE,
)
"""Words that no other trade would expect in its help desk's program."""


def files() -> list[Path]:
    found = [path for path in sorted(SOURCE.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return [
        path for path in found if path.suffix not in (".gz", ".png", ".ico", ".woff2") and "LICENCE" not in path.name
    ]


def test_the_terms_of_the_shipped_base_are_not_in_the_code() -> None:
    names = "|".join(sorted(map(re.escape, terms(load(ROOT / "knowledge"))), key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w/-])(?:{names})(?![\w/-])", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for match in (*pattern.finditer(line), *TRADE.finditer(line))
    ]
    assert found == []
