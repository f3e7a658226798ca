"""Write drafts as a knowledge file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from slackguide.importing.entry_drafts import SELF_NAMES, DraftEntry, DraftRoute, Skipped, slug, unique
from slackguide.knowledge.model import phrasing_key

_STEPS, _STEP_LENGTH, _PHRASINGS, _LINKS = 20, 600, 60, 10
_TOTAL = 6_000
"""Maximum characters of the steps and the note of an entry, so that they fit on a card."""

_TEST = re.compile(r"^(?P<name>[\w /-]{2,40}?)\s*(?:=|:|\bis\b)\s*(?P<value>[\w +&/-]{1,60})$", re.IGNORECASE)
_NEGATED = re.compile(r"^(?:not|no)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """Who the written file is for, and what the knowledge base beside it declares already."""

    team: str
    owner: str
    day: date
    entry_ids: frozenset[str] = frozenset()
    phrasings: frozenset[str] = frozenset()
    destinations: Mapping[str, str] = field(default_factory=dict)
    """Ids by lower-case name."""
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
    """The names of the destinations, by the title of the entry."""
    skipped: list[Skipped]


class _Dumper(yaml.SafeDumper):
    """Indents lists, and writes a text of several lines as a block."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002
        """Indent the items of a list, too."""
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def write_knowledge(drafts: Sequence[DraftEntry], target: Target) -> Written:
    """Return the drafts as the text of a knowledge file."""
    return _Writer(target).write(drafts)


class _Writer:
    def __init__(self, target: Target) -> None:
        self._target = target
        self._destinations: dict[str, dict[str, Any]] = {}
        self._by_name = dict(target.destinations)
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
                named[draft.title] = ", ".join(route.goes_to for route in draft.routes if not _is_self(route.goes_to))
        target = self._target
        document: dict[str, Any] = {"team": target.team, "owner": target.owner, "reviewed": f"{target.day:%Y-%m-%d}"}
        kinds = {id: kind for id, kind in self._kinds.items() if id not in target.kinds}
        if target.declares_kinds and kinds:
            document["kinds"] = kinds
        for section, content in (("destinations", self._destinations), ("facts", self._facts), ("notes", self._notes)):
            if content:
                document[section] = content
        document["entries"] = entries
        text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
        head = f"# Imported on {target.day:%Y-%m-%d}. Read each entry and mend it.\n"
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
        entry["path"] = self._steps(draft) or ["Look it up in the source, and write the steps here."]
        todo = [*draft.todo]
        routes = self._routes(draft, todo)
        if len(routes) == 1 and routes[0].keys() == {"to"}:
            entry["to"] = routes[0]["to"]
        else:
            entry["routes"] = routes
        if draft.note:
            entry["note"] = self._note(draft)
        if draft.links:
            entry["see_also"] = [{"title": title[:200], "url": url[:2000]} for title, url in draft.links[:_LINKS]]
        if todo:
            entry["todo"] = [text[:_STEP_LENGTH] for text in todo]
        return entry

    def _new_phrasings(self, draft: DraftEntry) -> list[str]:
        found: list[str] = []
        for text in (draft.title, *draft.examples):
            key = phrasing_key(text)
            if 2 <= len(text) <= 300 and key and key not in self._phrasings and len(found) < _PHRASINGS:
                self._phrasings.add(key)
                found.append(text)
        return found

    def _steps(self, draft: DraftEntry) -> list[str]:
        steps = [part for step in draft.steps for part in _split(step)]
        while len(steps) > _STEPS:
            at = min(range(len(steps) - 1), key=lambda at: len(steps[at]) + len(steps[at + 1]))
            if len(steps[at]) + len(steps[at + 1]) >= _STEP_LENGTH:
                break
            steps[at : at + 2] = [f"{steps[at]} {steps[at + 1]}"]
        room = _TOTAL - len(draft.note)
        kept: list[str] = []
        for step in steps[:_STEPS]:
            if sum(map(len, kept)) + len(step) > room:
                break
            kept.append(step)
        lost = steps[len(kept) :]
        self._skipped += [Skipped(draft.where, step, "it does not fit into one entry: split it") for step in lost]
        return kept

    def _note(self, draft: DraftEntry) -> str:
        id = unique(slug(draft.title), {*self._notes, *self._target.names})
        text = draft.note.replace("{", "(").replace("}", ")")  # a placeholder of another program
        self._notes[id] = {"label": "Reply to copy", "text": text}
        return id

    # -- where it goes

    def _routes(self, draft: DraftEntry, todo: list[str]) -> list[dict[str, Any]]:
        """Return the rules, the last of them for all other cases."""
        rules: list[dict[str, Any]] = []
        tests = self._tests([route for route in draft.routes if route.when])
        default: dict[str, Any] | None = None
        for route in draft.routes:
            rule = {"to": self._destination(route.goes_to)}
            if route.when:
                when = tests[route.when]
                if all(when != other["when"] for other in rules):
                    rules.append({"when": when, **rule})
                else:
                    todo.append(f"“{route.when}” leads to several destinations: {route.goes_to} is left out.")
            elif default is None:
                default = rule
            elif default != rule:
                todo.append(f"It goes to several destinations: {route.goes_to} is left out. Decide when which.")
        if default is None:
            default = {"to": self._destination("")}
            if rules:
                todo.append("Where does it go if none of the conditions holds?")
        return [*rules, default]

    def _tests(self, routes: Sequence[DraftRoute]) -> dict[str, dict[str, str]]:
        """Return the condition of each text: a value of a fact (`plan = pro`), or a yes/no fact of its own."""
        parsed = {route.when: match for route in routes if (match := _TEST.match(route.when)) is not None}
        tests: dict[str, dict[str, str]] = {}
        for route in routes:
            match = parsed.get(route.when)
            if match is not None and not _NEGATED.match(match["value"]):
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

    def _yes_no(self, text: str) -> dict[str, str]:
        id = self._fact_id(text)
        ask = text[:1].upper() + text[1:].rstrip("?.")
        self._facts.setdefault(id, {"label": text[:75], "ask": f"{ask}?"[:_STEP_LENGTH], "kind": "yes_no"})
        return {id: "yes"}

    def _fact_id(self, text: str) -> str:
        id = slug(text).replace("-", "_") or "fact"
        return f"imported_{id}" if id in self._target.names else id

    def _destination(self, name: str) -> str:
        key = "you handle it" if _is_self(name) else name.casefold()
        if key not in self._by_name:
            id, spec = self._declare(name)
            self._by_name[key] = id
            self._destinations[id] = spec
        return self._by_name[key]

    def _declare(self, name: str) -> tuple[str, dict[str, Any]]:
        taken = {*self._destinations, *self._target.names}
        if _is_self(name):
            return unique("self", taken), {"kind": "self", "name": "You handle it"}
        kind, label, more = _kind_of(name)
        self._kinds[kind] = {"label": label}
        return unique(slug(name), taken), {"kind": kind, "name": name[:150], **more}


def _is_self(name: str) -> bool:
    return name.casefold().strip(" .") in SELF_NAMES


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
