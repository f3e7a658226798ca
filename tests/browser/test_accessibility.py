"""axe-core finds no serious or critical violation on any main surface, light or dark."""

from __future__ import annotations

from importlib import resources
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_app import DemoApp
from tests.browser.page_object import Tab
from tests.browser.screens import CARDS, SURFACES

GRAVE = ("serious", "critical")
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")

SCAN = """
async () => {
  const result = await axe.run(document, { resultTypes: ["violations"] });
  const where = (node) => `${node.html.slice(0, 200)} (${node.failureSummary})`;
  return result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map(where) }));
}
"""


def grave_findings(page: Page) -> list[dict[str, Any]]:
    """Return the serious and critical findings of axe on the page: rule, impact, help, and nodes."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return [finding for finding in page.evaluate(SCAN) if finding["impact"] in GRAVE]


@pytest.mark.parametrize("name", SURFACES)
def test_nothing_serious_on(name: str, ana: Tab) -> None:
    SURFACES[name](ana)
    grave: list[dict[str, Any]] = []
    for scheme in ("light", "dark"):
        ana.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        grave += [{"in": scheme, **finding} for finding in grave_findings(ana.page)]
    ana.screenshot(f"dark-{name}")
    assert not grave, grave


def test_the_scan_finds_a_violation(ana: Tab) -> None:
    ana.composer.evaluate(
        "(field) => { field.removeAttribute('aria-label'); field.placeholder = ''; field.style.color = '#fff'; }"
    )
    assert "label" in {finding["id"] for finding in grave_findings(ana.page)}


def test_the_theme_is_chosen_by_a_button_and_stored(ana: Tab) -> None:
    background = "() => getComputedStyle(document.body).backgroundColor"
    light = ana.page.evaluate(background)
    ana.page.get_by_role("button", name="Light or dark").click()
    dark = ana.page.evaluate(background)
    assert dark != light
    ana.open()
    assert ana.page.evaluate(background) == dark


def test_the_answer_is_in_the_accessibility_tree_as_it_reads(ana: Tab) -> None:
    card = CARDS["destination"](ana)
    ana.click(card, "More")
    expect(ana.button(card, "Less")).to_be_visible()
    tree = card.aria_snapshot()
    parts = (
        'article "slackguide, ',
        "only visible to you",
        "You asked:",
        'heading "HV Mediation Tier 1"',
        "high value.",
        "⚠",
        'button "Steps (',
        'button "Not this: show the next matches"',
        'button "Open the form Ask Disputes"',
        "From your message:",
    )
    order = [tree.find(part) for part in parts]
    assert order == sorted(order), tree
    assert order[0] >= 0, tree


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 375)], ids=["light", "dark", "phone"]
)
def test_nothing_serious_in_block_kit(
    demo_app: DemoApp, demo: Tab, scheme: Literal["light", "dark"], width: int
) -> None:
    page = demo.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    demo_app.sandbox.say("lena", "general", "See https://example.com and ask @ben in #ask-ce")
    demo.type("/route money")
    expect(demo.messages()).to_have_count(2)
    grave = [{"in": "card", **finding} for finding in grave_findings(page)]
    demo.composer.fill("/r")
    grave += [{"in": "completion", **finding} for finding in grave_findings(page)]
    demo.type("/route ")
    demo.submit()
    expect(page.locator(".fault")).to_have_count(3)
    grave += [{"in": "form", **finding} for finding in grave_findings(page)]
    page.keyboard.press("Escape")
    expect(demo.window).to_have_count(0)
    for tool in ("Request log", "Fault injection", "Clock", "Help"):
        demo.panel(tool)
        grave += [{"in": tool, **finding} for finding in grave_findings(page)]
    assert not grave, grave
