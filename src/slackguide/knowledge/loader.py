"""Loads a knowledge base from a directory: whole, or refused with every fault of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slackguide.errors import UnusableInput
from slackguide.knowledge.diagnostics import Diagnostic, InvalidKnowledgeError
from slackguide.knowledge.linker import Linker
from slackguide.knowledge.model import KnowledgeBase
from slackguide.knowledge.parser import parse
from slackguide.knowledge.yaml_source import YamlSource, parse_yaml


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a directory holds: the knowledge base as far as it could be read, and every fault of its files.

    Only one without a fault may be used to answer; the rest serves to look for further faults.
    """

    knowledge: KnowledgeBase | None
    diagnostics: tuple[Diagnostic, ...]
    unverified: frozenset[str]
    """Ids of the entries whose rules have a fault: nothing can be said of what they decide."""
    entries: frozenset[str] | None
    """Ids of every declared entry, sound or not; None where a file could not be read."""


def load(directory: Path) -> KnowledgeBase:
    """The knowledge base in the `*.yaml` and `*.yml` files right under `directory`; its decision tables are not proven.

    Raises `UnusableInput` where there is no such directory, and `InvalidKnowledgeError` with every fault of every file
    where the knowledge base is not sound: nothing half-loads.
    """
    found = inspect(directory)
    if found.diagnostics or found.knowledge is None:
        raise InvalidKnowledgeError(found.diagnostics)
    return found.knowledge


def inspect(directory: Path) -> Inspection:
    """Reads everything under `directory`. Raises `UnusableInput` where there is nothing to read."""
    files = knowledge_files(directory)
    sources = [parse_yaml(path, str(path)) for path in files]
    parsed = [parse(source) for source in sources]
    linker = Linker(parsed)
    knowledge = linker.link(_fingerprint(files, sources))
    diagnostics = [diagnostic for source in sources for diagnostic in source.diagnostics]
    if knowledge is None and not diagnostics:
        diagnostics = [Diagnostic(str(directory), 1, 1, "no entries in any file: write one")]
    known = None if any(file.unreadable for file in parsed) else linker.entry_ids
    return Inspection(knowledge, tuple(diagnostics), frozenset(linker.unverified), known)


def knowledge_files(directory: Path) -> list[Path]:
    """The knowledge files of a directory, in a fixed order. Raises `UnusableInput` where there are none."""
    if not directory.is_dir():
        raise UnusableInput(f"There is no directory {directory}: name the folder that holds the knowledge files.")
    files = sorted(path for path in directory.iterdir() if _holds_knowledge(path))
    if not files:
        raise UnusableInput(f"No .yaml file in {directory}: name the folder that holds the knowledge files.")
    return files


def _holds_knowledge(path: Path) -> bool:
    """Files of an editor's own, which start with a dot, hold none."""
    return path.suffix in (".yaml", ".yml") and not path.name.startswith(".") and path.is_file()


def _fingerprint(files: Sequence[Path], sources: Sequence[YamlSource]) -> str:
    """Of what was read, and of the files' names, which need not be UTF-8."""
    digest = hashlib.sha256()
    for path, source in zip(files, sources, strict=True):
        digest.update(os.fsencode(path.name) + b"\0" + source.digest)
    return digest.hexdigest()
