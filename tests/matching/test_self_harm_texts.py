"""The shipped detector notices serious messages of every kind, and few others: bounds on tests/data.

The knowledge base learns from the development half. The report half holds messages that it has not learnt from.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from slackguide.evaluation.split import SplitName, split_of
from slackguide.guide import CalibrationStore
from slackguide.guide.corpus import Corpus
from slackguide.knowledge import load
from slackguide.matching import Matcher
from tests.matching.conftest import KNOWLEDGE

DATA = Path(__file__).resolve().parents[1] / "data"
ENTRY = "conduct/self-harm"

Counts = dict[tuple[str, SplitName], Counter[str]]


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Counts:
    """Count the verdicts by label and half; messages with another label, or none, are `ordinary`."""
    corpus = Corpus.of(load(KNOWLEDGE))
    matcher = corpus.matcher().with_calibration(CalibrationStore(tmp_path_factory.mktemp("home")).get_or_learn(corpus))
    counts: Counts = {}
    for name in (*(f"self_harm_{writer}" for writer in "abcdefghijk"), "social", "tickets"):
        for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines():
            message = json.loads(line)
            label = message["label"] if message.get("label") in ("serious", "look-alike") else "ordinary"
            key = (label, split_of(message["text"]))
            counts.setdefault(key, Counter())[judge(matcher, message["text"])] += 1
    return counts


def judge(matcher: Matcher, text: str) -> str:
    matching = matcher.match(text)
    offered = [match.id for match in matching.matches[: matching.offered]]
    if offered[:1] == [ENTRY]:
        return "first"
    return "alert" if ENTRY in offered or matching.alerts else "none"


@pytest.mark.parametrize(("half", "least"), [("development", 0.99), ("report", 0.91)])
def test_serious_messages_are_noticed(counts: Counts, half: SplitName, least: float) -> None:
    verdicts = counts["serious", half]
    assert verdicts.total() > 150
    assert 1.0 - verdicts["none"] / verdicts.total() >= least


@pytest.mark.parametrize(
    ("label", "half", "first", "noticed"),
    [
        ("look-alike", "development", 0.05, 0.14),
        ("look-alike", "report", 0.11, 0.33),
        ("ordinary", "development", 0.01, 0.03),
        ("ordinary", "report", 0.02, 0.14),
    ],
)
def test_few_other_messages_are_taken_for_serious(
    counts: Counts, label: str, half: SplitName, first: float, noticed: float
) -> None:
    verdicts = counts[label, half]
    assert verdicts.total() > 150
    assert verdicts["first"] / verdicts.total() <= first
    assert 1.0 - verdicts["none"] / verdicts.total() <= noticed
