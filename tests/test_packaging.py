"""The lock files hold what pyproject.toml asks for, with hashes, and name no package index."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NEEDED = {
    "requirements.lock": PROJECT["build-system"]["requires"] + PROJECT["project"]["dependencies"],
    "requirements-dev.lock": PROJECT["build-system"]["requires"]
    + PROJECT["project"]["dependencies"]
    + PROJECT["project"]["optional-dependencies"]["dev"],
}
PYTHONS = tuple(name.rpartition(" ")[2] for name in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", name))


def entries(name: str) -> list[str]:
    """Return the lock file's entries, each a requirement with its options on one line."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


def locked(name: str) -> dict[str, list[Requirement]]:
    """Return the requirements of a lock file by package: more than one where they depend on the Python version."""
    found: dict[str, list[Requirement]] = defaultdict(list)
    for entry in entries(name):
        requirement = Requirement(entry.partition(" --hash")[0])
        found[canonicalize_name(requirement.name)].append(requirement)
    return found


def on(python: str, marker: Marker | None) -> bool:
    """Return whether the marker holds for CPython of this version on Linux."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    return marker is None or marker.evaluate(environment)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", NEEDED)
def test_every_dependency_is_locked_once_within_its_range(name: str, python: str) -> None:
    pinned = locked(name)
    for line in NEEDED[name]:
        needed = Requirement(line)
        here = [one for one in pinned[canonicalize_name(needed.name)] if on(python, one.marker)]
        assert len(here) == 1, f"{needed.name} on Python {python}: run scripts/lock"
        (pin,) = here[0].specifier
        assert pin.operator == "=="
        assert Version(pin.version) in needed.specifier, f"{here[0]} is not {line}: run scripts/lock"


@pytest.mark.parametrize("name", NEEDED)
def test_every_entry_has_hashes(name: str) -> None:
    assert entries(name)
    assert [entry for entry in entries(name) if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", NEEDED)
def test_no_package_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert re.findall(r"--(?:extra-)?index-url|--find-links|\w+://|@", text) == []


def test_what_both_lock_files_hold_is_the_same() -> None:
    run, dev = (set(entries(name)) for name in NEEDED)
    assert run <= dev


def test_the_oldest_python_supported_is_the_oldest_tested() -> None:
    oldest = min(PYTHONS, key=Version)
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8")
    assert re.findall(r'"(3\.\d+)"', workflow) == list(PYTHONS)


def test_the_licence_files_are_there() -> None:
    assert PROJECT["project"]["license"] == "MIT"
    for path in PROJECT["project"]["license-files"]:
        assert (ROOT / path).read_text("utf-8").strip()
