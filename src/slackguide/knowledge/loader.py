"""Loads a knowledge base from a directory: whole, or refused with every fault of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from slackguide.errors import UnusableInput
from slackguide.knowledge.compiled import KnowledgeBase
from slackguide.knowledge.faults import Fault, FaultyKnowledge
from slackguide.knowledge.format import parse
from slackguide.knowledge.linking import Linker
from slackguide.knowledge.yaml_reader import read_yaml


def load(directory: Path) -> KnowledgeBase:
    """The knowledge base in the `*.yaml` and `*.yml` files right under `directory`.

    Raises `UnusableInput` where there is no such directory, and `FaultyKnowledge` with every fault of every file where
    the knowledge base is not sound: nothing half-loads.
    """
    files = knowledge_files(directory)
    sources = [read_yaml(path, str(path)) for path in files]
    linker = Linker([parse(source) for source in sources])
    knowledge = linker.link(_fingerprint(files))
    faults: list[Fault] = [fault for source in sources for fault in source.faults]
    if faults or knowledge is None:
        raise FaultyKnowledge(faults or [Fault(str(directory), 1, 1, "no entries in any file: write one")])
    return knowledge


def knowledge_files(directory: Path) -> list[Path]:
    """The knowledge files of a directory, in a fixed order. Raises `UnusableInput` where there are none."""
    if not directory.is_dir():
        raise UnusableInput(f"There is no directory {directory}: name the folder that holds the knowledge files.")
    files = sorted(path for path in directory.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    if not files:
        raise UnusableInput(f"No .yaml file in {directory}: name the folder that holds the knowledge files.")
    return files


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        try:
            content = path.read_bytes()
        except OSError:  # noted as a fault by the reader
            content = b""
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
