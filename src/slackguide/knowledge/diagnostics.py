"""Diagnostics of a knowledge base: file, line, column, message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from slackguide.errors import KnowledgeError

_SIMILAR = 0.6
"""The similarity from which a name is taken for a misspelling of another."""


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One error or piece of advice. `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    message: str
    subject: str = ""
    """The entry, or another declaration, that contains it."""

    def __str__(self) -> str:
        subject = f"{self.subject}: " if self.subject else ""
        return f"{self.file}:{self.line}:{self.column}: {subject}{self.message}"


class InvalidKnowledgeError(KnowledgeError):
    """The knowledge base is invalid and not loaded. `diagnostics` contains every error, in file order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics)))
        count = len(self.diagnostics)
        super().__init__(
            f"The knowledge base has {count} {'error' if count == 1 else 'errors'} and was not loaded. "
            f"The first one: {self.diagnostics[0]}"
        )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `": did you mean `x`?"` if a known name is similar to `name`, else an empty string."""
    close = closest(name, known)
    return f": did you mean `{close}`?" if close else ""


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to `name`, or None if none is similar."""
    close = process.extractOne(name, sorted(known), scorer=OSA.normalized_similarity, score_cutoff=_SIMILAR)
    return close[0] if close else None


def similar(name: str, known: Iterable[str]) -> set[str]:
    """Return all known names that are similar to `name`."""
    return {other for other in known if OSA.normalized_similarity(name, other) >= _SIMILAR}
