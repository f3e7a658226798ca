"""What the pages name exists, and what exists is named on a page that people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
import typer

from slackguide.cli import app
from slackguide.config import Settings
from slackguide.slack.manifest import SCOPES
from slackguide.slack.registry import EVENTS
from tests.docs.pages import REFERENCE, ROOT, Page, anchor, pages, written

PAGES = pages()
WRITTEN = "\n".join(page.text for page in written())
VARIABLES = {str(field.alias) for field in Settings.model_fields.values()}
METRICS = set(re.findall(r"^\| `(slackguide_\w+)`", (REFERENCE / "metrics.md").read_text("utf-8"), re.MULTILINE))

OTHER_SCOPES = {"connections:write", "reactions:write", "mcp:connect"}
"""Scopes of Slack that slackguide's bot token does not have."""

COMPLETION = {"--install-completion", "--show-completion", "--help"}


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command and group with its words."""
    command = command or typer.main.get_command(app)
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


COMMANDS = dict(commands())
LEAVES = {path: one for path, one in COMMANDS.items() if not getattr(one, "commands", None)}


def options(command: Any) -> set[str]:
    """Return the options of a command."""
    return {name for one in command.params for name in one.opts if name.startswith("-")} | {"--help", "-h"}


def command_lines(page: Page) -> Iterator[str]:
    """Yield every line of the page that begins with `slackguide`, in spans and blocks."""
    lines = [*page.spans(), *(line for block in page.blocks() for line in block.text.splitlines())]
    for line in lines:
        for part in re.split(r"\s*(?:\||&&|;|<<)\s*", re.sub(r"\s#\s.*", "", line)):
            found = re.search(r"(?:^|^\$ |bin/|app |=\S* )slackguide((?: [\w<>./#=…'\"-].*)?)$", part.strip())
            if found and found[1]:
                yield found[1].strip()


def unknown(line: str) -> str:
    """Return what is wrong with the words after `slackguide`, or nothing."""
    words = re.sub(r"\"[^\"]*\"|'[^']*'", "TEXT", line).split()
    path: tuple[str, ...] = ()
    while words and (*path, words[0]) in COMMANDS:
        path = (*path, words.pop(0))
    if not path and words and words[0] not in options(COMMANDS[()]) and words[0] != "COMMAND":
        return f"there is no command `{words[0]}`"
    given = [word.partition("=")[0].rstrip("`,.:)…") for word in words if word.startswith("--")]
    missing = [one for one in given if one not in options(COMMANDS[path]) | COMPLETION]
    return f"`slackguide {' '.join(path)}` has no option {', '.join(missing)}" if missing else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_and_options_exist(page: Page) -> None:
    faults = {line: fault for line in command_lines(page) if (fault := unknown(line))}
    assert faults == {}, f"{page.name} names what does not exist"


def test_a_wrong_command_and_a_wrong_option_are_found() -> None:
    assert unknown("fly")
    assert unknown("route --wings TEXT")
    assert not unknown('route --json "a -- b"')


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_is_on_a_page(path: tuple[str, ...]) -> None:
    name = f"slackguide {' '.join(path)}"
    assert re.search(rf"\b{name}\b", WRITTEN), f"write about `{name}` in README.md or docs/, where people look for it"


def test_every_option_variable_scope_event_and_metric_is_in_the_reference() -> None:
    reference = "\n".join(path.read_text("utf-8") for path in REFERENCE.glob("*.md"))
    names = set().union(*map(options, COMMANDS.values())) - {"-h"} | VARIABLES | METRICS | {*SCOPES} | {*EVENTS}
    missing = [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reference)]
    assert missing == [], "run `python scripts/write_reference.py`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_variables_scopes_events_and_metrics_exist(page: Page) -> None:
    text = page.text
    variables = set(re.findall(r"\b((?:SLACK|SLACKGUIDE|LOG)_[A-Z_]+|DATABASE_URL)\b", text))
    assert variables - VARIABLES == set(), f"{page.name} names a variable that `config.py` does not have"
    spans = set(page.spans())
    scopes = {span for span in spans if re.fullmatch(r"[a-z_]+:(?:read|write|history|connect)", span)}
    assert scopes - SCOPES.keys() - OTHER_SCOPES == set(), f"{page.name} names a scope that the manifest does not have"
    events = {
        span for span in spans if re.fullmatch(r"message\.\w+|app_(?:mention|home)\w*|(?:channel|group)_\w+", span)
    }
    assert events - set(EVENTS) == set(), f"{page.name} names an event that the manifest does not have"
    metrics = set(re.findall(r"`?\b(slackguide_(?!escalation|notice)\w+)", text))
    assert metrics - METRICS == set(), f"{page.name} names a metric that does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_lead_somewhere(page: Page) -> None:
    broken = []
    for link in page.links():
        target, _, fragment = unquote(link).partition("#")
        if re.match(r"\w+:", target):
            continue
        path = (page.path.parent / target).resolve() if target else page.path
        has_anchors = fragment and path.suffix == ".md"
        if not path.exists() or (has_anchors and anchor(fragment) not in Page(path).anchors()):
            broken.append(link)
    assert broken == [], f"{page.name} links to what does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_exist(page: Page) -> None:
    """Paths in code spans that begin with a folder of the project."""
    folders = ("scripts/", "docs/", "deploy/", "tests/", "benchmarks/", "examples/", ".slack/", ".ci/", "./scripts/")
    named = {span.split()[0].rstrip("…") for span in page.spans() if span.startswith(folders)}
    missing = [name for name in named if not any(ROOT.glob(name.removeprefix("./").rstrip("/")))]
    assert missing == [], f"{page.name} names files that do not exist"


def test_every_page_and_image_is_linked() -> None:
    linked = {(page.path.parent / link.partition("#")[0]).resolve() for page in PAGES for link in page.links()}
    found = {path for path in (ROOT / "docs").rglob("*") if path.suffix in (".md", ".png", ".html")}
    assert {str(path.relative_to(ROOT)) for path in found - linked} == set(), "link these from a page, or delete them"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_images_have_a_text_that_replaces_them(page: Page) -> None:
    assert all(len(image.content) > 20 for image in page.images())


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 100
