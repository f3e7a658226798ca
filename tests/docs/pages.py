"""The pages of the documentation, read as Markdown: their blocks of code, code spans, links and headings."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


@dataclass(frozen=True)
class Block:
    """A fenced block: its info string, its text, and where it begins."""

    info: str
    text: str
    place: str


@dataclass(frozen=True)
class Page:
    """A page of the documentation."""

    path: Path

    @property
    def name(self) -> str:
        """Return the path in the project."""
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        """Return the Markdown."""
        return self.path.read_text("utf-8")

    @property
    def tokens(self) -> list[Token]:
        """Return the blocks of the page."""
        return parse(self.text)

    def blocks(self) -> Iterator[Block]:
        """Yield the fenced blocks, in order."""
        for token in self.tokens:
            if token.type == "fence":
                line = token.map[0] + 1 if token.map else 0
                yield Block(token.info.strip(), token.content, f"{self.name}:{line}")

    def spans(self) -> Iterator[str]:
        """Yield the code spans of the text."""
        for token in self.inline():
            if token.type == "code_inline":
                yield token.content

    def links(self) -> Iterator[str]:
        """Yield the targets of links and images."""
        for token in self.inline():
            target = token.attrGet("href") or token.attrGet("src")
            if target:
                yield str(target)

    def images(self) -> Iterator[Token]:
        """Yield the images."""
        return (token for token in self.inline() if token.type == "image")

    def inline(self) -> Iterator[Token]:
        """Yield the inline tokens."""
        for token in self.tokens:
            yield from token.children or ()

    def anchors(self) -> set[str]:
        """Return the anchors of the headings, as GitHub makes them."""
        tokens = self.tokens
        titles = (tokens[index + 1] for index, token in enumerate(tokens) if token.type == "heading_open")
        return {anchor("".join(part.content for part in title.children or ())) for title in titles}


@cache
def parse(text: str) -> list[Token]:
    """Return the blocks of a Markdown text."""
    return MarkdownIt("commonmark").enable("table").parse(text)


def anchor(title: str) -> str:
    """Return the anchor of a heading: small letters, hyphens for spaces, and nothing else but letters and digits."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def pages() -> list[Page]:
    """Return every page that people read, the generated ones included, but the history of releases."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    return [Page(path) for path in sorted(found) if path.name != "CHANGELOG.md"]


def written() -> list[Page]:
    """Return the pages that people write."""
    return [page for page in pages() if REFERENCE not in page.path.parents]


def script(name: str) -> ModuleType:
    """Load a script of the project."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
