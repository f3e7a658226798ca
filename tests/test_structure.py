"""The structure of the source: layers, import cycles, unique names, and access to the environment."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "slackguide"
ROOT = SOURCE.name

LAYERS: dict[str, set[str]] = {
    "__init__": set(),
    "errors": set(),
    "config": {"errors", "time_zones"},
    "logging_config": set(),
    "labels": set(),
    "text": set(),
    "time_zones": set(),
    "wsgi_server": set(),
    "knowledge": {"errors", "time_zones"},
    "importing": {"errors", "knowledge"},
    "matching": {"errors", "text"},
    "triage": {"errors", "knowledge"},
    "extraction": {"errors", "knowledge", "text"},
    "guide": {"errors", "knowledge", "labels", "matching", "triage", "extraction", "text"},
    "escalation": {"errors", "knowledge", "text"},
    "evaluation": {
        "errors",
        "knowledge",
        "labels",
        "matching",
        "triage",
        "extraction",
        "guide",
        "escalation",
        "text",
    },
    "delivery": {"errors", "escalation", "text"},
    "storage": {"errors", "knowledge", "labels", "escalation", "delivery", "text"},
    "monitoring": {"storage"},
    "slack": {
        "errors",
        "knowledge",
        "matching",
        "triage",
        "extraction",
        "guide",
        "escalation",
        "delivery",
        "storage",
        "text",
        "time_zones",
    },
    "web": {"errors"},
    "sandbox": {"wsgi_server"},
    "runtime": {
        "config",
        "delivery",
        "errors",
        "escalation",
        "guide",
        "knowledge",
        "logging_config",
        "monitoring",
        "sandbox",
        "slack",
        "storage",
        "triage",
        "web",
        "wsgi_server",
    },
    "doctor": {
        "config",
        "delivery",
        "errors",
        "escalation",
        "guide",
        "knowledge",
        "runtime",
        "slack",
        "storage",
        "text",
        "triage",
        "web",
    },
    "cli": {
        "__init__",
        "config",
        "doctor",
        "errors",
        "escalation",
        "evaluation",
        "guide",
        "importing",
        "knowledge",
        "labels",
        "logging_config",
        "runtime",
        "slack",
        "storage",
        "text",
        "triage",
        "web",
    },
    "__main__": {"cli"},
}
"""The packages and top-level modules of slackguide, each with those it may import besides itself."""

REPEATED_FILE_NAMES = {
    "app_home": "the App Home tab: its reminders, builder, listener and view",
    "ask_modal": "the modal with the question to the bot: view and listener",
    "compare": "the comparison of two evaluations, and its command",
    "database": "the database, and its commands",
    "errors": "the exceptions of slackguide, and those of the sandbox",
    "escalation_form": "the form of an escalation: view and listener",
    "escalations": "the repository of escalations, and their commands",
    "feedback": "the repository of feedback, and its command",
    "labels": "labels from use, their repository, and their commands",
    "manifest": "the Slack app manifest, and the command that prints it",
    "outbox": "the repository of jobs, and their commands",
    "reminders": "reminders of unclaimed escalations: rules and repository",
    "sender": "the protocol of the message sender, and its implementation for Slack",
    "socket_mode": "Socket Mode: the client's, and the server of the sandbox",
    "tokenizer": "the tokenizers of matching and extraction",
    "types": "the data types that the modules of one package share",
    "wsgi": "the WSGI applications of the service and of the sandbox",
}
"""File names that occur in several packages because each of them holds a part of the same concept."""


def module_name(path: Path) -> str:
    parts = (ROOT, *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(SOURCE.rglob("*.py"))}


def package_of(module: str) -> str:
    return module if MODULES[module].stem == "__init__" else module.rpartition(".")[0]


def imports_of(code: str, *, package: str, modules: Collection[str]) -> set[str]:
    """Return the modules that code of a package imports anywhere, also within a function or under TYPE_CHECKING.

    The implicit import of a module's parent packages does not count. An explicit one does: a module that imports a
    name from its own package, whose `__init__` imports the module, is part of a cycle.
    """
    imported: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.rsplit(".", node.level - 1)[:1] if node.level else []
            base = ".".join([*parents, *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            imported |= {name if name in modules else base for name in names}
    return imported & set(modules)


IMPORTS = {
    module: imports_of(path.read_text(), package=package_of(module), modules=MODULES.keys())
    for module, path in MODULES.items()
}


def find_cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the nodes of one cycle, the first one again at the end, or an empty list."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        nodes: list[str] = error.args[1]
        return nodes
    return []


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def repeated(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the names that occur more than once, each with its modules."""
    modules = defaultdict(list)
    for name, module in names:
        modules[name].append(module)
    return {name: where for name, where in modules.items() if len(where) > 1}


@pytest.mark.parametrize(
    ("graph", "cycle"),
    [
        ({}, set()),
        ({"a": ["b", "c"], "b": ["c"], "c": []}, set()),
        ({"a": ["a"]}, {"a"}),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, {"b", "c"}),
        ({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}, {"a", "b", "c"}),
    ],
)
def test_find_cycle(graph: dict[str, list[str]], cycle: set[str]) -> None:
    assert set(find_cycle(graph)) == cycle


def test_imports_of_every_form_are_read() -> None:
    code = """
import json
import slackguide.text
from slackguide.errors import StorageError
from slackguide.knowledge import KnowledgeBase, model
from . import outcomes
from ..triage.engine import Engine
if TYPE_CHECKING:
    from slackguide.cli import app
def build():
    from slackguide import matching
"""
    imported = ["text", "errors", "knowledge", "knowledge.model", "guide.outcomes", "triage.engine", "cli", "matching"]
    modules = {f"slackguide.{name}" for name in imported}
    assert imports_of(code, package="slackguide.guide", modules={*modules, "slackguide.storage"}) == modules


def test_no_import_cycles() -> None:
    assert find_cycle(IMPORTS) == []


@pytest.mark.parametrize("module", MODULES)
def test_imports_follow_the_layers(module: str) -> None:
    layer = layer_of(module)
    assert {layer_of(imported) for imported in IMPORTS[module]} - {layer} <= LAYERS[layer]


def test_every_package_has_a_layer() -> None:
    assert {layer_of(module) for module in MODULES} | {"__init__"} == set(LAYERS)


def test_the_layers_have_no_cycle() -> None:
    assert find_cycle(LAYERS) == []


def test_class_names_are_unique() -> None:
    classes = (
        (node.name, module)
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    )
    assert repeated(classes) == {}


def test_file_names_stand_for_one_concept() -> None:
    names = ((path.stem, module) for module, path in MODULES.items() if path.stem != "__init__")
    assert set(repeated(names)) == set(REPEATED_FILE_NAMES)


def test_only_config_reads_the_environment() -> None:
    readers = {
        layer_of(module)
        for module, path in MODULES.items()
        if module != "slackguide"  # sets the default of a variable that OpenBLAS reads
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and ast.unparse(node.value) == "os"
    }
    assert readers == {"config"}
