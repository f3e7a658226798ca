"""What an import has understood, and what it has not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from slackguide.errors import SlackguideError

SELF_NAMES = frozenset(
    ("", "-", "–", "none", "n/a", "self", "you", "agent", "the agent", "you handle it", "handle it yourself", "nobody",
     "we", "us", "ourselves", "we handle it", "we do it")
)  # fmt: skip
"""Words for a case that the agent handles without anybody else."""


class UnreadableImport(SlackguideError):
    """A file cannot be imported: it cannot be read, or nothing in it has a known shape."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part that was not understood. `where` is its place in the file."""

    where: str
    text: str
    reason: str


@dataclass(slots=True)
class DraftRoute:
    """Where cases go. `when` is the condition as written, empty for all other cases."""

    goes_to: str
    when: str = ""


@dataclass(slots=True)
class DraftEntry:
    """One concern, as far as it was understood."""

    title: str
    where: str
    examples: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    conditions: dict[str, str] = field(default_factory=dict)
    """The condition, as written, of each step that only its cases need."""
    routes: list[DraftRoute] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    """Titles and URLs of further reading."""
    note: str = ""
    """A text to copy, such as the reply of a macro."""
    todo: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """The result of reading one file."""

    entries: list[DraftEntry] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def clean(text: object) -> str:
    """Return a text with each run of white space replaced by one space."""
    return " ".join(str(text).replace("\u200b", " ").split()) if text is not None else ""


def slug(text: str, *, limit: int = 40) -> str:
    """Return a name for a text: `Someone can't sign in` becomes `someone-can-t-sign-in`."""
    words = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return words[:limit].rsplit("-", 1)[0].strip("-") if len(words) > limit else words


def unique(name: str, taken: Iterable[str]) -> str:
    """Return the name, with a number if it is taken."""
    names = set(taken)
    name = name or "item"
    if name not in names:
        return name
    return next(f"{name}-{number}" for number in range(2, len(names) + 3) if f"{name}-{number}" not in names)
