"""The sandbox with the real app, one for all of these tests; a browser; and tabs that are looked after.

Whatever a test is about, it also fails when its tabs asked anything but loopback, broke the page's
Content-Security-Policy, or ran into an uncaught error of the page's own code.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from slackguide.config import read_settings
from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.page_object import Tab
from tests.support.waiting import WAIT_SECONDS

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
DESKTOP: ViewportSize = {"width": 1280, "height": 900}

expect.set_options(timeout=WAIT_SECONDS * 1000)


@dataclass
class PageMonitor:
    """What tabs did that they must not do, and what they asked for."""

    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Begins to look after a tab."""
        page.on("request", lambda request: self._asked(request.url))
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught in the page: {error}"))

    def forget(self) -> None:
        """Begins anew."""
        self.requests.clear()
        self.faults.clear()

    def _asked(self, url: str) -> None:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.scheme not in ("about", "data", "blob") and parts.hostname != "127.0.0.1":
            self.faults.append(f"left loopback: {url}")

    def _logged(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.faults.append(f"against the policy: {message.text}")


class Tabs:
    """The tabs of one browser. They are used again: a new one takes longer than most tests."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.used: list[Page] = []
        self._idle: list[Page] = []

    def open(self, who: str, url: str, place: str = "") -> Tab:
        """A tab with a person in front of it."""
        page = self._idle.pop() if self._idle else self.context.new_page()
        self.used.append(page)
        page.bring_to_front()
        return Tab(page, who, url).open(place)

    def leave(self) -> None:
        """Leaves every tab as if it had just been opened."""
        for page in self.used:
            page.unroute_all()
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            page.goto("about:blank")
            page.set_viewport_size(DESKTOP)
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.context.clear_permissions()
        self._idle += self.used
        self.used = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
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


def sandbox_app_on(home: Path, knowledge: Path) -> Iterator[SandboxApp]:
    """A trial of its own, running."""
    settings = read_settings({"SLACKGUIDE_HOME": str(home), "SLACKGUIDE_KNOWLEDGE": str(knowledge)})
    home.mkdir(exist_ok=True)
    running = SandboxApp(settings=settings, port=0, patience=WAIT_SECONDS)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def shared_sandbox_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxApp]:
    """The shipped knowledge, the real app, a fresh database."""
    yield from sandbox_app_on(tmp_path_factory.mktemp("home"), KNOWLEDGE)


@pytest.fixture
def sandbox_app(shared_sandbox_app: SandboxApp) -> Iterator[SandboxApp]:
    """The shared trial in fair faults; afterwards nobody has a window open, or answers that they alone see."""
    yield shared_sandbox_app
    workspace = shared_sandbox_app.sandbox.workspace
    shared_sandbox_app.sandbox.faults.clear()
    for person in workspace.people:
        workspace.views.clear(person.id)
        for message in workspace.ephemerals(person.id):
            workspace.remove(message)


@pytest.fixture(scope="package")
def everything_watched() -> PageMonitor:
    """Looks after every tab."""
    return PageMonitor()


@pytest.fixture(scope="package")
def all_tabs(browser: Browser, everything_watched: PageMonitor) -> Iterator[Tabs]:
    """One browser as if just installed: its tabs share what tabs of one browser share."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(WAIT_SECONDS * 1000)
    context.on("page", everything_watched.over)
    yield Tabs(context)
    context.close()


@pytest.fixture
def watch(everything_watched: PageMonitor) -> Iterator[PageMonitor]:
    """What the tabs of this test did."""
    everything_watched.forget()
    yield everything_watched
    assert not everything_watched.faults, everything_watched.faults


@pytest.fixture
def tabs(all_tabs: Tabs, watch: PageMonitor, request: pytest.FixtureRequest) -> Iterator[Tabs]:
    """The tabs of this test; a picture of each is kept where it fails."""
    yield all_tabs
    if request.node.stash.get(FAILED, False):
        for number, page in enumerate(all_tabs.used, 1):
            Tab(page, "", "").shot(f"failed-{request.node.name}-{number}".replace("/", "-"))
    all_tabs.leave()


@pytest.fixture
def tab(sandbox_app: SandboxApp, tabs: Tabs) -> Callable[[str], Tab]:
    """Opens a tab with a person in front of it."""
    return lambda who: tabs.open(who, sandbox_app.sandbox.url)


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
