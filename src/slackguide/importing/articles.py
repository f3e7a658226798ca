"""Read articles: headings with lists and paragraphs, and tables of concerns with what to do about each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt

from slackguide.importing.destinations_in_text import destinations_in
from slackguide.importing.entry_drafts import Draft, DraftEntry, DraftRoute, Skipped, clean
from slackguide.importing.spreadsheets import entries_of_rows, known_columns

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_IGNORED = ("script", "style", "nav", "header", "footer", "aside", "form", "svg", "noscript", "template")
_BLOCKS = (*_HEADINGS, "p", "ul", "ol", "table", "pre", "blockquote", "dl")
_MARKERS = re.compile(r"^(?:\d{1,2}|[a-z])[.)]\s+")
_LABEL = re.compile(r"^(?:\*\*)?[^.!?]{1,60}:$")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<keys>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_GENERAL = frozenset(
    ("overview", "introduction", "about", "background", "contents", "table", "of", "summary", "important", "note",
     "notes", "remember", "faq", "see", "also", "related", "articles", "references", "resources", "help", "was", "this",
     "article", "helpful", "glossary", "definitions", "contacts")
)  # fmt: skip
_RELATIVE = frozenset(
    ("a", "access", "accessing", "account", "accounts", "admin", "admins", "administrators", "and", "backup", "contact",
     "for", "getting", "how", "information", "installation", "issues", "it", "more", "options", "other", "permissions",
     "plugins", "prerequisites", "process", "prompts", "recovery", "request", "requesting", "requirements", "rules",
     "security", "services", "setting", "set", "setup", "started", "steps", "support", "the", "tips", "to",
     "troubleshooting", "up", "usage", "user", "users")
)  # fmt: skip
"""Words of headings that say nothing without the page: `Setup`, `Request access`."""


@dataclass(slots=True)
class _Section:
    """A heading and what follows it, up to the next heading."""

    title: str
    level: int
    within: tuple[str, ...] = ()
    """The headings above it, the nearest first."""
    steps: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    has_list: bool = False


def read_markdown(text: str, name: str) -> Draft:
    """Read a Markdown article. `name` is its file."""
    text = text.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    page = _title_in(front["keys"]) if front else ""
    body = text[front.end() :] if front else text
    return read_html(MarkdownIt("commonmark").enable("table").render(body), name, page=page)


def _title_in(front_matter: str) -> str:
    """Return the title that the keys at the top of a Markdown file give, without reading them as YAML."""
    found = re.search(r"^title:[ \t]*(.+)$", front_matter, re.MULTILINE)
    return clean(found[1].strip(" \"'")) if found else ""


def read_html(html: str, name: str, *, page: str = "") -> Draft:
    """Read an HTML article. `name` is its file, `page` its title, if it is not a heading of level 1."""
    soup = BeautifulSoup(html, "html.parser")
    for ignored in soup.find_all(_IGNORED):
        ignored.decompose()
    draft = Draft()
    sections = [_Section("", 0)]
    for block in _blocks(soup):
        if block.name in _HEADINGS:
            sections.append(_section_below(sections, clean(block.get_text(" ")), int(block.name[1]), page))
        elif block.name == "table":
            _read_table(block, draft, f"{name}, “{sections[-1].title}”" if sections[-1].title else name)
        else:
            sections[-1].has_list |= block.name in ("ul", "ol")
            sections[-1].steps += _steps(block)
            sections[-1].links += _links(block)
    if page and destinations_in(sections[0].steps):
        sections[0].title = page
    titles = Counter(section.title.casefold() for section in sections)
    for section in sections:
        if titles[section.title.casefold()] > 1 or set(_words(section.title)) <= _RELATIVE:
            section.title = _in_full(section)
        if _is_introduction(section, sections):
            where = f"{name}, “{section.title}”"
            draft.skipped += [Skipped(where, step, "it introduces the page") for step in section.steps]
        else:
            _add_section(section, draft, name)
    return draft


def _is_introduction(section: _Section, sections: Sequence[_Section]) -> bool:
    """Return whether it is the text below the title of a page that has further headings, without a list or a place."""
    has_parts = section.level == 1 and any(one.within[-1:] == (section.title,) for one in sections)
    return has_parts and not section.has_list and not destinations_in(section.steps)


def _section_below(sections: Sequence[_Section], title: str, level: int, page: str) -> _Section:
    """Return the section that a heading begins, below the sections that are open."""
    above: list[str] = []
    limit = level
    for section in reversed(sections):
        if section.level < limit and section.title and not (page and section.level == 1):
            above.append(section.title)
            limit = section.level
    return _Section(title, level, tuple(dict.fromkeys((*above, page) if page else above)))


def _in_full(section: _Section) -> str:
    """Return a title that says nothing by itself behind the next one above it that does: `Zoom: Setup`."""
    above = next((title for title in section.within if not set(_words(title)) <= _RELATIVE | _GENERAL), None)
    return section.title if not section.title or above is None else f"{above.rstrip(':?')}: {section.title}"


def _without_gaps(text: str) -> str:
    """Return a text without the spaces before punctuation that the end of a link or of bold type leaves."""
    return re.sub(r" (?=[.,;:!?](?:\s|$))", "", clean(text))


def _words(title: str) -> list[str]:
    return [word for word in (part.strip("?!.,:()") for part in title.casefold().split()) if word]


def _blocks(soup: Tag) -> Iterator[Tag]:
    """Yield the outermost blocks of a page, in order."""
    for tag in soup.find_all(_BLOCKS):
        if tag.find_parent(_BLOCKS) is None:
            yield tag


# -- sections ---------------------------------------------------------------------------------------------------------


def _add_section(section: _Section, draft: Draft, name: str) -> None:
    where = f"{name}, “{section.title}”" if section.title else name
    if not section.steps:
        return
    if not section.title:
        draft.skipped += [Skipped(where, step, "it stands before the first heading") for step in section.steps]
        return
    above = () if section.title.endswith("?") else section.within[:1]  # the questions of a FAQ are concerns
    if any(set(_words(title)) <= _GENERAL for title in (section.title, *above)):
        draft.skipped += [Skipped(where, step, "it is general, not about one concern") for step in section.steps]
        return
    title = section.title.rstrip(":")
    entry = next((one for one in draft.entries if one.title.casefold() == title.casefold()), None)
    if entry is None:
        entry = DraftEntry(title, where)
        draft.entries.append(entry)
    entry.steps += [step for step in section.steps if step not in entry.steps]
    entry.links += section.links
    if not any(route.goes_to for route in entry.routes):
        entry.routes, todo = routes_from_steps(entry.steps)
        entry.todo += todo


def routes_from_steps(steps: Sequence[str]) -> tuple[list[DraftRoute], list[str]]:
    """Return the route that the steps name, and what is left for a person to decide."""
    names = destinations_in(steps)
    if len(names) == 1:
        return [DraftRoute(names[0])], []
    if names:
        return [DraftRoute(names[0])], [f"The steps name several destinations: {', '.join(names)}. Decide when which."]
    return [DraftRoute("")], []


def _steps(block: Tag) -> list[str]:
    """Return the steps of a block: the items of a list, with their own items after them, or the paragraph."""
    if block.name in ("ul", "ol"):
        return [step for item in block.find_all("li", recursive=False) for step in _item_steps(item)]
    if block.name == "dl":
        return [text for part in block.find_all(["dt", "dd"]) if (text := clean(part.get_text(" ")))]
    if block.name == "blockquote":
        return [step for part in block.find_all(["p", "ul", "ol"], recursive=False) for step in _steps(part)]
    text = _without_gaps(block.get_text(" "))
    return [] if not text or _LABEL.match(text) else [_MARKERS.sub("", text)]


def _item_steps(item: Tag) -> Iterator[str]:
    own = _without_gaps(" ".join(_own_texts(item)))
    if own:
        yield _MARKERS.sub("", own)
    for inner in item.find_all(["ul", "ol"]):
        if inner.find_parent("li") is item:
            yield from _steps(inner)


def _own_texts(item: Tag) -> Iterator[str]:
    """Yield the texts of a list item outside of the lists in it."""
    for part in item.find_all(string=True):
        inner = part.find_parent(["ul", "ol"])
        if inner is None or inner.find_parent("li") is not item:
            yield str(part)


def _links(block: Tag) -> list[tuple[str, str]]:
    return [
        (clean(link.get_text(" ")) or str(link["href"]), str(link["href"]))
        for link in block.find_all("a", href=re.compile(r"^https?://"))
    ]


# -- tables -----------------------------------------------------------------------------------------------------------


def _read_table(table: Tag, draft: Draft, where: str) -> None:
    rows = [
        row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr") if row.find_parent("table") is table
    ]
    rows = [cells for cells in rows if any(clean(cell.get_text(" ")) for cell in cells)]
    if not rows:
        return
    header = [clean(cell.get_text(" ")) for cell in rows[0]]
    columns = known_columns(header)
    if "concern" not in columns or len(columns) < 2:
        text = " | ".join(header)
        draft.skipped.append(Skipped(where, text, "a table without columns for the concern and what to do"))
        return
    read = [[_cell(cell) for cell in cells] for cells in rows[1:]]
    found = entries_of_rows([[text for text, _ in cells] for cells in read], columns, f"{where}, table", first_row=2)
    for entry in found.entries:
        links = [link for cells in read if cells and cells[0][0] == entry.title for _, links in cells for link in links]
        entry.links += [link for link in links if link not in entry.links]
        if not any(route.goes_to for route in entry.routes):
            entry.routes, todo = routes_from_steps(entry.steps)
            entry.todo += todo
    draft.entries += found.entries
    draft.skipped += found.skipped


def _cell(cell: Tag) -> tuple[str, list[tuple[str, str]]]:
    """Return the text of a cell, one step a line, and its links."""
    blocks = [
        tag
        for tag in cell.find_all(["p", "ul", "ol", "pre"])
        if tag.find_parent(["p", "ul", "ol", "pre", "li"]) is None
    ]
    outside = clean(
        " ".join(str(part) for part in cell.find_all(string=True) if part.find_parent(["p", "ul", "ol", "pre"]) is None)
    )
    lines = [line for line in (outside,) if line] + [step for block in blocks for step in _steps(block)]
    return "\n".join(lines), _links(cell)
