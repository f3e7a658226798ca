"""What stands around the words, or marks them, changes neither the entry nor the destination nor a fact."""

from __future__ import annotations

import json
import random
import re
import textwrap
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from slackguide.guide import Answer, Asker, Choices, Concern, Guide
from slackguide.knowledge.conditions import FactValue

TODAY = date(2026, 11, 20)
ROOT = Path(__file__).parents[2]
QUESTIONS, SENTENCES, PAIRS = 400, 200, 6

Decoration = Callable[[str], str]


def _each_word(mark: str) -> Decoration:
    return lambda text: re.sub(r"(?<!\S)(\w+)(?!\S)", rf"{mark}\1{mark}", text)


def _wrapped(width: int) -> Decoration:
    wrapper = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    return lambda text: "\n".join(wrapper.fill(line) for line in text.split("\n"))


DECORATIONS: Mapping[str, Decoration] = {
    "bold": lambda text: f"*{text}*",
    "bold words": _each_word("*"),
    "italic words": _each_word("_"),
    "code": lambda text: f"`{text}`",
    "code words": _each_word("`"),
    "quote": lambda text: "&gt; " + text.replace("\n", "\n&gt; "),
    "wrapped at 40": _wrapped(40),
    "wrapped at 72": _wrapped(72),
    "zero-width spaces": lambda text: re.sub(r"(\w\w)(\w)", "\\1\u200b\\2", text),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "no-break hyphens": lambda text: text.replace("-", "\u2011"),
    "telephone numbers": lambda text: re.sub(r"(?<![\w/.:-])(\d{2,})(?![\w/.:%-])", r"<tel:\1|\1>", text),
    "emoji before": lambda text: f":rotating_light: {text}",
    "emoji after": lambda text: f"{text} :white_check_mark:",
    "greeting": lambda text: f"Hey all, {text}",
    "greeting of its own": lambda text: f"Hi team,\n{text}",
    "short greeting": lambda text: f"hi {text}",
    "thanks": lambda text: f"{text} Thanks in advance!",
    "thanks and name": lambda text: f"{text}\nThanks,\nMaria Lopez",
    "signature": lambda text: f"{text}\n\nBest regards,\nJohn Cruz\nSupport Specialist",
}
ENDINGS = {"emoji after", "thanks", "thanks and name", "signature"}
FIRST_COME = ("bold", "bold words", "italic words", "code", "code words", "zero-width spaces", "telephone numbers")
"""Decorations of the words themselves."""


def _order(name: str) -> int:
    """Return the place of a decoration in a pair: the words are marked first, and the whole text is wrapped last."""
    return 2 if name.startswith("wrapped") else int(name not in FIRST_COME)


def questions() -> list[str]:
    files = sorted(path for path in (ROOT / "knowledge" / "questions").glob("*.jsonl") if "self-harm" not in path.name)
    lines = [line for path in files if "out-of-scope" not in path.name for line in path.read_text().splitlines()]
    texts = [str(json.loads(line)["text"]) for line in lines]
    return random.Random(1).sample([text for text in texts if "*" not in text], QUESTIONS)  # “5* feedback” is no bold


def sentences() -> list[str]:
    lines = (ROOT / "tests" / "extraction" / "sentences.jsonl").read_text().splitlines()
    return [str(json.loads(line)["text"]) for line in lines][:SENTENCES]


def variants(text: str) -> dict[str, str]:
    """Return the text under each decoration, and under some pairs of them."""
    chosen = random.Random(text)
    made = {name: decorate(text) for name, decorate in DECORATIONS.items()}
    for _ in range(PAIRS):
        first, second = sorted(chosen.sample(list(DECORATIONS), 2), key=_order)
        if _order(first) + _order(second) not in (0, 4) and not ENDINGS.issuperset({first, second}):
            made[f"{first}, {second}"] = DECORATIONS[second](DECORATIONS[first](text))
    return made


def shown(guide: Guide, text: str) -> tuple[str | None, str | None]:
    """Return the first entry that is shown, and the destination."""
    outcome = guide.answer(Concern(text), Asker(), today=TODAY)
    first = outcome.matches[0].id if isinstance(outcome, Answer | Choices) else None
    destination = outcome.decision.destination if isinstance(outcome, Answer) else None
    return first, destination.id if destination else None


def facts(guide: Guide, text: str) -> Mapping[str, FactValue]:
    return guide.facts_in(text, today=TODAY)


@pytest.mark.parametrize("part", range(8))
def test_no_decoration_changes_the_entry_or_the_destination(guide: Guide, part: int) -> None:
    changed = [
        (name, text)
        for text in questions()[part::8]
        for plain in [shown(guide, text)]
        for name, decorated in variants(text).items()
        if shown(guide, decorated) != plain
    ]
    assert changed == []


@pytest.mark.parametrize("part", range(8))
def test_no_decoration_changes_a_fact(guide: Guide, part: int) -> None:
    texts = [*sentences()[part::8], *questions()[part::8]]
    changed = [
        (name, text)
        for text in texts
        for plain in [facts(guide, text)]
        for name, decorated in variants(text).items()
        if facts(guide, decorated) != plain
    ]
    assert changed == []


def test_a_line_break_anywhere_states_nothing_that_was_not_said(guide: Guide) -> None:
    """One break at every space: a fact may be asked for instead, but has no other value, and none is new."""
    wrong = []
    for text in sentences()[:60]:
        known = facts(guide, text)
        for place in (match.start() for match in re.finditer(" ", text)):
            broken = f"{text[:place]}\n{text[place + 1 :]}"
            wrong += [(broken, name) for name, value in facts(guide, broken).items() if known.get(name) != value]
    assert wrong == []
