"""Fit the model that recognizes messages with two concerns.

    python scripts/fit_concern_split.py [--write]

Learns from the development half of the messages in tests/data, and of the shipped questions that are not `unseen-`.
Prints the share of messages at or above several thresholds by five-fold cross-validation: of messages with two concerns
the recall, of all others the false splits. `--write` stores the weights in the package.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from slackguide.evaluation.split import split_of
from slackguide.guide.corpus import Corpus
from slackguide.knowledge import load
from slackguide.matching.concern_split import SIGNALS
from slackguide.text import normalize

ROOT = Path(__file__).parent.parent
WEIGHTS = ROOT / "src" / "slackguide" / "matching" / "data" / "concern_split.json"
SETS = ("two", "beside", "negation", "short", "englishes", "pasted")
RIDGE = 0.3
FOLDS = 5
THRESHOLDS = (0.08, 0.12, 0.16, 0.2, 0.3, 0.4, 0.5)

Matrix = NDArray[np.float64]


def main() -> None:
    """Fit, print the shares, and write the weights if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    matcher = Corpus.of(load(ROOT / "knowledge")).matcher()
    messages = list(read_messages())
    splits = [matcher.read(normalize(text)).split for _, text in messages]
    kept = [at for at, split in enumerate(splits) if split is not None]
    inputs = np.array([[split.signals[name] for name in SIGNALS] for split in splits if split is not None])
    targets = np.array([messages[at][0] == "two" for at in kept], dtype=np.float64)
    print_shares([kind for kind, _ in messages], kept, cross_validate(inputs, targets))
    weights = {
        name: round(float(value), 4) for name, value in zip(("bias", *SIGNALS), fit(inputs, targets), strict=True)
    }
    print(weights)
    if options.write:
        stored = {"fitted_by": "scripts/fit_concern_split.py", "weights": weights}
        WEIGHTS.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def read_messages() -> Iterator[tuple[str, str]]:
    """Yield the kind and text of the messages to learn from."""
    sets = {kind: sorted((ROOT / "tests" / "data").glob(f"messages_{kind}_*.jsonl")) for kind in SETS}
    questions = sorted((ROOT / "knowledge" / "questions").glob("*.jsonl"))
    sets["questions"] = [path for path in questions if not path.name.startswith("unseen-")]
    for kind, paths in sets.items():
        for path in paths:
            for line in path.read_text("utf-8").splitlines():
                stored = json.loads(line)
                if split_of(stored["text"]) == "development" and stored.get("ids", True):
                    yield kind, stored["text"]


def fit(inputs: Matrix, targets: Matrix) -> Matrix:
    """Return the bias and weights of a logistic regression with a ridge penalty, by Newton's method."""
    mean, deviation = inputs.mean(0), inputs.std(0) + 1e-9
    rows = np.column_stack((np.ones(len(inputs)), (inputs - mean) / deviation))
    penalty = RIDGE * np.eye(rows.shape[1])
    penalty[0, 0] = 0.0
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        predicted = 1.0 / (1.0 + np.exp(-rows @ weights))
        gradient = rows.T @ (predicted - targets) + penalty @ weights
        curvature = (rows * (predicted * (1.0 - predicted))[:, None]).T @ rows + penalty
        weights -= np.linalg.solve(curvature, gradient)
    scaled = weights[1:] / deviation
    return np.concatenate(([weights[0] - scaled @ mean], scaled))


def cross_validate(inputs: Matrix, targets: Matrix) -> Matrix:
    """Return the probability of every row by a model that was fitted without it."""
    folds = np.random.default_rng(0).integers(0, FOLDS, len(targets))
    predicted = np.zeros(len(targets))
    for fold in range(FOLDS):
        weights = fit(inputs[folds != fold], targets[folds != fold])
        predicted[folds == fold] = 1.0 / (1.0 + np.exp(-(weights[0] + inputs[folds == fold] @ weights[1:])))
    return predicted


def print_shares(kinds: list[str], kept: list[int], predicted: Matrix) -> None:
    """Print the share of the messages of each kind with at least each probability."""
    names = list(dict.fromkeys(kinds))
    print(f"{'threshold':>10s}" + "".join(f"{name:>11s}" for name in names))
    for threshold in THRESHOLDS:
        shares = [
            sum(p >= threshold for at, p in zip(kept, predicted, strict=True) if kinds[at] == name) / kinds.count(name)
            for name in names
        ]
        print(f"{threshold:10.2f}" + "".join(f"{100 * share:11.1f}" for share in shares))


if __name__ == "__main__":
    main()
