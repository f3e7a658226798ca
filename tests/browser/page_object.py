"""A browser tab on the sandbox's page, with one person in front of it. It waits for conditions and never sleeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

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
"""What of the page reaches past the window's sides, other than inside a part of a message that scrolls by itself. The
page as a whole scrolls in no direction."""


def exactly(text: str) -> re.Pattern[str]:
    """The whole of a label, whatever white space is around it."""
    return re.compile(rf"^\s*{re.escape(text)}\s*$")


@dataclass(frozen=True)
class Tab:
    """`who` is the person's name in the workspace; `url` where the sandbox is."""

    page: Page
    who: str
    url: str

    def open(self, place: str = "") -> Tab:
        """Opens the page, or reads it again; `place` is what stands behind the address's #/."""
        self.page.goto(f"{self.url}?as={self.who}#/{place}")
        expect(self.page.locator("#sidebar .me")).to_be_attached()
        return self

    def front(self) -> Tab:
        """Turns to this tab: a browser draws the one behind another once a second only."""
        if len(self.page.context.pages) > 1:
            self.page.bring_to_front()
        return self

    # -- moving about -------------------------------------------------------------------------------------------------

    def go(self, channel: str) -> Tab:
        """To a channel, or to the app with its own name."""
        self.front()
        line = self.page.locator("#sidebar").get_by_role("button", name=re.compile(rf"^{re.escape(channel)}\b"))
        if not line.is_visible():
            self.page.get_by_role("button", name="Channels").click()
        line.click()
        expect(self.page.locator("#conversation h1")).to_contain_text(channel)
        return self

    def home(self) -> Locator:
        """To App Home; its sheet."""
        self.go("slackguide")
        self.page.get_by_role("tab", name="Home").click()
        sheet = self.page.locator(".home .sheet")
        expect(sheet).to_be_visible()
        return sheet

    def panel(self, name: str) -> Locator:
        """Opens one of the sandbox's tools, which is closed; the pane."""
        self.page.get_by_role("toolbar", name="Sandbox tools").get_by_role("button", name=name, exact=True).click()
        expect(self.side.get_by_role("heading", name=name, level=2)).to_be_visible()
        return self.side

    @property
    def side(self) -> Locator:
        """The pane on the right: a thread or a tool."""
        return self.page.locator("#side")

    @property
    def window(self) -> Locator:
        """The modal that is open."""
        return self.page.get_by_role("dialog")

    # -- saying -------------------------------------------------------------------------------------------------------

    @property
    def composer(self) -> Locator:
        """Where one types, in the conversation."""
        return self.page.locator("#conversation .composer textarea")

    def messages(self, within: str = "#conversation") -> Locator:
        """Every message there."""
        return self.page.locator(f"{within} article.message")

    def type(self, text: str, *, within: str = "#conversation") -> None:
        """Types into the composer and sends."""
        field = self.front().page.locator(f"{within} .composer textarea")
        field.fill(text)
        field.press("Enter")

    def message(self, containing: str | re.Pattern[str], within: str = "#conversation") -> Locator:
        """The newest message with that text, as soon as it is there: it stays found when it is drawn anew."""
        found = self.messages(within).filter(has_text=containing).last
        expect(found).to_be_visible()
        return self.page.locator(f'{within} article.message[data-row="{found.get_attribute("data-row")}"]')

    def wait_for_reply(self, text: str, *, within: str = "#conversation") -> Locator:
        """Types and sends; the one message that comes next, the bot's answer or what was said itself."""
        before = self.messages(within).count()
        self.type(text, within=within)
        new = self.messages(within).nth(before)
        expect(new).to_be_visible()
        return self.page.locator(f'{within} article.message[data-row="{new.get_attribute("data-row")}"]')

    def route(self, text: str) -> Locator:
        """Types `/route text`; the answer, which only this person sees."""
        card = self.wait_for_reply(f"/route {text}".strip())
        expect(card).to_contain_text("Only visible to you")
        return card

    # -- pressing and filling in --------------------------------------------------------------------------------------

    def button(self, within: Locator, label: str) -> Locator:
        """A button by what is written on it."""
        return within.locator("button, a.button").filter(has_text=exactly(label))

    def click(self, within: Locator, label: str) -> None:
        """Presses it."""
        self.front().button(within, label).first.click()

    def field(self, id: str) -> Locator:
        """A field of the open modal, by the id that the form gives it."""
        return self.window.locator(f'[data-key="{id}/{id}"]')

    def fault(self, id: str) -> Locator:
        """What stands under a field of the open modal as wrong."""
        return self.window.locator(f'.input[data-block="{id}"] .fault')

    def choose(self, id: str, *options: str) -> None:
        """Picks from a menu of the open modal, typing what is looked for, and moves on."""
        field = self.front().field(id)
        for option in options:
            field.click()
            field.fill(option)
            self.page.get_by_role("option", name=option, exact=True).click()
        field.press("Tab")
        expect(self.page.locator(".options")).to_have_count(0)

    def submit(self) -> None:
        """Presses the modal's own button."""
        self.front().window.locator('[data-key="modal-submit"]').click()

    # -- looking ------------------------------------------------------------------------------------------------------

    def screenshot(self, name: str, *, of: Locator | None = None) -> None:
        """Keeps a picture of the window, or of a part of it."""
        self.front()
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        (of.screenshot if of else self.page.screenshot)(path=path, animations="disabled")

    def overflowing(self) -> list[str]:
        """Whatever reaches past the sides of the window."""
        found: list[str] = self.page.evaluate(OVERFLOWING)
        return found


def steps_of(card: Locator) -> list[str]:
    """The numbered steps of an answer."""
    return [text.strip() for text in card.locator(".richtext ol li").all_inner_texts()]


def top(part: Locator) -> float:
    """How far down something begins, in pixels."""
    box = part.bounding_box()
    assert box is not None, f"{part} is not to be seen"
    return box["y"]
