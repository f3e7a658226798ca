"""The sandbox with the real app, one for all of these tests; a browser; and tabs that are looked after.

Whatever a test is about, it also fails when its tabs asked anything but loopback, broke the page's Content-Security-Policy,
or ran into an uncaught error of the page's own code.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from slackguide.config import read_settings
from slackguide.trying import Trial
from tests.browser.tab import Tab

KNOWLEDGE = Path(__file__).parent.parent.parent / "knowledge"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # containers run as root, where Chromium's own sandbox does not start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1280, "height": 900}
PATIENCE = 15_000
"""Milliseconds until something that should appear is missing; two cores may be busy with other things."""

expect.set_options(timeout=PATIENCE)


@dataclass
class Watch:
    """What tabs did that they must not do, and what they asked for."""

    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Begins to look after a tab."""
        page.on("request", lambda request: self._asked(request.url))
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught in the page: {error}"))

    def _asked(self, url: str) -> None:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.faults.append(f"left loopback: {url}")

    def _logged(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.faults.append(f"against the policy: {message.text}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Lets fixtures know whether the test failed."""
    report: Any = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(f"The browser tests need Chromium, and there is none of {', '.join(BROWSERS)}: install chromium.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield running
        running.close()


def trial_on(home: Path, knowledge: Path) -> Iterator[Trial]:
    """A trial of its own, running."""
    settings = read_settings({"SLACKGUIDE_HOME": str(home), "SLACKGUIDE_KNOWLEDGE": str(knowledge)})
    home.mkdir(exist_ok=True)
    running = Trial(settings=settings, port=0)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def shared_trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """The shipped knowledge, the real app, a fresh database."""
    yield from trial_on(tmp_path_factory.mktemp("home"), KNOWLEDGE)


@pytest.fixture
def trial(shared_trial: Trial) -> Iterator[Trial]:
    """The shared trial in fair weather; afterwards nobody has a window open."""
    yield shared_trial
    workspace = shared_trial.sandbox.workspace
    shared_trial.sandbox.weather.clear()
    for person in workspace.people:
        workspace.screens.clear(person.id)


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Looks after every tab of the test."""
    found = Watch()
    yield found
    assert not found.faults, found.faults


@pytest.fixture
def context(browser: Browser, watch: Watch, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser as if just installed: its tabs share what tabs of one browser share."""
    made = browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce", locale="en-GB")
    made.set_default_timeout(PATIENCE)
    made.on("page", watch.over)
    yield made
    if request.node.stash.get(FAILED, False):
        for number, page in enumerate(made.pages, 1):
            Tab(page, "", "").shot(f"failed-{request.node.name}-{number}".replace("/", "-"))
    made.close()


@pytest.fixture
def tab(trial: Trial, context: BrowserContext) -> Callable[[str], Tab]:
    """Opens a tab with a person in front of it."""

    def open_for(who: str, place: str = "") -> Tab:
        return Tab(context.new_page(), who, trial.sandbox.url).open(place)

    return open_for


@pytest.fixture
def ana(tab: Callable[[str], Tab]) -> Tab:
    """An agent's tab, in #general."""
    return tab("ana")


@pytest.fixture(scope="package")
def cases() -> Iterator[int]:
    """Contract ids that no other test uses: two escalations about one contract are a case of their own."""
    return itertools.count(34_560_001)


@pytest.fixture
def contract(cases: Iterator[int]) -> str:
    """A contract id of this test's own."""
    return str(next(cases))
