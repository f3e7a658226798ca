"""Write docs/images/*.png and docs/conversations.html from the sandbox: see `scripts/screenshots`.

The page shows three conversations with the sandbox's own style sheets, as a document without scripts.
`tests/docs/test_conversations.py` asks the guide the same questions and compares.
"""

from __future__ import annotations

import base64
import html
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, expect, sync_playwright

from slackguide.config import read_settings
from slackguide.runtime.sandbox_app import SandboxApp
from tests.browser.conftest import BROWSERS, FLAGS
from tests.browser.page_object import Tab

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
STYLES = ROOT / "src" / "slackguide" / "sandbox" / "static"
SHEETS = ("theme", "messages", "blocks")

QUESTION = "CL wants mediation: hourly, mid market, contract ended, last paid 12 days ago"
TICKET = "https://support.zendesk.com/agent/tickets/47117892"


@dataclass(frozen=True)
class Conversation:
    """A direct message with slackguide: its title, what it shows, and the messages of one person."""

    title: str
    text: str
    messages: Sequence[str]


CONVERSATIONS = (
    Conversation(
        "One question, then the destination",
        "The destination depends on the client's segment, so slackguide asks for it. The next messages are about the "
        "same case.",
        ("CL wants mediation, hourly, ended, paid 12 days ago", "mid market", "what do I tell the client?", "thanks!"),
    ),
    Conversation(
        "A correction changes the answer",
        "The case is not eligible, and the card says what to do instead. A corrected fact decides again.",
        (
            "send to mediation? hourly, ended, last paid 75 days ago, VSB client, regular freelancer, no escrow",
            "sorry, 25 days",
        ),
    ),
    Conversation(
        "A critical concern",
        "What to do now comes first. No question is asked, and the words stay with the person who asked.",
        ("the client writes that he wants to kill himself because of the suspension",),
    ),
)


def main() -> None:
    """Start the sandbox, act in it, and write the files."""
    with sandbox() as app, browser() as context:
        tab = Tab(context.new_page(), "ana", app.sandbox.url).open()
        tab.page.set_viewport_size({"width": 900, "height": 900})
        card = tab.route(QUESTION)
        expect(card.get_by_role("heading")).to_be_visible()
        tab.page.mouse.move(0, 0)
        card.screenshot(path=DOCS / "images" / "answer.png", animations="disabled")
        escalation(context, app, tab, card)
        shown = [
            listing(context, app, name, one) for name, one in zip(("ana", "ben", "lena"), CONVERSATIONS, strict=True)
        ]
    (DOCS / "conversations.html").write_text(document(shown), encoding="utf-8")


@contextmanager
def sandbox() -> Iterator[SandboxApp]:
    """Run the sandbox with the shipped knowledge on a new database."""
    with tempfile.TemporaryDirectory() as home:
        app = SandboxApp(settings=read_settings({"SLACKGUIDE_HOME": home}), port=0, patience=30)
        app.start()
        try:
            yield app
        finally:
            app.stop()


@contextmanager
def browser() -> Iterator[BrowserContext]:
    """Launch the system's Chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        context = chromium.new_context(color_scheme="light", reduced_motion="reduce", locale="en-GB")
        context.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield context
        chromium.close()


def escalation(context: BrowserContext, app: SandboxApp, ana: Tab, card: Locator) -> None:
    """Send the form of an answer, claim it, and take a picture of its card."""
    ana.click_more(card, "Ask #ask-disputes")
    ana.field("ticket_url").fill(TICKET)
    ana.field("contract_id").fill("34567890")
    ana.field("client_username").fill("acme-buyer")
    ana.choose("dispute_reasons", "Manual Time")
    ana.field("summary").fill("Which week of manual time can be disputed?")
    ana.submit()
    marek = Tab(context.new_page(), "marek", app.sandbox.url).open().go("ask-disputes")
    marek.page.set_viewport_size({"width": 900, "height": 900})
    posted = marek.message("D-1001 · ")
    marek.click(posted, "Claim")
    expect(posted).to_contain_text("Claimed by @Marek Nowak")
    marek.page.mouse.move(0, 0)
    posted.screenshot(path=DOCS / "images" / "escalation.png", animations="disabled")


def listing(context: BrowserContext, app: SandboxApp, who: str, conversation: Conversation) -> str:
    """Write the messages to slackguide, wait for each answer, and return the list of messages as HTML."""
    tab = Tab(context.new_page(), who, app.sandbox.url).open().go("slackguide")
    before = tab.messages().count()
    for number, text in enumerate(conversation.messages, 1):
        tab.type(text)
        expect(tab.messages()).to_have_count(before + 2 * number)
    return "\n".join(tab.messages().evaluate_all(STATIC_ROWS, before))


STATIC_ROWS = """
(rows, before) => rows.slice(before).map((row) => {
  for (const tools of row.querySelectorAll(".tools")) tools.remove();
  for (const time of row.querySelectorAll("time")) {
    time.textContent = "10:00";
    time.removeAttribute("title");
  }
  row.setAttribute("aria-label", row.getAttribute("aria-label").replace(/, [0-9:]+$/, ""));
  for (const node of [row, ...row.querySelectorAll("*")]) {
    for (const { name } of [...node.attributes]) {
      if (/^data-|^id$|^aria-(describedby|labelledby)$|^tabindex$/.test(name)) node.removeAttribute(name);
    }
  }
  return row.outerHTML;
})
"""
"""Return the rows without the page's tools, ids and times, so that the file changes only with what is shown."""


def document(shown: Sequence[str]) -> str:
    """Return the page: three lists of messages and the sandbox's style sheets, without scripts."""
    styles = "\n".join((STYLES / "css" / f"{name}.css").read_text("utf-8") for name in SHEETS)
    icon = base64.b64encode((STYLES / "favicon.svg").read_bytes()).decode()
    parts = [
        f"<section><h2>{html.escape(one.title)}</h2>\n<p>{html.escape(one.text)}</p>\n"
        f'<div class="list" inert>\n{rows}\n</div></section>'
        for one, rows in zip(CONVERSATIONS, shown, strict=True)
    ]
    body = "\n".join(parts).replace("/static/favicon.svg", f"data:image/svg+xml;base64,{icon}")
    return PAGE.format(styles=styles, body=body)


PAGE = """<!doctype html>
<!-- Written by scripts/screenshots. -->
<html lang="en">
<head>
<meta charset="utf-8">
<title>slackguide: three conversations</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
{styles}
html, body {{ height: auto; overflow: auto; background: var(--page); }}
body {{ max-width: 52rem; margin: 0 auto; padding: 1rem; }}
section {{ margin: 2rem 0; }}
section > .list {{ overflow: visible; border: 1px solid var(--line); border-radius: 8px; padding: .5rem 0; }}
</style>
</head>
<body>
<h1>Three conversations</h1>
<p>As they look in Slack, drawn by slackguide's sandbox. The buttons do nothing here.</p>
{body}
</body>
</html>
"""


if __name__ == "__main__":
    main()
