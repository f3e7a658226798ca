"""`slackguide sources`: which entries were written from which section."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli_runner import Shell, shell
from tests.support.small_knowledge import write_knowledge

__all__ = ["shell"]


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """Return the small knowledge base, with the sections of its document."""
    folder = write_knowledge(tmp_path / "knowledge")
    return _change(
        folder, "handbook: {title: Handbook}", "handbook: {title: Handbook, sections: [Everything, Ladders]}"
    )


def _change(folder: Path, old: str, new: str) -> Path:
    path = folder / "help.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return folder


def test_each_section_has_its_entries_and_some_have_none(shell: Shell, knowledge: Path) -> None:
    ran = shell("sources", "handbook", "--knowledge", knowledge)
    assert ran.status == 0
    assert "Ladders: no entry" in ran.out
    assert "1 of 2 sections are cited by no entry." in ran.out
    found = shell("sources", "--json", "--knowledge", knowledge).document
    assert set(found["handbook"]["Everything"]) >= {"help/password", "help/badge", "help/secret"}
    assert found["handbook"]["Ladders"] == []


def test_the_sections_that_only_rules_cite_count(shell: Shell, knowledge: Path) -> None:
    _change(knowledge, "        to: vault", "        to: vault\n        source: Ladders")
    assert shell("sources", "--json", "--knowledge", knowledge).document["handbook"]["Ladders"] == ["help/badge"]


def test_without_a_list_of_sections_the_cited_ones_are_printed(shell: Shell, tmp_path: Path) -> None:
    ran = shell("sources", "--knowledge", write_knowledge(tmp_path / "plain"))
    assert "Everything: help/password" in ran.out
    assert "not listed" in ran.out


def test_a_section_that_the_document_does_not_have_is_an_error(shell: Shell, knowledge: Path) -> None:
    _change(knowledge, "    source: Everything", "    source: Everythin")
    ran = shell("check", knowledge)
    assert ran.status == 1
    assert "`handbook` has no section `Everythin`: did you mean `Everything`?" in ran.out


def test_an_unknown_document_is_named(shell: Shell, knowledge: Path) -> None:
    ran = shell("sources", "handbok", "--knowledge", knowledge)
    assert (ran.status, ran.out) == (2, "")
    assert "did you mean `handbook`?" in ran.err


def test_every_section_of_the_shipped_documents_is_used(shell: Shell) -> None:
    found = shell("sources", "--json").document
    assert set(found) == {"ce", "ee", "suspensions", "conduct", "disputes"}
    assert [section for sections in found.values() for section, entries in sections.items() if not entries] == []
