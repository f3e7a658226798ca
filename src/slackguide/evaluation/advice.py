"""Advice on a valid knowledge base: entries with few phrasings, facts that are never read, what nothing uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from slackguide.guide import Asker, Guide
from slackguide.knowledge import Diagnostic, Entry, Inspection, KnowledgeBase
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.units import UnitKind, is_mixed
from slackguide.matching.matcher import SCOPE_MESSAGES

ENOUGH = 8
"""Phrasings from which an entry gets no advice."""

ENTRY_LIMIT = 400
"""Maximum entries of a base whose phrasings are left out one by one. Each round builds a matcher."""


def advise(inspection: Inspection, *, today: date) -> list[Diagnostic]:
    """Return advice on the valid knowledge base of an inspection, in reading order."""
    knowledge = inspection.knowledge
    if knowledge is None:
        return []
    found = [
        *_future_reviews(inspection, today),
        *_not_reviewed(knowledge),
        *_few_phrasings(knowledge),
        *_few_out_of_scope(inspection, knowledge),
        *_facts(inspection, knowledge),
        *_forms(inspection, knowledge),
        *_unused(inspection, knowledge),
        *_unused_conditions(inspection),
    ]
    return sorted(inspection.named(found))


def _future_reviews(inspection: Inspection, today: date) -> Iterator[Diagnostic]:
    for source in inspection.sources.values():
        raw = source.value if isinstance(source.value, dict) else {}
        entries = raw.get("entries", [])
        dated = [((), raw), *((("entries", number), entry) for number, entry in enumerate(entries))]
        for key_path, holder in dated:
            day = holder.get("reviewed")
            if day is not None and date.fromisoformat(day) > today:
                at = source.position((*key_path, "reviewed"))
                yield Diagnostic(source.file, *at, f"the review of {day} is in the future")


def _not_reviewed(knowledge: KnowledgeBase) -> Iterator[Diagnostic]:
    """Yield the files with entries that nobody has reviewed."""
    counts = Counter(entry.location.file for entry in knowledge.entries.values() if entry.reviewed is None)
    for file, count in counts.items():
        entries = "1 entry is" if count == 1 else f"{count} entries are"
        yield Diagnostic(file, 1, 1, f"{entries} not reviewed: read them, then add `reviewed: 2026-11-21` with the day")


# -- phrasings --------------------------------------------------------------------------------------------------------


def _few_phrasings(knowledge: KnowledgeBase) -> Iterator[Diagnostic]:
    few = [entry for entry in knowledge.entries.values() if len(entry.concerns) < ENOUGH and entry.signs is None]
    missed = _left_out(knowledge, few) if len(knowledge.entries) <= ENTRY_LIMIT else {}
    for entry in few:
        count = len(entry.concerns)
        message = f"{count} {'phrasing' if count == 1 else 'phrasings'}"
        if count > 1 and entry.id in missed:
            message += f", found first for {count - len(missed[entry.id])} of {count} when left out"
            others = Counter(other for _, other in missed[entry.id] if other)
            if others:
                message += f", confused with {' and '.join(other for other, _ in others.most_common(2))}"
        message += f"; add {ENOUGH - count} more in other words"
        if missed.get(entry.id):
            message += f", such as other ways to say “{missed[entry.id][0][0]}”"
        location = entry.location
        yield Diagnostic(location.file, location.line, location.column, message)


def _few_out_of_scope(inspection: Inspection, knowledge: KnowledgeBase) -> Iterator[Diagnostic]:
    """Yield advice if there are too few messages to learn from what the knowledge base does not answer."""
    count = len(knowledge.out_of_scope)
    if count < SCOPE_MESSAGES:
        first = min(inspection.sources.values(), key=lambda source: source.file)
        more = SCOPE_MESSAGES - count
        message = f"{count} `out_of_scope` messages: add {more} that no entry answers, so that slackguide says so"
        yield Diagnostic(first.file, 1, 1, message)


def _left_out(knowledge: KnowledgeBase, few: list[Entry]) -> Mapping[str, list[tuple[str, str | None]]]:
    """Return the phrasings that are not found first without themselves, by entry, each with the entry found instead.

    Each round leaves one phrasing of every entry out.
    """
    tested = [entry for entry in few if len(entry.concerns) > 1]
    missed: dict[str, list[tuple[str, str | None]]] = {entry.id: [] for entry in tested}
    plain = {
        id: replace(entry, priority="normal", signs=None, messages=None) for id, entry in knowledge.entries.items()
    }
    everyone = Asker(more_roles=frozenset(knowledge.role_names))
    for turn in range(max((len(entry.concerns) for entry in tested), default=0)):
        turned = {entry.id: entry.concerns[turn] for entry in tested if turn < len(entry.concerns)}
        without = {
            id: replace(plain[id], concerns=tuple(other for other in plain[id].concerns if other != phrasing))
            for id, phrasing in turned.items()
        }
        guide = Guide(replace(knowledge, entries={**plain, **without}, out_of_scope=(), pointers={}))
        for id, phrasing in turned.items():
            matches = guide.match(phrasing, everyone).matches
            first = matches[0].id if matches else None
            if first != id:
                missed[id].append((phrasing, first))
    return missed


# -- facts, forms, and what nothing uses ------------------------------------------------------------------------------


def _facts(inspection: Inspection, knowledge: KnowledgeBase) -> Iterator[Diagnostic]:
    for name, fact in knowledge.facts.items():
        if (message := _about_fact(fact)) is not None:
            yield _at(inspection, "facts", name, message)


def _about_fact(fact: FactSpec) -> str | None:
    if not fact.is_ordered:
        return None
    place, what = ("{date}", "date") if fact.kind == "date" else ("{n}", "number")
    if any(pattern.count(place) != 1 for pattern in fact.read):
        return f"a `read` pattern needs `{place}` once, in the place of the {what}"
    if fact.kind == "date" and not fact.read:
        return 'it is read only beside its label: add how people write it, like `read: ["opened on {date}"]`'
    if fact.unit and is_mixed(fact.unit):
        last = fact.unit.split()[-1]
        return f"`{fact.unit}` are counted as they are written: “5 {last}” is not read for them, it is asked"
    if fact.measure.kind in (UnitKind.TIME, UnitKind.NONE) and not fact.read:
        return 'it is never read from a message, only asked: add how people write it, like `read: ["opened {n} ago"]`'
    return None


def _forms(inspection: Inspection, knowledge: KnowledgeBase) -> Iterator[Diagnostic]:
    for name, form in knowledge.forms.items():
        links = [id for id, field in form.fields.items() if field.kind == "link"]
        if links and not form.case_fields:
            message = f"no field says which case it is about: add `case_key: true` to `{links[0]}` to notice duplicates"
            yield _at(inspection, "forms", name, message)


def _unused(inspection: Inspection, knowledge: KnowledgeBase) -> Iterator[Diagnostic]:
    entries = knowledge.entries.values()
    rules = [rule for entry in entries for rule in entry.rules]
    used: dict[str, set[str | None]] = {
        "destinations": {id for rule in rules for id in rule.destination_ids},
        "notes": {rule.note for rule in rules}
        | {entry.note for entry in entries}
        | {entry.script for entry in entries},
        "forms": {rule.form for rule in rules} | {entry.form for entry in entries},
    }
    declared: dict[str, Iterable[str]] = {
        "destinations": knowledge.destinations,
        "notes": knowledge.notes,
        "forms": knowledge.forms,
    }
    for section, names in declared.items():
        for name in names:
            if name not in used[section] and _is_declared(inspection, section, name):
                yield _at(inspection, section, name, "no entry uses it")


def _unused_conditions(inspection: Inspection) -> Iterator[Diagnostic]:
    """Yield the conditions whose name is no text anywhere else in the files."""
    values = [source.value for source in inspection.sources.values() if isinstance(source.value, dict)]
    used = {text for value in values for text in _texts(value)}
    for value in values:
        for name in value.get("conditions", {}):
            if name not in used:
                yield _at(inspection, "conditions", name, "nothing uses it")


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in a value of a file, without keys and labels."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key != "label":
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _is_declared(inspection: Inspection, section: str, name: str) -> bool:
    return any((section, name) in source.key_positions for source in inspection.sources.values())


def _at(inspection: Inspection, section: str, name: str, message: str) -> Diagnostic:
    for source in inspection.sources.values():
        if (section, name) in source.key_positions:
            return Diagnostic(source.file, *source.key_positions[(section, name)], message)
    raise KeyError(name)
