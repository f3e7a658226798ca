from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from slackguide.evaluation.gates import Gate, GateSet, check_gates
from slackguide.evaluation.html_report import render_html
from slackguide.evaluation.report import Report, build_report
from tests.support.factories import observed

VOID = {"meta", "br", "hr", "img", "input", "link"}
EVIL = 'won\'t <script>alert("x")</script> & <img src=x onerror=y>'


class Outline(HTMLParser):
    """Follows the tags; a page whose tags do not close in order fails at once."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            assert name not in ("src", "href", "srcset", "action"), (tag, value)
            assert not name.startswith("on"), (tag, name, value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        self.words.append(text)


@pytest.fixture
def measured() -> Report:
    return build_report(
        [
            observed("a/a", "answer", "a/a b/b", confidence=0.95, file="one.jsonl"),
            observed("a/a", "answer", "b/b", confidence=0.85, text=EVIL, file="one.jsonl"),
            observed("a/a", "choices", "a/a b/b", confidence=0.55, file="<two>.jsonl"),
            observed("", "choices", "a/a b/b", confidence=0.35, file="<two>.jsonl"),
            observed("", "none", "", confidence=0.0, alerts="x/fire", file="<two>.jsonl"),
        ],
        critical=frozenset({"x/fire"}),
    )


def _read(text: str) -> Outline:
    outline = Outline()
    outline.feed(text)
    outline.close()
    assert outline.open == []
    return outline


def test_the_page_stands_by_itself_and_shows_words_as_words(measured: Report) -> None:
    text = render_html(measured, subtitle="5 questions & more")
    outline = _read(text)
    assert not outline.seen & {"script", "img", "link", "iframe"}
    assert "url(" not in text
    assert "http" not in re.sub(r'http-equiv="Content-Security-Policy"', "", text)
    assert EVIL in outline.words
    assert "5 questions & more" in outline.words


def test_every_chart_is_sound_svg_with_the_numbers_in_it(measured: Report) -> None:
    charts = [
        ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", render_html(measured, subtitle=""))
    ]
    diagram = next(chart for chart in charts if chart.get("class") == "chart")
    bars = [bar.findtext("title") for bar in diagram.iter("rect")]
    assert bars == [
        "1 at 55% mean confidence: 100% right",
        "1 at 85% mean confidence: 0% right",
        "1 at 95% mean confidence: 100% right",
    ]
    strips = [chart.get("aria-label") for chart in charts if chart.get("class") == "strip"]
    assert strips == [
        "answered, right: 50%, answered, wrong: 50%",
        "choices with a right one: 33%, choices without: 33%, nothing found: 33%",
        "answered, right: 20%, answered, wrong: 20%, choices with a right one: 20%, choices without: 20%, "
        "nothing found: 20%",
    ]


def test_every_table_has_a_caption_and_heads_for_rows_and_columns(measured: Report) -> None:
    tables = re.findall(r"<table.*?</table>", render_html(measured, subtitle=""), re.DOTALL)
    assert len(tables) == 7
    for table in tables:
        found = ElementTree.fromstring(table)
        columns = [head.get("scope") for head in found.findall("./thead/tr/th")]
        assert found.findtext("caption")
        assert set(columns) == {"col"}
        for row in found.findall("./tbody/tr"):
            assert [cell.tag for cell in row] == ["th", *["td"] * (len(columns) - 1)]
            assert row[0].get("scope") == "row"


def test_gates_are_reported_met_or_missed(measured: Report) -> None:
    wanted = GateSet("<all>", (), (Gate("top1", "at least", 0.9), Gate("top3", "at least", 0.1)))
    checked = check_gates([wanted], measured.overall.observations, critical=frozenset())
    text = render_html(measured, subtitle="", results=checked)
    assert (
        '<li class="missed"><b>Missed</b> top1 of &lt;all&gt; is 0.6667, wanted at least 0.9: 0.2333 short</li>' in text
    )
    assert '<li class="met"><b>Met</b> top3 of &lt;all&gt; is 0.6667, wanted at least 0.1</li>' in text


def test_a_page_of_nothing_but_out_of_scope_stands_too() -> None:
    outline = _read(render_html(build_report([observed("", "none", "")], critical=frozenset()), subtitle=""))
    assert "Questions out of scope" in outline.words
    assert "Questions in scope" not in outline.words
