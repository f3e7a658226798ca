"""CPU time of an answer for texts that are long or made to be slow, compared with an ordinary question.

No text of any size should occupy the interpreter for more than 50 ms, because other requests wait meanwhile. Prints
milliseconds, and the ratio to the median of 200 ordinary questions in the same run; writes
benchmarks/results/long_texts.json.

    python benchmarks/long_texts.py [--characters 40000] [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from slackguide.guide import Asker, Concern, Guide
from slackguide.runtime.container import build_guide

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 20)
QUESTIONS = 200
BUDGET = 0.05
"""Seconds of CPU time for one text."""

REPEATED = (
    *("x", "a ", "12", "1 ", ",", "'", "(", "<", "&", "\n", "\u200b", "\u2014", "a\u0301", "客户要求退款"),
    *("*a* ", "> a\n", "@a ", ":wave: ", "http://x.example/ ", "Hi, ", "thanks ", "Ana ", "no, ", "if ", "not "),
    *("what? ", "ended. ", "hourly\n", "hourly or fixed ", "FP HR CL ", "paid 10 days ago ", "2/3/2026 "),
    *("kill myself ", "i want to die ", "k i l l "),
)


def texts(characters: int) -> Mapping[str, str]:
    """Return texts of a length, by a name: one piece repeated, and words and letters at random."""
    rng = random.Random(1)
    words = (ROOT / "knowledge" / "disputes.yaml").read_text(encoding="utf-8").split()
    return {
        **{repr(piece): (piece * characters)[:characters] for piece in REPEATED},
        "words of the knowledge base": " ".join(rng.choices(words, k=characters // 4))[:characters],
        "words of random letters": "".join(rng.choices("abcdefghij klmnop.,!?", k=characters)),
        "misspelt words": " ".join("".join(rng.choices("aeioubcdt", k=8)) for _ in range(characters // 9)),
    }


def seconds(answer: Callable[[], object], runs: int) -> float:
    """Return the CPU time of the fastest of some runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        answer()
        best = min(best, time.process_time() - start)
    return best


def measure(guide: Guide, text: str, runs: int) -> float:
    """Return the CPU time in seconds of the answer to a text."""
    return seconds(lambda: guide.answer(Concern(text), Asker(), today=TODAY), runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=40_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    guide = build_guide(ROOT / "knowledge")
    guide.triage.precompute()
    lines = (ROOT / "knowledge" / "questions" / "unseen-mixed.jsonl").read_text(encoding="utf-8").splitlines()
    usual = statistics.median(measure(guide, json.loads(line)["text"], options.runs) for line in lines[:QUESTIONS])
    times = {name: measure(guide, text, options.runs) for name, text in texts(options.characters).items()}
    print(
        f"An ordinary question: {usual * 1000:.2f} ms. Texts of {options.characters:,} characters, the slowest first:"
    )
    for name, taken in sorted(times.items(), key=lambda item: -item[1]):
        print(f"{taken * 1000:8.1f} ms {taken / usual:6.0f} x {'' if taken <= BUDGET else 'OVER '} {name}")
    result = {
        "characters": options.characters,
        "ordinary_ms": round(usual * 1000, 3),
        "ms": {name: round(taken * 1000, 2) for name, taken in times.items()},
    }
    path = ROOT / "benchmarks" / "results" / "long_texts.json"
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
