"""Load a knowledge base from a directory: completely, or not at all with every error reported."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from slackguide.errors import UnusableInput
from slackguide.knowledge.diagnostics import Diagnostic, InvalidKnowledgeError
from slackguide.knowledge.linker import Linker
from slackguide.knowledge.model import KnowledgeBase
from slackguide.knowledge.parser import parse
from slackguide.knowledge.yaml_source import EMPTY, YamlSource, parse_yaml


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of reading a directory: the knowledge base as far as it is valid, and every error.

    A knowledge base with errors must not be used to answer. It only serves to find further errors.
    """

    knowledge: KnowledgeBase | None
    diagnostics: tuple[Diagnostic, ...]
    unverified: frozenset[str]
    """The ids of the entries whose rules have errors. Their decisions cannot be checked."""
    unverified_tables: frozenset[str]
    """The ids of the shared tables whose rules have errors."""
    entries: frozenset[str] | None
    """The ids of all declared entries, including invalid ones. None if a file could not be parsed."""
    sources: Mapping[str, YamlSource] = field(default_factory=dict)

    def named(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return the diagnostics, each with the entry or declaration that contains it."""
        return [
            replace(one, subject=self.sources[one.file].subject_at(one.line))
            if one.file in self.sources and not one.subject
            else one
            for one in diagnostics
        ]


def load(directory: Path) -> KnowledgeBase:
    """Load the `*.yaml` and `*.yml` files directly in `directory`, without a check of the decision tables.

    Raises `UnusableInput` if there is no such directory, and `InvalidKnowledgeError` with every error of every file
    if the knowledge base is invalid.
    """
    inspection = inspect(directory)
    if inspection.diagnostics or inspection.knowledge is None:
        raise InvalidKnowledgeError(inspection.diagnostics)
    return inspection.knowledge


def inspect(directory: Path) -> Inspection:
    """Read the knowledge files in `directory`. Raises `UnusableInput` if there are none."""
    files = knowledge_files(directory)
    sources = [parse_yaml(path, str(path)) for path in files]
    parsed = [parse(source) for source in sources]
    linker = Linker(parsed)
    knowledge = linker.link(_fingerprint(files, sources))
    diagnostics = [
        replace(diagnostic, subject=source.subject_at(diagnostic.line))
        for source in sources
        for diagnostic in _without_consequences(tuple(dict.fromkeys(source.diagnostics)))  # nested tables repeat some
    ]
    if knowledge is None and not diagnostics:
        diagnostics = [Diagnostic(str(directory), 1, 1, "no entries in any file: write one")]
    known = None if any(file.unreadable for file in parsed) else linker.entry_ids
    return Inspection(
        knowledge,
        tuple(diagnostics),
        frozenset(linker.unverified),
        frozenset(linker.unverified_tables),
        known,
        {source.file: source for source in sources},
    )


def knowledge_files(directory: Path) -> list[Path]:
    """Return the knowledge files of a directory, sorted. Raises `UnusableInput` if there are none."""
    if not directory.is_dir():
        raise UnusableInput(f"There is no directory {directory}: pass the folder that contains the knowledge files.")
    files = sorted(path for path in directory.iterdir() if _is_knowledge_file(path))
    if not files:
        raise UnusableInput(f"No .yaml file in {directory}: pass the folder that contains the knowledge files.")
    return files


def _without_consequences(diagnostics: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Leave out empty values on lines with another error: a comma inside { } makes a key without a value."""
    others = {diagnostic.line for diagnostic in diagnostics if diagnostic.message != EMPTY}
    yield from (one for one in diagnostics if one.message != EMPTY or one.line not in others)


def _is_knowledge_file(path: Path) -> bool:
    """Return whether the path is a YAML file and not a hidden file of an editor."""
    return path.suffix in (".yaml", ".yml") and not path.name.startswith(".") and path.is_file()


def _fingerprint(files: Sequence[Path], sources: Sequence[YamlSource]) -> str:
    """Return a digest of the files' contents and names. Names may be invalid UTF-8."""
    digest = hashlib.sha256()
    for path, source in zip(files, sources, strict=True):
        digest.update(os.fsencode(path.name) + b"\0" + source.digest)
    return digest.hexdigest()
