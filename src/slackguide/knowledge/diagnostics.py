"""Diagnostics of a knowledge base: file, line, column, message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from slackguide.errors import KnowledgeError


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One error. `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


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
    options = sorted(known)
    close = process.extractOne(name, options, scorer=OSA.normalized_similarity, score_cutoff=0.6)
    return f": did you mean `{close[0]}`?" if close else ""
