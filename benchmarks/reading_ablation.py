"""Measure what each step of reading a whole message is worth.

    python benchmarks/reading_ablation.py

Leaves out one step after another, and all of them, and asks both halves of the messages in tests/data. Writes
benchmarks/results/reading_ablation.md, in percent, as `development / report`. `ranked` is an acceptable entry first by
the ranking alone, without the decision and the detector of critical entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from real_messages import HALVES, ROOT, Message, ask, files, measure, read_messages

from slackguide.evaluation.split import split_of
from slackguide.guide import Guide
from slackguide.guide.corpus import Corpus
from slackguide.matching import Matcher, concern_split, matcher, message_reader
from slackguide.matching.passages import Passages, read_passages
from slackguide.runtime.container import build_guide
from slackguide.text import normalize


def _whole(text: str) -> Passages:
    """Return the whole text as its only passage."""
    return Passages((text,), read_passages(text).is_pasted)


STEPS: Mapping[str, tuple[tuple[object, str, object], ...]] = {
    "metadata and support turns left out": ((message_reader, "read_passages", _whole),),
    "sentences beside the whole": ((message_reader.MessageReader, "_beside", lambda _, scores, *__: scores),),
    "denials": ((message_reader, "without_denials", lambda _: None),),
    "words of other languages": (
        (matcher, "without_foreign_words", lambda text, _: text),
        (matcher, "language_of", lambda *_: None),
    ),
    "several concerns": ((concern_split, "probability", lambda _: 0.0),),
}
SETS = ("pasted", "englishes", "negation", "two")
"""A short question has nothing to leave out."""

COLUMNS = ("ranked", "top3", "answered", "right", "nothing", "ece", "split", "both", "lone")


def main() -> None:
    """Write the table."""
    guide = build_guide(ROOT / "knowledge")
    ranker = Corpus.of(guide.knowledge).matcher()
    sets = files(ROOT / "tests" / "data", ROOT / "knowledge" / "questions")
    variants = {"all steps": (), **{f"without: {name}": (name,) for name in STEPS}, "no step": tuple(STEPS)}
    lines = ["| set | variant | " + " | ".join(COLUMNS) + " |", "| --- | --- |" + " --- |" * len(COLUMNS)]
    for name in SETS:
        messages = [message for path in sets[name] for message in read_messages(path)]
        for variant, left_out in variants.items():
            with steps_left_out(left_out):
                cells = measure_halves(guide, ranker, messages)
            lines.append(f"| {name} | {variant} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    path = Path(ROOT / "benchmarks" / "results" / "reading_ablation.md")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextmanager
def steps_left_out(names: tuple[str, ...]) -> Iterator[None]:
    """Leave out these steps within the context."""
    with ExitStack() as stack:
        for name in names:
            for target, attribute, replacement in STEPS[name]:
                stack.enter_context(patch.object(target, attribute, replacement))
        yield


def measure_halves(guide: Guide, ranker: Matcher, messages: list[Message]) -> list[str]:
    """Return the figures of both halves, one cell for each of `COLUMNS`."""
    figures = []
    for half in HALVES:
        selected = [message for message in messages if split_of(message.text) == half]
        ranked = [is_ranked_first(ranker, message) for message in selected]
        results = measure([ask(guide, message) for message in selected])
        figures.append({**results, "ranked": sum(ranked) / len(ranked)})
    return [" / ".join(_percent(one[column]) for one in figures) for column in COLUMNS]


def is_ranked_first(ranker: Matcher, message: Message) -> bool:
    """Return whether the ranking alone puts an acceptable entry first."""
    ranking = ranker.rank(ranker.read(normalize(message.text)).scores)
    return ranker.ids[ranking.first] in message.ids


def _percent(value: float | int | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


if __name__ == "__main__":
    main()
