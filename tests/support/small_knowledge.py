"""A small valid knowledge base for tests to write and change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "knowledge"
"""The shipped knowledge base."""

SUBJECTS = {
    "help/password": "password",
    "help/invoice": "invoice",
    "help/badge": "badge",
    "help/danger": "smoke",
    "help/secret": "salary",
}
SHAPES = (
    "{word} problem",
    "my {word} is wrong",
    "someone lost the {word}",
    "where do I get a new {word}",
    "the {word} was refused",
    "{word} not accepted any more",
    "customer asks about their {word}",
    "can you look at this {word}",
    "{word} stopped working yesterday",
    "the old {word} has to be replaced",
    "nobody answers about the {word}",
    "two people share one {word}",
)

SHARED = """\
destinations:
  desk: {kind: team, name: Front Desk}
  vault: {kind: team, name: Vault}
  fire: {kind: team, name: Fire Brigade}
documents:
  handbook: {title: Handbook}
facts:
  floor:
    label: Floor
    ask: Which floor is it on?
    kind: number
    unit: floors
  colour:
    label: Colour
    ask: Which colour has it?
    kind: choice
    values: {red: Red, green: Green, blue: Blue}
"""

ROUTES = "    to: desk"
RULES = """\
    routes:
      - when: {floor: 0..2, colour: red}
        to: vault
      - to: desk"""


BURNING = "the house on fire is our office"
"""A clear critical phrase: answered with `help/danger`."""

NOISE = "xylophone quartet"
"""A question that no entry answers."""


def phrasing(id: str, number: int = 0) -> str:
    """Return a phrasing of an entry; asked verbatim, it ranks that entry first."""
    return SHAPES[number].format(word=SUBJECTS[id])


def write_knowledge(folder: Path, *, without: Iterable[str] = (), rules: str = RULES, danger: str = "fire") -> Path:
    """Write the knowledge base with `rules` for `help/badge`, leaving out the entries in `without`.

    `danger` is the destination of `help/danger`, the critical entry that comes first when a house is on fire.
    """
    folder.mkdir(parents=True, exist_ok=True)
    excluded = set(without)
    entries = "\n".join(_entry(id, rules, danger) for id in SUBJECTS if id not in excluded)
    head = "team: Help\nowner: help-leads\nreviewed: 2026-11-21\ndocument: handbook\n"
    (folder / "help.yaml").write_text(f"{head}{SHARED}entries:\n{entries}\n", encoding="utf-8")
    return folder


def write_questions(path: Path, questions: Iterable[tuple[str, list[str]]]) -> Path:
    """Write labelled questions, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"text": text, "ids": ids}) for text, ids in questions]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _entry(id: str, rules: str, danger: str) -> str:
    concerns = "\n".join(f"      - {phrasing(id, number)}" for number in range(len(SHAPES)))
    lines = [
        f"  - id: {id}",
        f"    title: About the {SUBJECTS[id]}",
        f"    concerns:\n{concerns}",
        "    path: [Take care of it.]",
        "    source: Everything",
        {"help/badge": rules, "help/danger": f"    to: {danger}"}.get(id, ROUTES),
    ]
    if id == "help/danger":
        lines.append("    priority: critical")
        lines.append("    signs: {clear: [house on fire], weak: [smells burnt], message: Look at this first.}")
    if id == "help/secret":
        lines.append("    audience: team_lead")
    return "\n".join(lines)
