"""A specialist's day in the browser: fifteen escalations are claimed and resolved, three of them asked about first.

Prints the height of the cards in the sandbox's page, open and closed, and the clicks and typed
texts of the specialist. Needs Chromium.

    python benchmarks/specialist_day.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from slackguide.escalation.form_validation import FieldValue  # noqa: E402
from slackguide.escalation.models import NewEscalation, Recommendation, Requester  # noqa: E402
from slackguide.runtime.container import open_repositories  # noqa: E402
from slackguide.runtime.sandbox_app import SandboxApp  # noqa: E402
from tests.browser.conftest import BROWSERS, DESKTOP, FLAGS, KNOWLEDGE, start_sandbox_app  # noqa: E402
from tests.browser.page_object import Tab  # noqa: E402

CASES = 15
ASKED = 3
"""Cases in which the specialist needs to know more first."""

BEFORE = 5530
"""Height of fifteen open cards in version 0.1.0, in pixels (review of its usability, finding 26)."""

CLICKS_BEFORE = 5 * CASES + 3 * ASKED
"""Clicks in version 0.1.0: Claim, Resolve, the menu of resolutions, the one option, Send; for a question three more."""

COUNT_CLICKS = (
    "addEventListener('click', (event) => { if (event.isTrusted) window.clicks = (window.clicks ?? 0) + 1; }, true)"
)


def submit_cases(app: SandboxApp, home: Path) -> None:
    """Store the escalations of one requester, with every field filled in."""
    file = next(home.glob("**/*.db"))
    stored = open_repositories(f"sqlite:///{file}", clock=app.clock.now, guide=app.guide, channels={}).escalations
    ana = app.sandbox.workspace.person("ana").id
    for number in range(CASES):
        values: dict[str, FieldValue] = {
            "ticket_url": f"https://support.zendesk.com/agent/tickets/{4711000 + number}",
            "contract_id": f"3456{number:04}",
            "client_username": "acme-buyer",
            "freelancer_username": "lee-writes",
            "dispute_type": "hourly",
            "dispute_reasons": ("manual_time", "poor_communication"),
            "client_segment": "mid_market",
            "summary": f"Which week of manual time can be disputed in case {number + 1}?",
        }
        new = NewEscalation(
            f"V{number}", "ask-disputes", "D", "ask-disputes", Requester(ana, "T0"), values,
            entry_id="disputes/send-to-mediation", question="manual time",
            recommendation=Recommendation("HV Mediation Tier 1", ("high value",)), case_keys=(f"ticket {number}",),
        )  # fmt: skip
        stored.submit(new)


def height(cards: Locator) -> float:
    """Return the height of all cards together, in pixels."""
    boxes = [card.bounding_box() for card in cards.all()]
    return sum(box["height"] for box in boxes if box is not None)


def cards_of(tab: Tab) -> Locator:
    """Return the cards in the channel."""
    return tab.messages().filter(has_text="Which week of manual time")


def work(tab: Tab) -> int:
    """Claim and resolve every case; return how many texts were typed."""
    typed = 0
    for number in range(CASES):
        card = tab.message(f"in case {number + 1}?")
        tab.click(card, "Claim")
        expect(card).to_contain_text("Claimed by")
        if number < ASKED:
            tab.click(card, "Ask for more")
            tab.field("words").fill("Which milestone?")
            tab.submit()
            expect(card).to_contain_text("Waiting for")
            typed += 1
        tab.click(card, "Resolve")
        expect(tab.window).to_have_count(1)
        tab.submit()
        expect(tab.window).to_have_count(0)
        expect(card).to_contain_text("esolved by")
    return typed


@contextmanager
def page() -> Iterator[Page]:
    """Open a page in the system's Chromium that counts the clicks of its user."""
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        context = chromium.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce", locale="en-GB")
        context.add_init_script(COUNT_CLICKS)
        yield context.new_page()
        chromium.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as home, page() as shown:
        running = start_sandbox_app(Path(home), KNOWLEDGE)
        app = next(running)
        submit_cases(app, Path(home))
        marek = Tab(shown, "marek", app.sandbox.url).open().go("ask-disputes")
        expect(cards_of(marek)).to_have_count(CASES, timeout=120_000)
        opened = height(cards_of(marek))
        print(f"open cards:   {opened:,.0f} px for {CASES}; {opened / BEFORE:.0%} of {BEFORE:,} px", flush=True)
        shown.evaluate("window.clicks = 0")
        typed = work(marek)
        clicks = int(shown.evaluate("window.clicks"))
        closed = height(cards_of(marek))
        print(f"closed cards: {closed:,.0f} px")
        print(f"clicks:       {clicks} for {CASES} cases, {ASKED} asked about; before {CLICKS_BEFORE}")
        print(f"texts typed:  {typed}; before {CASES + ASKED}")
        next(running, None)


if __name__ == "__main__":
    main()
