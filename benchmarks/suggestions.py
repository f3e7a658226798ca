"""Measure the suggestions of `slackguide suggest`, on both halves of the labelled questions.

    python benchmarks/suggestions.py [--half development]

Gaps: twelve entries at a time are left out of the shipped knowledge, and all questions are asked of the rest. Prints
how many of the clusters are of one label, of how many of the entries left out there is a cluster, and of how many a
cluster or one of the first twenty single questions.
Words: a word that mostly occurs in questions about one entry is renamed in all questions, forty times. Prints how
often the new name is suggested for the glossary, and how often with the word among its meanings; and the number of
words that are suggested without a renaming.
Phrasings: how many of those suggested without a label are suggested for the right entry.
It prints totals only, because no text of the report half may be read.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from slackguide.cli.guides import guide_of
from slackguide.evaluation.asked_questions import AskedQuestion
from slackguide.evaluation.split import SplitName, split_of
from slackguide.evaluation.suggestions import suggest
from slackguide.evaluation.word_suggestions import SHARE
from slackguide.knowledge import KnowledgeBase, load
from slackguide.knowledge.labelled_questions import LabelledQuestion, read_questions
from slackguide.matching.tokenizer import tokenize

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 20)
LEFT_OUT, ROUNDS = 12, 2
LISTED = 20
WORDS, STRANGE = 40, "zqxwv"
ASKED = 4
"""Minimum questions about an entry that is left out."""


def questions_of(half: SplitName) -> list[LabelledQuestion]:
    """Return the labelled questions of a half, without those on self-harm and those with several labels."""
    paths = [path for path in sorted((ROOT / "knowledge/questions").glob("*.jsonl")) if "harm" not in path.name]
    questions = [one for path in paths for one in read_questions(path)[0]]
    return [one for one in questions if len(one.ids) <= 1 and split_of(one.text) == half]


def asked(questions: Sequence[LabelledQuestion]) -> list[AskedQuestion]:
    """Return the questions without their labels."""
    return [AskedQuestion(one.text) for one in questions]


def measure_gaps(base: KnowledgeBase, questions: Sequence[LabelledQuestion]) -> str:
    """Return the figures of clusters, with entries left out."""
    label = {" ".join(one.text.split()).casefold(): (*one.ids, "")[0] for one in questions}
    counts = Counter(id for one in questions for id in one.ids)
    usable = sorted(id for id, count in counts.items() if count >= ASKED and base.entries[id].signs is None)
    draw = random.Random(5)
    clusters = pure = found = listed = left = 0
    for _ in range(ROUNDS):
        gone = set(draw.sample(usable, min(LEFT_OUT, len(usable))))
        rest = replace(base, entries={id: entry for id, entry in base.entries.items() if id not in gone})
        gaps = set()
        suggested = suggest(guide_of(rest), asked(questions), today=TODAY)
        for cluster in suggested.clusters:
            labels = [label.get(text.casefold()) for text in cluster.texts]
            most, count = Counter(labels).most_common(1)[0]
            clusters += 1
            if count * 2 > len(labels):
                pure += 1
                gaps.add(most)
        found += len(gaps & gone)
        listed += len((gaps | {label.get(one.texts[0].casefold()) for one in suggested.unanswered[:LISTED]}) & gone)
        left += len(gone)
    return (
        f"gaps: {found} of {left} have a cluster, {listed} a cluster or a listed question; "
        f"{pure} of {clusters} clusters have mostly one label"
    )


def measure_words(base: KnowledgeBase, questions: Sequence[LabelledQuestion]) -> str:
    """Return the figures of words that the questions call otherwise than the knowledge."""
    guide = guide_of(base)
    uses: dict[str, list[str]] = {}
    for one in questions:
        for word in set(tokenize(one.text)) if one.ids else ():
            uses.setdefault(word, []).append(one.ids[0])
    told = [
        word
        for word, ids in sorted(uses.items())
        if len(word) > 3 and len(ids) >= ASKED and Counter(ids).most_common(1)[0][1] >= SHARE * len(ids)
        and not guide.unknown_words(word)
    ]  # fmt: skip
    found = right = 0
    for word in random.Random(5).sample(told, min(WORDS, len(told))):
        renamed = [
            AskedQuestion(" ".join(STRANGE if one == word else one for one in tokenize(question.text)))
            for question in questions
            if word in tokenize(question.text)
        ]
        meanings = [one.meanings for one in suggest(guide, renamed, today=TODAY).words if one.word == STRANGE]
        found += bool(meanings)
        right += any(word in one for one in meanings)
    others = len(suggest(guide, asked(questions), today=TODAY).words)
    return (
        f"words: {found} of {min(WORDS, len(told))} renamed ones suggested, {right} with its meaning; {others} others"
    )


def measure_phrasings(base: KnowledgeBase, questions: Sequence[LabelledQuestion]) -> str:
    """Return the figures of phrasings without labels."""
    label = {" ".join(one.text.split()).casefold(): one.ids for one in questions}
    found = suggest(guide_of(base), asked(questions), today=TODAY).phrasings
    known = [one for one in found if one.text.casefold() in label]
    right = sum(one.entry in label[one.text.casefold()] for one in known)
    return f"phrasings: {right} of {len(known)} are suggested for the right entry"


def main() -> None:
    """Print the figures of one half or of both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("development", "report"))
    half = parser.parse_args().half
    base = load(ROOT / "knowledge")
    halves: Sequence[SplitName] = (half,) if half else ("development", "report")
    for one in halves:
        questions = questions_of(one)
        print(f"{one} half, {len(questions)} questions")
        for measure in (measure_gaps, measure_words, measure_phrasings):
            print(f"  {measure(base, questions)}", flush=True)


if __name__ == "__main__":
    main()
