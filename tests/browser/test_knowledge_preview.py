"""For knowledge authors: an edit is taken over while it runs; a faulty one is not, and shows where it is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.conftest import sandbox_app_on
from tests.browser.page_object import Tab

SMALL = Path(__file__).parent.parent / "knowledge" / "fixtures" / "valid"
TITLE, BETTER = "title: A parcel is damaged", "title: A parcel came in pieces"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A small knowledge base to edit."""
    return Path(shutil.copytree(SMALL, tmp_path / "knowledge"))


@pytest.fixture
def sandbox_app(tmp_path: Path, knowledge: Path) -> Iterator[SandboxApp]:
    """A sandbox over the knowledge base that is edited."""
    yield from sandbox_app_on(tmp_path / "home", knowledge)


@pytest.fixture
def author(tab: Callable[[str], Tab]) -> Tab:
    """A tab beside the editor."""
    return tab("ana")


def edit(file: Path, old: str, new: str) -> None:
    """Puts `new` in the one place where `old` stands, as an editor saves."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_an_edit_is_taken_over_while_it_runs(author: Tab, knowledge: Path) -> None:
    panel = author.panel("Knowledge")
    expect(panel).to_contain_text("A parcel is damaged")
    edit(knowledge / "team.yaml", TITLE, BETTER)
    expect(panel).to_contain_text("A parcel came in pieces")
    expect(panel).not_to_contain_text("A parcel is damaged")
    expect(author.route("the box is crushed")).to_contain_text("A parcel came in pieces")


def test_a_faulty_edit_keeps_the_last_good_knowledge_and_shows_its_line(author: Tab, knowledge: Path) -> None:
    panel = author.panel("Knowledge")
    expect(panel).to_contain_text("A parcel is damaged")
    file = knowledge / "team.yaml"
    whole = file.read_text(encoding="utf-8")
    edit(file, "path: Take photographs.\n    to: parcel-desk", "path: Take photographs.\n    to: parcel-dsk")
    line = next(n for n, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if "parcel-dsk" in text)

    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("the last valid knowledge stays in use")
    expect(alert).to_contain_text(f"team.yaml:{line}:")
    expect(alert).to_contain_text("did you mean `parcel-desk`?")
    author.shot("faulty-edit")
    expect(author.route("the box is crushed")).to_contain_text("A parcel is damaged")

    file.write_text(whole.replace(TITLE, BETTER), encoding="utf-8")
    expect(panel).to_contain_text("A parcel came in pieces")
    expect(alert).to_have_count(0)


def test_an_entry_is_opened_as_a_card_with_its_table_and_its_json_copied(author: Tab) -> None:
    author.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = author.panel("Knowledge")
    panel.get_by_role("searchbox").fill("lost")
    panel.get_by_role("button", name="A parcel is lost").click()
    expect(panel.get_by_role("heading", name="Where it goes depends on this")).to_be_visible()
    table = panel.get_by_role("table", name="Triage")
    expect(table).to_contain_text("Insurance Desk")
    expect(table).to_contain_text("Parcel Desk")
    panel.get_by_role("button", name="Copy Block Kit JSON").click()
    expect(author.page.locator(".toast")).to_have_text("Block Kit JSON copied")
    copied = json.loads(author.page.evaluate("() => navigator.clipboard.readText()"))
    kinds = [block["type"] for block in copied["blocks"]]
    assert "header" in kinds
    assert "actions" in kinds
