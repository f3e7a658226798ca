"""What the calibration of the matcher is worth, on the shipped knowledge base and on smaller ones cut out of it.

    python benchmarks/calibration.py [--knowledge FOLDER] [--questions FILE...] [--phrasings 3 5 12 60]

Measured on the report half of the questions; labelled questions come from the other half. One row a variant: what is
removed, or what is added. Writes results/calibration.md next to this file.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results"
sys.path.insert(0, str(ROOT / "scripts"))

from fit_matcher import cut, read_knowledge  # noqa: E402

from slackguide.evaluation.metrics import calibrate as reliability  # noqa: E402
from slackguide.evaluation.split import split_of  # noqa: E402
from slackguide.guide.corpus import Corpus  # noqa: E402
from slackguide.knowledge.labelled_questions import LabelledQuestion, read_questions  # noqa: E402
from slackguide.matching import Matcher  # noqa: E402
from slackguide.matching.calibration import learn_shift  # noqa: E402
from slackguide.matching.scoring import FEATURES, MatcherCalibration, shipped_weights  # noqa: E402

HEADER = ("phrasings", "variant", "top-1", "top-3", "answered", "right", "nothing", "ECE", "out of scope answered")
LABELS = (20, 40)
SAMPLES = 10
"""The number of samples of labels over which the metrics are averaged."""


@dataclass(frozen=True)
class Variant:
    """A knowledge base and a calibration of it."""

    name: str
    corpus: Corpus
    calibrations: tuple[MatcherCalibration, ...]
    """One, or several whose metrics are averaged."""


def main() -> int:
    """Measure every variant, print the table and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--knowledge", type=Path, default=ROOT / "knowledge")
    parser.add_argument("--questions", type=Path, nargs="*")
    parser.add_argument("--phrasings", type=int, nargs="*", default=[3, 5, 12, 60])
    options = parser.parse_args()
    files = options.questions or [
        path for path in sorted((options.knowledge / "questions").glob("*.jsonl")) if "self-harm" not in path.stem
    ]
    asked = [one for path in files for one in read_questions(path)[0]]
    whole = read_knowledge(options.knowledge)
    largest = max(len(document.phrasings) for document in whole.documents)
    rows = []
    for phrasings in options.phrasings:
        corpus = whole if phrasings >= largest else cut(whole, phrasings)
        for variant in variants(corpus, asked):
            rows.append((str(phrasings) if corpus is not whole else "all", variant.name, *measure(variant, asked)))
            print(*rows[-1], sep=" | ", flush=True)
    lines = [HEADER, tuple("---" for _ in HEADER), *rows]
    (RESULTS / "calibration.md").write_text("".join(f"| {' | '.join(line)} |\n" for line in lines), "utf-8")
    return 0


def variants(corpus: Corpus, asked: Sequence[LabelledQuestion]) -> Iterator[Variant]:
    """Yield the calibrated knowledge base, and what it is without each part and with labelled questions."""
    calibration = corpus.calibrate()
    yield Variant("as it is", corpus, (calibration,))
    yield Variant("shipped calibration", corpus, (shipped_weights().calibration,))
    if corpus.out_of_scope:
        uninformed = replace(corpus, out_of_scope=())
        yield Variant("no out-of-scope messages", uninformed, (uninformed.calibrate(),))
    unlimited = {**calibration.scope, "bias": 100.0}
    yield Variant("no limit by the scope", corpus, (replace(calibration, scope=unlimited),))
    for feature in FEATURES:
        without = replace(calibration, blend={**calibration.blend, feature: 0})
        yield Variant(f"no {feature} (order only)", corpus, (without,))
    matcher = corpus.matcher().with_calibration(calibration)
    developing = [one for one in asked if one.ids and split_of(one.text) == "development"]
    for count in LABELS:
        samples = [
            random.Random(f"{count}-{seed}").sample(developing, min(count, len(developing))) for seed in range(SAMPLES)
        ]
        shifts = [calibration.question_shift + learnt_shift(matcher, sample) for sample in samples]
        shifted = tuple(replace(calibration, question_shift=shift) for shift in shifts)
        yield Variant(f"{count} labels (mean of {SAMPLES} samples)", corpus, shifted)


def learnt_shift(matcher: Matcher, labels: Sequence[LabelledQuestion]) -> float:
    """Return the shift of the confidence that labelled questions teach."""
    first = [(*matcher.first(one.text), one.ids) for one in labels]
    return learn_shift((odds, id in ids) for id, odds, ids in first)


def measure(variant: Variant, asked: Sequence[LabelledQuestion]) -> tuple[str, ...]:
    """Return the metrics of `HEADER` on the report half, as text."""
    reported = [one for one in asked if split_of(one.text) == "report"]
    matcher = variant.corpus.matcher()
    rows = [metrics(matcher.with_calibration(calibration), reported) for calibration in variant.calibrations]
    *shares, error, outside = (fmean(column) for column in zip(*rows, strict=True))
    return (*(f"{share:.1%}"[:-1] for share in shares), f"{error:.3f}", f"{outside:.1%}"[:-1])


def metrics(matcher: Matcher, asked: Sequence[LabelledQuestion]) -> tuple[float, ...]:
    """Return the metrics of `HEADER` from 0 to 1."""
    matched = [(one.ids, matcher.match(one.text)) for one in asked]
    inside = [(ids, matching) for ids, matching in matched if ids]
    answers = [(ids, matching) for ids, matching in inside if matching.outcome == "answer"]
    outside = [matching for ids, matching in matched if not ids]
    hits = [[match.id in ids for match in matching.matches] for ids, matching in inside]
    error = reliability((m.confidence, bool(h and h[0])) for (_, m), h in zip(inside, hits, strict=True)).error
    return (
        _share(sum(any(hit[:1]) for hit in hits), len(hits)),
        _share(sum(any(hit[:3]) for hit in hits), len(hits)),
        _share(len(answers), len(inside)),
        _share(sum(matching.matches[0].id in ids for ids, matching in answers), len(answers)),
        _share(sum(matching.outcome == "none" for _, matching in inside), len(inside)),
        error or 0.0,
        _share(sum(matching.outcome == "answer" for matching in outside), len(outside)),
    )


def _share(count: int, total: int) -> float:
    return count / total if total else float("nan")


if __name__ == "__main__":
    raise SystemExit(main())
