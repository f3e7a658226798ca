"""A page object for the sandbox, as one person sees it in a browser tab. It waits for conditions and never sleeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page, expect

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"

OVERFLOWING = """
() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = (node) => {
    for (let at = node.parentElement; at; at = at.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth) return true;
    }
    return false;
  };
  const { scrollWidth, scrollHeight, clientHeight } = document.documentElement;
  const found = scrollWidth > wide ? [`the page is ${scrollWidth} px wide`] : [];
  if (scrollHeight > clientHeight) found.push(`the page is ${scrollHeight} px high in a window of ${clientHeight}`);
  for (const list of document.querySelectorAll(".list, .panel, .home, dialog .body")) {
    if (list.scrollWidth > list.clientWidth) found.push(`${list.className} scrolls sideways: ${list.scrollWidth} px`);
  }
  for (const node of document.querySelectorAll("body *")) {
    if (!node.checkVisibility() || node.closest(".unseen, .skip, svg") || scrolls(node)) continue;
    const box = node.getBoundingClientRect();
    const out = box.width && (box.right > wide + 1 || box.left < -1);
    if (out) found.push(`${node.tagName} ${node.className}: ${box.left} to ${box.right}`);
  }
  return found;
}
"""
"""Return the elements that overflow the viewport, except inside scrollable parts of messages. The page as a whole must
not scroll."""


def exactly(text: str) -> re.Pattern[str]:
    """Return a pattern for a whole label, with any surrounding white space."""
    return re.compile(rf"^\s*{re.escape(text)}\s*$")


@dataclass(frozen=True)
class Tab:
    """A tab of the person `who` on the sandbox at `url`."""

    page: Page
    who: str
    url: str

    def open(self, fragment: str = "") -> Tab:
        """Open or reload the page; `fragment` follows `#/` in the URL."""
        self.page.goto(f"{self.url}?as={self.who}#/{fragment}")
        expect(self.page.locator("#sidebar .me")).to_be_attached()
        return self

    def front(self) -> Tab:
        """Bring this tab to the front: a browser draws a background tab only once a second."""
        if len(self.page.context.pages) > 1:
            self.page.bring_to_front()
        return self

    # -- navigation ---------------------------------------------------------------------------------------------------

    def go(self, channel: str) -> Tab:
        """Open a channel, or the direct messages with the app by its name."""
        self.front()
        line = self.page.locator("#sidebar").get_by_role("button", name=re.compile(rf"^{re.escape(channel)}\b"))
        if not line.is_visible():
            self.page.get_by_role("button", name="Channels").click()
        line.click()
        expect(self.page.locator("#conversation h1")).to_contain_text(channel)
        return self

    def home(self) -> Locator:
        """Open App Home; return its content."""
        self.go("slackguide")
        self.page.get_by_role("tab", name="Home").click()
        sheet = self.page.locator(".home .sheet")
        expect(sheet).to_be_visible()
        return sheet

    def panel(self, name: str) -> Locator:
        """Open one of the sandbox's tools, which is closed; return its panel."""
        tools = self.page.get_by_role("toolbar", name="Sandbox tools")
        button = tools.get_by_role("button", name=name, exact=True)
        if button.is_visible():
            button.click()
        else:  # on a phone the tools are in a menu
            tools.get_by_role("button", name="Tools").click()
            self.page.get_by_role("menuitem", name=name).click()
        expect(self.side.get_by_role("heading", name=name, level=2)).to_be_visible()
        return self.side

    @property
    def side(self) -> Locator:
        """Return the panel on the right: a thread or a tool."""
        return self.page.locator("#side")

    @property
    def window(self) -> Locator:
        """Return the open modal."""
        return self.page.get_by_role("dialog")

    # -- messages -----------------------------------------------------------------------------------------------------

    @property
    def composer(self) -> Locator:
        """Return the composer of the conversation."""
        return self.page.locator("#conversation .composer textarea")

    def messages(self, within: str = "#conversation") -> Locator:
        """Return every message in a part of the page."""
        return self.page.locator(f"{within} article.message")

    def type(self, text: str, *, within: str = "#conversation") -> None:
        """Type into the composer and send."""
        field = self.front().page.locator(f"{within} .composer textarea")
        field.fill(text)
        field.press("Enter")

    def message(self, containing: str | re.Pattern[str], within: str = "#conversation") -> Locator:
        """Wait for the newest message with a text; return a locator that survives a redraw."""
        newest = self.messages(within).filter(has_text=containing).last
        expect(newest).to_be_visible()
        return self.page.locator(f'{within} article.message[data-row="{newest.get_attribute("data-row")}"]')

    def wait_for_reply(self, text: str, *, within: str = "#conversation") -> Locator:
        """Type and send; return the next message, which is the app's answer or the sent message."""
        before = self.messages(within).count()
        self.type(text, within=within)
        new = self.messages(within).nth(before)
        expect(new).to_be_visible()
        return self.page.locator(f'{within} article.message[data-row="{new.get_attribute("data-row")}"]')

    def route(self, text: str) -> Locator:
        """Send `/route text`; return the ephemeral answer."""
        card = self.wait_for_reply(f"/route {text}".strip())
        expect(card).to_contain_text("Only visible to you")
        return card

    # -- elements -----------------------------------------------------------------------------------------------------

    def button(self, within: Locator, label: str) -> Locator:
        """Return a button by its label."""
        return within.locator("button, a.button").filter(has_text=exactly(label))

    def click(self, within: Locator, label: str) -> None:
        """Click a button by its label."""
        self.front().button(within, label).first.click()

    def click_more(self, within: Locator, label: str) -> None:
        """Open the actions under “More” of an answer, and click one by its label."""
        self.click(within, "More")
        self.click(within, label)

    def field(self, id: str) -> Locator:
        """Return a field of the open modal by its id."""
        return self.window.locator(f'[data-key="{id}/{id}"]')

    def fault(self, id: str) -> Locator:
        """Return the error under a field of the open modal."""
        return self.window.locator(f'.input[data-block="{id}"] .fault')

    def choose(self, id: str, *options: str) -> None:
        """Select options in a menu of the open modal by typing them, and leave the field."""
        field = self.front().field(id)
        for option in options:
            field.click()
            field.fill(option)
            self.page.get_by_role("option", name=option, exact=True).click()
        field.press("Tab")
        expect(self.page.locator(".options")).to_have_count(0)

    def submit(self) -> None:
        """Submit the open modal."""
        self.front().window.locator('[data-key="modal-submit"]').click()

    # -- rendering ----------------------------------------------------------------------------------------------------

    def screenshot(self, name: str, *, of: Locator | None = None) -> None:
        """Save a screenshot of the page, or of a part of it."""
        self.front()
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        (of.screenshot if of else self.page.screenshot)(path=path, animations="disabled")

    def overflowing(self) -> list[str]:
        """Return descriptions of the elements that overflow the viewport."""
        elements: list[str] = self.page.evaluate(OVERFLOWING)
        return elements


def heading(card: Locator, text: str) -> Locator:
    """Return the heading of a card: the destination or the question."""
    return card.get_by_role("heading", name=text, exact=True)


def steps_of(card: Locator) -> list[str]:
    """Return the numbered steps of an answer."""
    return [text.strip() for text in card.locator(".richtext ol li").all_inner_texts()]


def top(part: Locator) -> float:
    """Return the distance of an element from the top, in pixels."""
    return _box(part)["y"]


def bottom(part: Locator) -> float:
    """Return the distance of an element's lower edge from the top, in pixels."""
    box = _box(part)
    return box["y"] + box["height"]


def _box(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None, f"{part} is not visible"
    return box
