"""Measure the facts extracted from labelled sentences.

`sentences.jsonl` was written before the extractor was tuned. Its odd lines (1, 3, …) were read for tuning, its even
lines were not. `tests/data/fact_sentences.jsonl` was written later by a person who had not seen the code, and
`fact_sentences_{b,c,d,e,f}.jsonl` by five more; their halves are those of `split_of`. `tests/data/fact_messages.jsonl`
holds messages that other people wrote for other purposes, with labels of a developer who read them for tuning.
`python -m tests.extraction.test_labelled_sentences` prints the figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from slackguide.evaluation.split import split_of
from slackguide.extraction.extractor import FactExtractor
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.knowledge.loader import load
from slackguide.matching.wordlist import common_words

ROOT = Path(__file__).parents[2]
Sentences = list[dict[str, Any]]


def read_sentences(path: Path) -> Sentences:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


SENTENCES = read_sentences(Path(__file__).parent / "sentences.jsonl")
BLIND = read_sentences(ROOT / "tests" / "data" / "fact_sentences.jsonl")
LATER = [one for writer in "bc" for one in read_sentences(ROOT / "tests" / "data" / f"fact_sentences_{writer}.jsonl")]
NEWEST = [one for writer in "def" for one in read_sentences(ROOT / "tests" / "data" / f"fact_sentences_{writer}.jsonl")]
MESSAGES = read_sentences(ROOT / "tests" / "data" / "fact_messages.jsonl")
HALVES: dict[str, Sentences] = {
    "sentences, tuned on": SENTENCES[0::2],
    "sentences, held out": SENTENCES[1::2],
    "blind, development": [one for one in BLIND if split_of(one["text"]) == "development"],
    "blind, report": [one for one in BLIND if split_of(one["text"]) == "report"],
    "later, development": [one for one in LATER if split_of(one["text"]) == "development"],
    "later, report": [one for one in LATER if split_of(one["text"]) == "report"],
    "newest, development": [one for one in NEWEST if split_of(one["text"]) == "development"],
    "newest, report": [one for one in NEWEST if split_of(one["text"]) == "report"],
    "messages": MESSAGES,
}


@dataclass(frozen=True)
class Score:
    right: int
    extracted: int
    """Values extracted."""
    stated: int
    """Values that the text states."""
    wrong: int
    """Extracted values where the text states another value, or leaves the fact unclear."""
    asked: int
    """Facts returned as unclear although the text states their value, or does not mention them."""

    @property
    def precision(self) -> float:
        return self.right / self.extracted

    @property
    def recall(self) -> float:
        return self.right / self.stated


def named_facts(sentences: Iterable[dict[str, Any]]) -> set[str]:
    return {name for one in sentences for name in (*one["facts"], *one["unclear"])}


def score(sentences: Sentences, labelled: set[str]) -> Score:
    """Count the values of the facts that are labelled in these sentences. An unclear fact states nothing."""
    knowledge = load(ROOT / "knowledge")
    extractor = FactExtractor(knowledge.facts, FactVocabulary.of_base(knowledge), common_words())
    right = read = stated = wrong = asked = 0
    for one in sentences:
        result = extractor.extract(one["text"], today=date.fromisoformat(one["today"]))
        facts = {name: value for name, value in result.facts.items() if name in labelled}
        right += len(facts.items() & one["facts"].items())
        read, stated = read + len(facts), stated + len(one["facts"])
        wrong += sum(name in one["unclear"] or one["facts"].get(name, value) != value for name, value in facts.items())
        asked += len(result.unclear.keys() & labelled - set(one["unclear"]))
    return Score(right, read, stated, wrong, asked)


@cache
def scores() -> dict[str, Score]:
    labelled = {"sentences": named_facts(SENTENCES), "later": named_facts(LATER), "newest": named_facts(NEWEST)}
    blind = named_facts(BLIND)
    return {name: score(half, labelled.get(name.split(",")[0], blind)) for name, half in HALVES.items()}


@pytest.mark.parametrize(
    ("half", "precision", "recall", "wrong"),
    [
        ("sentences, tuned on", 0.99, 0.98, 0),
        ("sentences, held out", 0.95, 0.98, 0),
        ("blind, development", 0.98, 0.94, 2),
        ("blind, report", 0.95, 0.86, 9),
        ("later, development", 0.97, 0.94, 7),
        ("later, report", 0.92, 0.79, 20),
        ("newest, development", 0.95, 0.78, 18),
        ("newest, report", 0.90, 0.65, 29),
        ("messages", 0.85, 0.81, 1),
    ],
)
def test_precision_and_recall(half: str, precision: float, recall: float, wrong: int) -> None:
    result = scores()[half]
    assert result.precision >= precision, result
    assert result.recall >= recall, result
    assert result.wrong <= wrong, result


def test_wordings_of_each_fact_and_what_only_comes_near_one() -> None:
    """Two writers put every value in 22 ways, and wrote 6 texts near each that do not state it; read for tuning."""
    knowledge = load(ROOT / "knowledge")
    extractor = FactExtractor(knowledge.facts, FactVocabulary.of_base(knowledge), common_words())
    wordings = [
        one for writer in "ab" for one in read_sentences(ROOT / "tests" / "data" / f"fact_wordings_{writer}.jsonl")
    ]
    read = [extractor.extract(one["text"], today=date(2026, 11, 20)).facts.get(one["fact"]) for one in wordings]
    stating = [(one["value"], value) for one, value in zip(wordings, read, strict=True) if one["value"] is not None]
    near = [value for one, value in zip(wordings, read, strict=True) if one["value"] is None]
    assert (len(stating), len(near)) == (2622, 720)
    assert sum(value == stated for stated, value in stating) >= 1480
    assert sum(value not in (None, stated) for stated, value in stating) <= 35
    assert sum(value is not None for value in near) <= 95


def test_the_sentences_are_many_and_sound() -> None:
    knowledge = load(ROOT / "knowledge")
    texts = {sentence["text"] for sentence in SENTENCES}
    nothing = [one for one in SENTENCES if not one["facts"] and not one["unclear"]]
    named = named_facts(SENTENCES)
    assert len(texts) == len(SENTENCES) >= 160
    assert len(nothing) >= 40
    # Every fact of CONTRACT.md, section 3; a fact that is declared later may come with its own sentences.
    assert len(named) == 18
    assert named <= set(knowledge.facts)
    for one in SENTENCES:
        for name, value in one["facts"].items():
            fact = knowledge.facts[name]
            assert value in fact.choices or (fact.kind == "number" and isinstance(value, int)), one


if __name__ == "__main__":
    for name, result in scores().items():
        print(f"{name:20} precision {result.precision:.1%} recall {result.recall:.1%} {result}")
