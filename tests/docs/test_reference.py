"""The generated pages are what the scripts write."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import REFERENCE, ROOT, script

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


def test_the_readme_has_the_figures_that_were_measured() -> None:
    figures = (REFERENCE / "accuracy-figures.md").read_text("utf-8")
    wanted = r"^\| (all of the first four|pasted tickets and chats) (.*) \|$"
    shares = {
        name: [round(float(cell.split()[0])) for cell in row.split(" | ")[1:]]
        for name, row in re.findall(wanted, figures, re.MULTILINE)
    }
    questions, pasted = shares["all of the first four"], shares["pasted tickets and chats"]
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    for page in (readme, " ".join((ROOT / "docs" / "accuracy.md").read_text("utf-8").split())):
        assert f"{questions[3]}%" in page
        assert f"{pasted[0]}%" in page
    expected = f"comes first for {questions[0]}%, and {questions[3]}% of the answers are right"
    assert expected in readme, "copy the figures into README.md"
    assert f"on pasted tickets it is {pasted[0]}% and {pasted[3]}%" in readme, "copy the figures into README.md"
