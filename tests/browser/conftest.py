"""Fixtures of the browser tests: Chromium, monitored tabs, the sandbox with the real app, and one with a demo app.

Each test also fails when its tabs send a request that leaves loopback, violate the page's Content-Security-Policy, or
log an error of the page's own code.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from slackguide.config import read_settings
from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.demo_app import DemoApp
from tests.browser.page_object import Tab
from tests.support.bolt_app import served
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
PHONE: ViewportSize = {"width": 390, "height": 844}

FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=WAIT_SECONDS * 1000)


@dataclass
class PageMonitor:
    """The requests of the monitored tabs, and the violations among what they did."""

    requests: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    allows_console_errors: bool = False

    def attach(self, page: Page) -> None:
        """Monitor a tab."""
        page.on("request", lambda request: self._on_request(request.url))
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.violations.append(f"uncaught in the page: {error}"))

    def reset(self) -> None:
        """Forget everything recorded so far."""
        self.requests.clear()
        self.violations.clear()
        self.allows_console_errors = False

    def _on_request(self, url: str) -> None:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.scheme not in ("about", "data", "blob") and parts.hostname != "127.0.0.1":
            self.violations.append(f"left loopback: {url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.violations.append(f"against the policy: {message.text}")
        elif message.type == "error" and not self.allows_console_errors:
            self.violations.append(f"console error: {message.text}")


class Tabs:
    """The tabs of one browser. They are reused: opening a new one takes longer than most tests."""

    def __init__(self, context: BrowserContext, viewport: ViewportSize = DESKTOP) -> None:
        self.context = context
        self.viewport = viewport
        self.used: list[Page] = []
        self._idle: list[Page] = []

    def open(self, who: str, url: str, fragment: str = "") -> Tab:
        """Open the sandbox at `url` as a person."""
        page = self._idle.pop() if self._idle else self.context.new_page()
        self.used.append(page)
        page.bring_to_front()
        return Tab(page, who, url).open(fragment)

    def leave(self) -> None:
        """Reset every used tab to the state of a new one."""
        for page in self.used:
            page.unroute_all()
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            page.goto("about:blank")
            page.set_viewport_size(self.viewport)
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.context.clear_permissions()
        self._idle += self.used
        self.used = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Tell fixtures whether the test failed."""
    report: Any = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Launch the system's Chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail(f"The browser tests need Chromium, and there is none of {', '.join(BROWSERS)}: install chromium.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


def start_sandbox_app(home: Path, knowledge: Path) -> Iterator[SandboxApp]:
    """Run a sandbox with the real app until the generator is closed."""
    settings = read_settings({"SLACKGUIDE_HOME": str(home), "SLACKGUIDE_KNOWLEDGE": str(knowledge)})
    home.mkdir(exist_ok=True)
    sandbox_app = SandboxApp(settings=settings, port=0, patience=WAIT_SECONDS)
    sandbox_app.start()
    yield sandbox_app
    sandbox_app.stop()


@pytest.fixture(scope="package")
def shared_sandbox_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxApp]:
    """Run the real app with the shipped knowledge on a new database."""
    yield from start_sandbox_app(tmp_path_factory.mktemp("home"), KNOWLEDGE)


@pytest.fixture
def sandbox_app(shared_sandbox_app: SandboxApp) -> Iterator[SandboxApp]:
    """Return the shared sandbox; afterwards clear its faults, and each person's modals and ephemeral messages."""
    yield shared_sandbox_app
    workspace = shared_sandbox_app.sandbox.workspace
    shared_sandbox_app.sandbox.faults.clear()
    for person in workspace.people:
        workspace.views.clear(person.id)
        for message in workspace.ephemerals(person.id):
            workspace.remove(message)


@pytest.fixture(scope="package")
def shared_monitor() -> PageMonitor:
    """Return the monitor of every tab."""
    return PageMonitor()


@pytest.fixture(scope="package")
def shared_tabs(browser: Browser, shared_monitor: PageMonitor) -> Iterator[Tabs]:
    """Open a new browser context, whose tabs share storage as tabs of one browser do."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(WAIT_SECONDS * 1000)
    context.on("page", shared_monitor.attach)
    yield Tabs(context)
    context.close()


@pytest.fixture
def monitor(shared_monitor: PageMonitor) -> Iterator[PageMonitor]:
    """Return the monitor of this test's tabs; fail on a violation."""
    shared_monitor.reset()
    yield shared_monitor
    assert not shared_monitor.violations, shared_monitor.violations


@pytest.fixture(scope="package")
def shared_phone_tabs(browser: Browser, shared_monitor: PageMonitor) -> Iterator[Tabs]:
    """Open a browser context that behaves as on a phone: narrow, with touch and without a pointer that hovers."""
    context = browser.new_context(
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(WAIT_SECONDS * 1000)
    context.on("page", shared_monitor.attach)
    yield Tabs(context, PHONE)
    context.close()


def lent(tabs: Tabs, request: pytest.FixtureRequest) -> Iterator[Tabs]:
    """Return the tabs of a test; take a screenshot of each if it fails."""
    yield tabs
    if request.node.stash.get(FAILED, False):
        for number, page in enumerate(tabs.used, 1):
            Tab(page, "", "").screenshot(f"failed-{request.node.name}-{number}".replace("/", "-"))
    tabs.leave()


@pytest.fixture
def tabs(shared_tabs: Tabs, monitor: PageMonitor, request: pytest.FixtureRequest) -> Iterator[Tabs]:
    """Return the tabs of this test."""
    yield from lent(shared_tabs, request)


@pytest.fixture
def phone_tabs(shared_phone_tabs: Tabs, monitor: PageMonitor, request: pytest.FixtureRequest) -> Iterator[Tabs]:
    """Return the tabs of this test, as on a phone."""
    yield from lent(shared_phone_tabs, request)


@pytest.fixture
def phone(sandbox_app: SandboxApp, phone_tabs: Tabs) -> Tab:
    """Open the real app as an agent on a phone, in #general."""
    return phone_tabs.open("ana", sandbox_app.sandbox.url)


@pytest.fixture
def tab(sandbox_app: SandboxApp, tabs: Tabs) -> Callable[[str], Tab]:
    """Return a function that opens the real app as a person."""
    return lambda who: tabs.open(who, sandbox_app.sandbox.url)


@pytest.fixture
def ana(tab: Callable[[str], Tab]) -> Tab:
    """Open the real app as an agent, in #general."""
    return tab("ana")


@pytest.fixture
def serve() -> Iterator[Callable[..., DemoApp]]:
    """Return a function that serves a demo app; it takes the options of `served`."""
    with ExitStack() as stack:
        yield lambda **options: DemoApp(stack.enter_context(served(**options)))


@pytest.fixture
def demo_app(serve: Callable[..., DemoApp]) -> DemoApp:
    """Serve a demo app."""
    return serve()


@pytest.fixture
def demo_tab(demo_app: DemoApp, tabs: Tabs) -> Callable[[str], Tab]:
    """Return a function that opens the demo app as a person."""
    return lambda who: tabs.open(who, demo_app.sandbox.url)


@pytest.fixture
def demo(demo_tab: Callable[[str], Tab]) -> Tab:
    """Open the demo app as Ana, in #general."""
    return demo_tab("ana")


@pytest.fixture(scope="package")
def contracts() -> Iterator[int]:
    """Return contract ids that no other test uses: a second escalation about one contract is a duplicate."""
    return itertools.count(34_560_001)


@pytest.fixture
def contract(contracts: Iterator[int]) -> str:
    """Return a contract id that only this test uses."""
    return str(next(contracts))
