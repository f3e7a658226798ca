"""The generated pages are what the scripts write."""

from __future__ import annotations

import pytest

from tests.docs.pages import REFERENCE, script

PAGES: dict[str, str] = script("write_reference").pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current(name: str) -> None:
    stored = (REFERENCE / name).read_text("utf-8")
    assert stored == PAGES[name], f"docs/reference/{name} is out of date: run `python scripts/write_reference.py`"


@pytest.mark.parametrize("name", PAGES)
def test_everything_in_it_has_a_text(name: str) -> None:
    rows = [line for line in PAGES[name].splitlines() if line.startswith("| ") and "`" in line]
    assert rows
    untold = [row for row in rows if row.split(" | ")[1].strip(" |") == ""]
    assert untold == [], f"describe these where they are defined (docs/reference/{name} is generated from that)"


def test_a_change_of_the_code_changes_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    module = script("write_reference")
    monkeypatch.setattr(module, "SCOPES", {**module.SCOPES, "reactions:write": "thumbs up"})
    assert "| `reactions:write` | thumbs up |" in module.slack_page()
