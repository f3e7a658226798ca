"""Read labelled questions, the data set for evaluating the guide."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from slackguide.errors import UnusableInput
from slackguide.knowledge.diagnostics import Diagnostic, did_you_mean


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question and the ids of the acceptable entries. Without ids it is out of scope."""

    text: str
    ids: tuple[str, ...]
    line: int


def read_questions(path: Path) -> tuple[list[LabelledQuestion], list[Diagnostic]]:
    """Read the questions of a JSON Lines file, with a diagnostic for every invalid line.

    Raises `UnusableInput` if the file cannot be read.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise UnusableInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnusableInput(f"{path} is not UTF-8: save it as UTF-8.") from error
    questions: list[LabelledQuestion] = []
    diagnostics: list[Diagnostic] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            text, ids = record["text"], record["ids"]
            if not isinstance(text, str) or not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError):
            diagnostics.append(
                Diagnostic(str(path), number, 1, 'not a question: use {"text": "…", "ids": ["the/entry"]}')
            )
            continue
        questions.append(LabelledQuestion(text, tuple(ids), number))
    return questions, diagnostics


def check_questions(directory: Path, entries: Collection[str] | None) -> list[Diagnostic]:
    """Return diagnostics for every file in `questions/`: invalid lines, and ids that are not in `entries`.

    None for `entries` means that they cannot be determined; then no id is reported as unknown.
    """
    diagnostics: list[Diagnostic] = []
    for path in sorted((directory / "questions").glob("*.jsonl")):
        if not path.is_file() or path.stat().st_size == 0:  # reading a pipe or a file of the kernel may never end
            continue
        try:
            questions, invalid = read_questions(path)
        except UnusableInput as error:
            diagnostics.append(Diagnostic(str(path), 1, 1, str(error)))
            continue
        diagnostics.extend(invalid)
        for question in questions:
            for id in question.ids:
                if entries is not None and id not in entries:
                    message = f"unknown entry `{id}`{did_you_mean(id, entries)}"
                    diagnostics.append(Diagnostic(str(path), question.line, 1, message))
    return diagnostics
