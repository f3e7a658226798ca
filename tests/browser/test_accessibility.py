"""axe-core looks at every main surface, light and dark: nothing serious and nothing critical."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.page_object import Tab
from tests.browser.screens import SURFACES

GRAVE = ("serious", "critical")
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")

SCAN = """
async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const where = (node) => `${node.html.slice(0, 200)} (${node.failureSummary})`;
  return found.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map(where) }));
}
"""


def findings(page: Page) -> list[dict[str, Any]]:
    """What axe finds on the page as it stands: rule, impact, help, and where."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(SCAN)
    return found


@pytest.mark.parametrize("name", SURFACES)
def test_nothing_serious_on(name: str, ana: Tab) -> None:
    SURFACES[name](ana)
    grave: list[dict[str, Any]] = []
    for scheme in ("light", "dark"):
        ana.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        grave += [{"in": scheme, **found} for found in findings(ana.page) if found["impact"] in GRAVE]
    ana.shot(f"dark-{name}")
    assert not grave, grave


def test_the_scan_finds_what_is_wrong(ana: Tab) -> None:
    ana.composer.evaluate(
        "(field) => { field.removeAttribute('aria-label'); field.placeholder = ''; field.style.color = '#fff'; }"
    )
    assert "label" in {found["id"] for found in findings(ana.page) if found["impact"] in GRAVE}


def test_the_theme_is_chosen_by_a_button_and_kept(ana: Tab) -> None:
    background = "() => getComputedStyle(document.body).backgroundColor"
    light = ana.page.evaluate(background)
    ana.page.get_by_role("button", name="Light or dark").click()
    dark = ana.page.evaluate(background)
    assert dark != light
    ana.open()
    assert ana.page.evaluate(background) == dark


def test_the_answer_is_in_the_accessibility_tree_as_it_reads(ana: Tab) -> None:
    SURFACES["answer"](ana)
    tree = ana.messages().last.aria_snapshot()
    for part in (
        'article "slackguide, ',
        "only visible to you",
        'heading "Goes to: HV Mediation Tier 1"',
        'button "Escalate with the form Ask Disputes"',
        'button "Not this: show the next matches"',
    ):
        assert part in tree, tree
    order = [tree.index(part) for part in ("Warning:", "Goes to:", "Steps", "Source:")]
    assert order == sorted(order)
