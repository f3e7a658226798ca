"""The knowledge panel reloads a valid edit while it runs, and shows where an invalid one is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.conftest import Tabs, start_sandbox_app
from tests.browser.demo_app import DemoApp
from tests.browser.page_object import Tab
from tests.support.bolt_app import actions, button, section

SMALL = Path(__file__).parent.parent / "knowledge" / "fixtures" / "valid"
TITLE, BETTER = "title: A parcel is damaged", "title: A parcel came in pieces"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """Return a small knowledge base to edit."""
    return Path(shutil.copytree(SMALL, tmp_path / "knowledge"))


@pytest.fixture
def sandbox_app(tmp_path: Path, knowledge: Path) -> Iterator[SandboxApp]:
    """Run a sandbox on the knowledge base that is edited."""
    yield from start_sandbox_app(tmp_path / "home", knowledge)


@pytest.fixture
def author(tab: Callable[[str], Tab]) -> Tab:
    """Open the author's tab."""
    return tab("ana")


def edit(file: Path, old: str, new: str) -> None:
    """Replace the only occurrence of `old` and save the file."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_an_edit_is_loaded_while_it_runs(author: Tab, knowledge: Path) -> None:
    panel = author.panel("Knowledge")
    expect(panel).to_contain_text("A parcel is damaged")
    edit(knowledge / "team.yaml", TITLE, BETTER)
    expect(panel).to_contain_text("A parcel came in pieces")
    expect(panel).not_to_contain_text("A parcel is damaged")
    expect(author.route("the box is crushed")).to_contain_text("A parcel came in pieces")


def test_an_invalid_edit_keeps_the_last_valid_knowledge(author: Tab, knowledge: Path) -> None:
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
    author.screenshot("invalid-edit")
    expect(author.route("the box is crushed")).to_contain_text("A parcel is damaged")

    file.write_text(whole.replace(TITLE, BETTER), encoding="utf-8")
    expect(panel).to_contain_text("A parcel came in pieces")
    expect(alert).to_have_count(0)


def test_an_entry_is_shown_as_a_card_with_its_table_and_json(author: Tab) -> None:
    author.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = author.panel("Knowledge")
    panel.get_by_role("searchbox").fill("lost")
    panel.get_by_role("button", name="A parcel is lost").click()
    expect(panel.locator(".block.header")).to_contain_text("?")
    table = panel.get_by_role("table", name="Triage")
    expect(table).to_contain_text("Insurance Desk")
    expect(table).to_contain_text("Parcel Desk")
    panel.get_by_role("button", name="Copy Block Kit JSON").click()
    expect(author.page.locator(".toast")).to_have_text("Block Kit JSON copied")
    copied = json.loads(author.page.evaluate("() => navigator.clipboard.readText()"))
    kinds = [block["type"] for block in copied["blocks"]]
    assert "header" in kinds
    assert "actions" in kinds


class OneEntryPreview:
    """A preview of one entry; `broken` adds a diagnostic."""

    def __init__(self) -> None:
        self.broken = False

    def entries(self) -> list[dict[str, str]]:
        return [{"id": "disputes/one", "title": "The one entry", "team": "disputes"}]

    def card(self, entry_id: str) -> dict[str, Any]:
        rows = [{"answers": ["Segment: Enterprise"], "destination": "Dispute_Enterprise_CX420"}]
        return {"blocks": [section(f"The card of {entry_id}"), actions(button("go"))], "triage": rows}

    def diagnostics(self) -> list[dict[str, str]]:
        return [{"where": "disputes.yaml:12:3", "message": "unknown destination"}] if self.broken else []


def test_a_preview_shows_the_card_the_triage_and_the_diagnostic(serve: Callable[..., DemoApp], tabs: Tabs) -> None:
    preview = OneEntryPreview()
    panel = tabs.open("ana", serve(preview=preview).sandbox.url).panel("Knowledge")
    panel.get_by_role("button", name="The one entry").click()
    expect(panel).to_contain_text("The card of disputes/one")
    expect(panel.get_by_role("button", name="Press")).to_be_disabled()
    expect(panel.get_by_role("row").last).to_contain_text("Dispute_Enterprise_CX420")
    preview.broken = True
    expect(panel.get_by_role("alert")).to_contain_text("disputes.yaml:12:3")
    preview.broken = False
    expect(panel.get_by_role("alert")).to_have_count(0)
