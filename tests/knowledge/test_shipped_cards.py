"""The texts of the shipped knowledge fit on a card: their lengths, hints, and abbreviations that are explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
import yaml

from slackguide.guide import Guide
from slackguide.knowledge import Entry, KnowledgeBase
from slackguide.triage import Triage

SHIPPED = Path(__file__).parents[2] / "knowledge"
ABBREVIATION = re.compile(r"(?<![\w#])[A-Z]{2,}\+?(?!\w)")
# Labels on the screens and in notes, stressed words, parts of an address, and what everybody knows.
KNOWN = {
    *("ACTION", "AN", "APPEAL", "AS", "CAUSE", "CONTRACT", "DEPARTMENT", "DETAILS", "FILE", "IMPORTANT", "NEW", "NEXT"),
    *("NOTE", "NOW", "STEP", "STEPS", "SUBMIT", "TEAM", "TICKET"),
    *("ALL", "CAN", "DO", "FULL", "IF", "IMMEDIATELY", "ONE", "ONLY", "OPEN", "VERY"),
    *("CA", "DPT", "ST", "STE"),
    *("CEO", "FAQ", "ID", "II", "URL"),
}


@pytest.fixture(scope="module")
def base(guide: Guide) -> KnowledgeBase:
    return guide.knowledge


def words(text: str | None) -> int:
    return len((text or "").split())


def too_long(texts: Iterator[tuple[str, str | None]], limit: int) -> list[str]:
    """Return the texts with more words than the limit, each after its place."""
    return [f"{place}: {words(text)} words: {text}" for place, text in texts if words(text) > limit]


def test_the_steps_of_a_case_are_short(base: KnowledgeBase) -> None:
    triage = Triage(base)
    undecided = [sum(map(words, triage.decide(id, {}).path)) for id in base.entries]
    assert median(undecided) <= 90

    longest = {
        id: max(sum(words(step.text) for step in (*entry.path, *rule.path)) for rule in entry.rules)
        for id, entry in base.entries.items()
    }
    assert {id: count for id, count in longest.items() if count > 250} == {}


def test_reasons_and_alternatives_are_one_line(base: KnowledgeBase) -> None:
    rules = [(id, rule) for id, entry in base.entries.items() for rule in entry.rules]
    assert too_long(((id, rule.because) for id, rule in rules), 20) == []
    assert too_long(((id, rule.not_eligible) for id, rule in rules), 20) == []
    assert too_long(((id, rule.instead) for id, rule in rules), 20) == []


def test_questions_are_one_line(base: KnowledgeBase) -> None:
    assert too_long(((name, fact.ask) for name, fact in base.facts.items()), 10) == []
    assert too_long(((name, fact.help) for name, fact in base.facts.items()), 14) == []


def test_warnings_are_short_and_few_come_first(base: KnowledgeBase) -> None:
    warnings = [
        (id, warning)
        for id, entry in base.entries.items()
        for warning in (*entry.warnings, *(warning for rule in entry.rules for warning in rule.warnings))
    ]
    assert too_long(((id, warning.text) for id, warning in warnings), 22) == []
    assert len({id for id, warning in warnings if warning.important}) <= len(base.entries) / 4


def test_entries_that_are_confused_have_a_hint_of_their_own(base: KnowledgeBase) -> None:
    assert [id for id, entry in base.entries.items() if entry.distinguish_from and not entry.hint] == []
    assert too_long(((id, entry.hint) for id, entry in base.entries.items()), 9) == []
    hints = [entry.hint for entry in base.entries.values() if entry.hint]
    assert len(hints) == len(set(hints))


def test_a_critical_entry_says_what_to_do_now_and_which_words_to_say(base: KnowledgeBase) -> None:
    critical = [entry for entry in base.entries.values() if entry.urgent]
    assert critical
    for entry in critical:
        assert 1 <= len(entry.act_now) <= 3
        assert too_long(((entry.id, line) for line in entry.act_now), 14) == []
        assert entry.script in base.notes


def texts_of(entry: Entry) -> Iterator[str | None]:
    yield from (entry.title, entry.hint, *entry.act_now)
    yield from (step.text for step in (*entry.path, *entry.warnings))
    for rule in entry.rules:
        yield from (rule.because, rule.not_eligible, rule.instead)
        yield from (step.text for step in (*rule.path, *rule.warnings))


def test_every_abbreviation_on_a_card_is_explained(base: KnowledgeBase) -> None:
    glossary = base.entries["glossary/abbreviations"]
    explained = {name for step in glossary.path for name in ABBREVIATION.findall(step.text)}
    texts = [(id, text) for id, entry in base.entries.items() for text in texts_of(entry)]
    texts += [(name, text) for name, fact in base.facts.items() for text in (fact.ask, fact.help)]
    texts += [(name, value.label) for name, fact in base.facts.items() for value in fact.values.values()]
    texts += [(name, text) for name, note in base.notes.items() for text in (note.label, note.text)]
    texts += [(name, destination.name) for name, destination in base.destinations.items()]
    used = {(name, place) for place, text in texts for name in ABBREVIATION.findall(text or "")}
    assert sorted((name, place) for name, place in used if name not in explained | KNOWN) == []


def test_both_sides_of_a_contradiction_name_sections_of_the_disputes_guide(base: KnowledgeBase) -> None:
    destinations = yaml.safe_load((SHIPPED / "destinations.yaml").read_text("utf-8"))
    sections = {*destinations["documents"]["disputes"]["sections"], "the whole guide"}
    conflicts = [
        (id, side)
        for id, entry in base.entries.items()
        if id.startswith("disputes/")
        for conflict in (*entry.conflicts, *(conflict for rule in entry.rules for conflict in rule.conflicts))
        for side in (conflict.at, conflict.elsewhere)
    ]
    assert conflicts
    assert [(id, side) for id, side in conflicts if not set(side.split("; ")) <= sections] == []
