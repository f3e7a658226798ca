import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.bolt_app import ServedApp, served
from tests.support.waiting import WAIT_SECONDS

expect.set_options(timeout=WAIT_SECONDS * 1000)

# A browser that speaks to nobody but the page it is shown.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def slack() -> Iterator[ServedApp]:
    with served() as found:
        yield found


# Closed before another package opens its own: two Playwrights at once do not get on.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield running
        running.close()


Opener = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Opener]:
    """Opens a page of the sandbox as a person; any error in it, or request to elsewhere, fails the test."""
    wrong: list[str] = []
    contexts = []

    def check(request: Any) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1" and not request.url.startswith("data:"):
            wrong.append(f"a request left loopback: {request.url}")

    def open_page(
        slack: ServedApp, who: str = "ana", place: str = "", *, cut_off: bool = False, **options: Any
    ) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_SECONDS * 1000)
        page.on("request", check)
        page.on("pageerror", lambda error: wrong.append(f"error in the page: {error}"))
        if not cut_off:  # a page that loses its server says so in the console, too
            page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(f"{slack.sandbox.url}{place or '?as=' + who}")
        page.wait_for_selector("#conversation .composer, #conversation .home")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
