"""Write drafts as a knowledge file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, count
from typing import Any

import yaml

from slackguide.importing.entry_drafts import SELF_NAMES, DraftEntry, DraftRoute, Skipped, clean, slug, unique
from slackguide.importing.number_conditions import NumberCondition, are_covered, number_condition
from slackguide.knowledge.model import phrasing_key
from slackguide.knowledge.units import TIMES

_STEPS, _STEP_LENGTH, _PHRASINGS, _LINKS = 20, 600, 60, 10
_TOTAL = 6_000
"""Maximum characters of the steps and the note of an entry, so that they fit on a card."""

_TEST = re.compile(r"^(?P<name>[\w /-]{2,40}?)\s*(?:=|:|\bis\b)\s*(?P<value>[\w +&/-]{1,60})$", re.IGNORECASE)
_NEGATED = re.compile(r"^(?:not|no)\b", re.IGNORECASE)
_ADDRESS = r"[^\s@()]+@[^\s@()]+\.[^\s@()]+"
_CONTACT = re.compile(
    rf"(?P<name>[^()]*[^()\s])\s*\((?P<contact>{_ADDRESS}|#[\w-]+|https?://[^\s()]+|pager|phone)\)", re.IGNORECASE
)
"""A name with how to reach it: `Billing (billing@bikes.example)`, `Safety Officer (pager)`."""

_CONDITION = re.compile(r"\b(?:if|unless|otherwise|else|either|or|depending)\b", re.IGNORECASE)
_WE = re.compile(r"\b(?:[Ww]e|us|ourselves)\b")
_TIMES = frozenset(f"{name}s" for name in TIMES)
_COMMON = frozenset(("the", "team", "desk", "dept", "department", "group", "ext", "extension", "on", "of", "and"))
"""Words that do not tell one destination from another."""


@dataclass(frozen=True, slots=True)
class Target:
    """Who the written file is for, and what the knowledge base beside it declares already."""

    team: str
    owner: str
    day: date
    entry_ids: frozenset[str] = frozenset()
    phrasings: frozenset[str] = frozenset()
    destinations: Mapping[str, str] = field(default_factory=dict)
    """Ids by name, in the form of `destination_key`."""
    self_id: str | None = None
    """The id of the destination of kind `self`, if there is one."""
    names: frozenset[str] = frozenset()
    """The ids of all destinations, notes, facts and articles."""
    declares_kinds: bool = True
    """Whether the file may have `kinds`: only if it is alone, or if the base has them, too."""
    kinds: frozenset[str] = frozenset()


@dataclass(slots=True)
class Written:
    """A knowledge file, and what of the drafts is not in it."""

    text: str
    destinations: dict[str, str]
    """The names of the destinations as far as they are clear, by the title of the entry."""
    skipped: list[Skipped]


def destination_key(name: str) -> str:
    """Return the form in which names of destinations are compared: `Ops desk` for `ops-desk` and `#ops-desk`."""
    name, _ = _with_contact(clean(name))
    return " ".join(name.casefold().removeprefix("#").replace("-", " ").replace("_", " ").split()).strip(" .")


def _with_contact(name: str) -> tuple[str, str]:
    """Split a name from the address, or the kind of destination, in brackets after it."""
    match = _CONTACT.fullmatch(name)
    return (match["name"], match["contact"]) if match else (name, "")


class KnowledgeDumper(yaml.SafeDumper):
    """Indents lists, and writes a text of several lines as a block."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002
        """Indent the items of a list, too."""
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


KnowledgeDumper.add_representer(str, _text)


def write_knowledge(drafts: Sequence[DraftEntry], target: Target) -> Written:
    """Return the drafts as the text of a knowledge file."""
    return _Writer(target).write(drafts)


class _Writer:
    def __init__(self, target: Target) -> None:
        self._target = target
        self._destinations: dict[str, dict[str, Any]] = {}
        self._by_name = dict(target.destinations)
        self._self_id = target.self_id
        self._facts: dict[str, dict[str, Any]] = {}
        self._notes: dict[str, dict[str, Any]] = {}
        self._phrasings = set(target.phrasings)
        self._ids = set(target.entry_ids)
        self._skipped: list[Skipped] = []
        self._kinds: dict[str, dict[str, str]] = {}

    def write(self, drafts: Sequence[DraftEntry]) -> Written:
        named: dict[str, str] = {}
        entries = []
        for draft in drafts:
            if (entry := self._entry(draft)) is not None:
                entries.append(entry)
                names = (route.goes_to for route in draft.routes)
                named[draft.title] = ", ".join(dict.fromkeys(filter(self._is_elsewhere, names)))
        target = self._target
        document: dict[str, Any] = {"team": target.team, "owner": target.owner}
        kinds = {id: kind for id, kind in self._kinds.items() if id not in target.kinds}
        if target.declares_kinds and kinds:
            document["kinds"] = kinds
        for section, content in (("destinations", self._destinations), ("facts", self._facts), ("notes", self._notes)):
            if content:
                document[section] = content
        document["entries"] = entries
        text = yaml.dump(document, Dumper=KnowledgeDumper, sort_keys=False, allow_unicode=True, width=110)
        head = (
            f"# Imported on {target.day:%Y-%m-%d}. Read each entry and mend it.\n"
            "# Once somebody has, add the day below `owner`, or in the entry: `reviewed: 2026-11-21`\n"
        )
        return Written(head + text.replace("\n  - id:", "\n\n  - id:"), named, self._skipped)

    def _entry(self, draft: DraftEntry) -> dict[str, Any] | None:
        phrasings = self._new_phrasings(draft)
        if not phrasings:
            self._skipped.append(Skipped(draft.where, draft.title, "another entry has the same words already"))
            return None
        id = unique(
            "/".join(part for part in (slug(self._target.team, limit=20), slug(draft.title)) if part), self._ids
        )
        self._ids.add(id)
        entry: dict[str, Any] = {"id": id, "title": draft.title[:150], "concerns": phrasings}
        todo = draft.todo
        tests = self._tests([route for route in draft.routes if route.when])
        entry["path"] = self._steps(draft, tests)
        if not entry["path"]:
            entry["path"] = ["Look it up in the source, and write the steps here."]
            todo.append("Write the steps: the source has none.")
        routes = self._routes(draft, tests, todo)
        if len(routes) == 1 and routes[0].keys() == {"to"}:
            entry["to"] = routes[0]["to"]
        else:
            entry["routes"] = routes
        if draft.note:
            entry["note"] = self._note(draft)
        if draft.links:
            entry["see_also"] = [{"title": title[:200], "url": url[:2000]} for title, url in draft.links[:_LINKS]]
        if todo:
            entry["todo"] = [f"{text[: _STEP_LENGTH // 2]} ({draft.where[: _STEP_LENGTH // 3]})" for text in todo]
        return entry

    def _new_phrasings(self, draft: DraftEntry) -> list[str]:
        found: list[str] = []
        for text in (draft.title, *draft.examples):
            key = phrasing_key(text)
            if 2 <= len(text) <= 300 and key and key not in self._phrasings and len(found) < _PHRASINGS:
                self._phrasings.add(key)
                found.append(text)
        return found

    def _steps(self, draft: DraftEntry, tests: Mapping[str, dict[str, str]]) -> list[str | dict[str, Any]]:
        """Return the steps, with a condition if not all cases need them."""
        conditions = draft.conditions if len(set(draft.conditions.values())) > 1 else {}
        steps = [(part, conditions.get(step, "")) for step in draft.steps for part in _split(step)]
        while len(steps) > _STEPS:
            pairs = [at for at in range(len(steps) - 1) if steps[at][1] == steps[at + 1][1]]
            at = min(pairs, key=lambda at: len(steps[at][0]) + len(steps[at + 1][0]), default=-1)
            if at < 0 or len(steps[at][0]) + len(steps[at + 1][0]) >= _STEP_LENGTH:
                break
            steps[at : at + 2] = [(f"{steps[at][0]} {steps[at + 1][0]}", steps[at][1])]
        room = _TOTAL - len(draft.note)
        fits = [total <= room for total in accumulate(len(step) for step, _ in steps)]
        kept = steps[: min(_STEPS, sum(fits))]
        lost = [step for step, _ in steps[len(kept) :]]
        self._skipped += [Skipped(draft.where, step, "it does not fit into one entry: split it") for step in lost]
        return [{"when": dict(tests[when]), "text": step} if when in tests else step for step, when in kept]

    def _note(self, draft: DraftEntry) -> str:
        id = unique(slug(draft.title), {*self._notes, *self._target.names})
        text = draft.note.replace("{", "(").replace("}", ")")  # a placeholder of another program
        self._notes[id] = {"label": "Reply to copy", "text": text}
        return id

    # -- where it goes

    def _routes(self, draft: DraftEntry, tests: Mapping[str, dict[str, str]], todo: list[str]) -> list[dict[str, Any]]:
        """Return the rules, the last of them for all other cases."""
        rules: list[dict[str, Any]] = []
        ranges: dict[str, list[tuple[int, int | None]]] = {}
        default: dict[str, Any] | None = None
        for route in draft.routes:
            rule = {"to": self._destination(route.goes_to, todo)}
            if route.when:
                when, number = tests[route.when], number_condition(route.when)
                earlier = ranges.setdefault(next(iter(when)), [])
                if any(are_covered((0, None), of_fact) for of_fact in ranges.values()) or (
                    number is not None and are_covered((number.low, number.high), earlier)
                ):
                    todo.append(f"“{route.when}” is covered by the conditions before it: {route.goes_to} is left out.")
                elif all(when != other["when"] for other in rules):
                    rules.append({"when": when, **rule})
                    if number is not None:
                        earlier.append((number.low, number.high))
                else:
                    todo.append(f"“{route.when}” leads to several destinations: {route.goes_to} is left out.")
            elif default is None:
                default = rule
            elif default != rule:
                todo.append(f"It goes to several destinations: {route.goes_to} is left out. Decide when which.")
        if any(are_covered((0, None), of_fact) for of_fact in ranges.values()):
            if default is not None:
                todo.append("The conditions cover all cases: the destination without a condition is left out.")
            return rules
        if default is None:
            default = {"to": self._destination("", todo)}
            if rules:
                todo.append("Where does it go if none of the conditions holds?")
        return [*rules, default]

    def _tests(self, routes: Sequence[DraftRoute]) -> dict[str, dict[str, str]]:
        """Return the condition of each text: a value of a fact (`plan = pro`), or a yes/no fact of its own."""
        parsed = {route.when: match for route in routes if (match := _TEST.match(route.when)) is not None}
        tests: dict[str, dict[str, str]] = {}
        for route in routes:
            match = parsed.get(route.when)
            if (number := number_condition(route.when)) is not None:
                tests[route.when] = self._number(number)
            elif match is not None and not _NEGATED.match(match["value"]):
                tests[route.when] = self._choice(match["name"].strip(), match["value"].strip())
            else:
                tests[route.when] = self._yes_no(route.when)
        return tests

    def _choice(self, name: str, value: str) -> dict[str, str]:
        id = self._fact_id(name)
        fact = self._facts.setdefault(
            id,
            {"label": name[:75], "ask": f"Which {name.lower()}?", "kind": "choice", "values": {"other": "Another one"}},
        )
        if fact["kind"] != "choice":
            return self._yes_no(f"{name} {value}")
        key = slug(value).replace("-", "_") or "value"
        fact["values"] = {key: {"label": value[:75], "words": [value]}, **fact["values"]}
        return {id: key}

    def _number(self, condition: NumberCondition) -> dict[str, str]:
        name, unit = condition.name or condition.unit, condition.unit
        ask = f"What is the {name.lower()}" if condition.name else f"How many {unit}"
        ask += f", in {unit}?" if condition.name and unit else " ago?" if unit in _TIMES else "?"
        fact = {"label": name[:75].capitalize(), "ask": ask, "kind": "number", **({"unit": unit} if unit else {})}
        id = unique(f"{self._fact_id(name)}_in_{slug(unit)}" if unit else f"{self._fact_id(name)}_number", set())
        self._facts.setdefault(id, fact)
        return {id: condition.range}

    def _yes_no(self, text: str) -> dict[str, str]:
        ask = text[:1].upper() + text[1:].rstrip("?.")
        fact = {"label": text[:75], "ask": f"{ask}?"[:_STEP_LENGTH], "kind": "yes_no"}
        base = self._fact_id(text)
        ids = (f"{base}_{number}" if number > 1 else base for number in count(1))  # `amount > 100`, `amount <= 100`
        id = next(id for id in ids if id not in self._target.names and self._facts.get(id, fact) == fact)
        self._facts[id] = fact
        return {id: "yes"}

    def _fact_id(self, text: str) -> str:
        id = slug(text).replace("-", "_") or "fact"
        return f"imported_{id}" if id in self._target.names else id

    def _destination(self, name: str, todo: list[str]) -> str:
        """Return the id of a destination: of the base, of this import, or a new one. Doubts become to-dos."""
        key = destination_key(name)
        if key not in self._by_name:
            doubt = _doubt(name)
            if doubt is not None and doubt not in todo:
                todo.append(doubt)
            if doubt is not None or _is_self(name):
                return self._self()
            if (known := self._similar(key)) is not None:
                todo.append(f"Is “{name}” the same as “{known}”, which the base has? It is added as another one.")
            id, spec = self._declare(name)
            self._by_name[key] = id
            self._destinations[id] = spec
        return self._by_name[key]

    def _is_elsewhere(self, name: str) -> bool:
        return self._by_name.get(destination_key(name), self._self_id) != self._self_id

    def _self(self) -> str:
        if self._self_id is None:
            self._self_id = unique("self", {*self._destinations, *self._target.names})
            self._destinations[self._self_id] = {"kind": "self", "name": "You handle it"}
        return self._self_id

    def _similar(self, key: str) -> str | None:
        """Return a name in the base whose words are among those of `key`, or the other way round."""
        words = _telling_words(key)
        for name, id in self._target.destinations.items():
            known = _telling_words(name)
            if id != self._self_id and known and words and (known <= words or words <= known):
                return name
        return None

    def _declare(self, name: str) -> tuple[str, dict[str, Any]]:
        taken = {*self._destinations, *self._target.names}
        name, contact = _with_contact(name)
        kind, label, more = _kind_of(name)
        if contact.casefold() in ("pager", "phone"):
            kind = label = contact.casefold()
        elif contact.startswith("#"):
            more["note"] = f"In Slack: {contact}"
        elif contact:
            more |= _kind_of(contact)[2]
        self._kinds[kind] = {"label": label}
        return unique(slug(name), taken), {"kind": kind, "name": name[:150], **more}


def _is_self(name: str) -> bool:
    return name.casefold().strip(" .") in SELF_NAMES


def _doubt(name: str) -> str | None:
    """Return a to-do if a name is rather a condition, or words about the team itself."""
    if _is_self(name):
        return None
    if _CONDITION.search(name):
        return f"“{name}” depends on something: write rules that say when which destination is right."
    return f"“{name}” is taken for “you handle it”: is that right?" if _WE.search(name) else None


def _telling_words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name)) - _COMMON


def _kind_of(name: str) -> tuple[str, str, dict[str, str]]:
    """Return the kind of a destination by its name, the label of the kind, and the way to reach it."""
    if re.fullmatch(r"#[\w-]+", name):
        return "channel", "Slack channel", {}
    if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", name) and len(name) <= 150:
        return "mailbox", "mailbox", {"mailbox": name}
    if re.fullmatch(r"https?://\S+", name):
        return "web_page", "web page", {"url": name[:2000]}
    return "team", "team", {}


def _split(step: str) -> list[str]:
    """Split a step that is too long at its sentences."""
    if len(step) <= _STEP_LENGTH:
        return [step]
    parts = [""]
    for sentence in re.split(r"(?<=[.!?])\s+", step):
        for piece in (sentence[at : at + _STEP_LENGTH] for at in range(0, len(sentence), _STEP_LENGTH)):
            if parts[-1] and len(parts[-1]) + len(piece) < _STEP_LENGTH:
                parts[-1] += f" {piece}"
            else:
                parts.append(piece)
    return [part for part in parts if part]
