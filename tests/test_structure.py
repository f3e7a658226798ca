"""The house's layout, held: imports point inward, and only two modules read the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "slackguide"

INWARD = {
    "errors": set(),
    "config": {"errors"},
    "logging_config": set(),
    "knowledge": {"errors"},
    "text": set(),
    "matching": {"errors", "text"},
    "triage": {"errors", "knowledge"},
    "extraction": {"errors", "knowledge", "text"},
    "guide": {"errors", "knowledge", "matching", "triage", "extraction"},
    "evaluation": {"errors", "knowledge", "matching", "triage", "extraction", "guide", "escalation", "text"},
    "escalation": {"errors", "knowledge", "text"},
    "delivery": {"errors", "escalation", "text"},
    "storage": {"errors", "knowledge", "escalation", "delivery", "text"},
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
    },
    "web": {"errors"},
    "wsgi_server": set(),
    "sandbox": {"wsgi_server"},
}
"""What each package may import of slackguide, itself aside; whatever is not here (runtime, cli) stands outside."""


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def package_of(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[str]:
    """The packages of slackguide that a module imports, by absolute or relative name."""
    inside = path.relative_to(SOURCE).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = ("slackguide", *inside[: len(inside) - node.level + 1])
            names = [".".join((*base, node.module or ""))]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("slackguide."))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_inward(path: Path) -> None:
    package = package_of(path)
    if package in INWARD:
        assert set(imported(path)) - {package} <= INWARD[package]


def test_every_package_has_its_place() -> None:
    outside = {"__init__", "__main__", "cli", "runtime"}
    assert {package_of(path) for path in modules()} == set(INWARD) | outside


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        package_of(path)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and ast.unparse(node.value) == "os"
    }
    assert readers <= {"config", "runtime"}
