"""The matcher compared with alternatives, on the same texts in one run.

    python benchmarks/matching.py                          # the shipped knowledge base, and growth
    python benchmarks/matching.py --public FOLDER          # also FOLDER/clinc150.tsv and FOLDER/banking77.tsv
    python benchmarks/matching.py --sizes 100 1000 10000 100000

Requires the `bench` extra; an alternative that is not installed is skipped and named. Every measurement runs in its own
process, so that the memory is that of the method. A sample of the questions is also timed with a rapidfuzz
`token_set_ratio` scan over the same phrasings: the ratio of the two depends little on the load of the machine.
Writes results/matching.md and results/matching.json next to this file.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results"
sys.path.insert(0, str(ROOT / "scripts"))

from fit_matcher import SCOPED, read_knowledge, read_questions  # noqa: E402

from slackguide.guide.corpus import Corpus  # noqa: E402
from slackguide.matching import EntryDocument, Vocabulary  # noqa: E402

METHODS = {
    "rapidfuzz WRatio": "rapidfuzz",
    "rapidfuzz token_set_ratio": "rapidfuzz",
    "bm25s": "bm25s",
    "tantivy": "tantivy",
    "TF-IDF + LinearSVC": "sklearn",
    "slackguide": "numpy",
}
REFERENCE = "rapidfuzz token_set_ratio"
SLOWEST_SIZE = {"rapidfuzz WRatio": 1_000, "TF-IDF + LinearSVC": 1_000}
"""Largest number of entries for slow methods: beyond it, a measurement takes minutes."""

Ranker = Callable[[str], Sequence[tuple[str, float]]]
"""Maps a question to the five best entries with their scores, best first."""


@dataclass(frozen=True)
class Task:
    """Documents, and questions with the ids of the right entries (none: out of scope)."""

    name: str
    corpus: Corpus
    questions: list[tuple[str, frozenset[str]]]


@dataclass(frozen=True)
class Result:
    """The measurements of one method on one task; times in milliseconds, memory growth of the process in MB."""

    method: str
    task: str
    entries: int
    phrasings: int
    top1: float | None
    top3: float | None
    auroc: float | None
    p50: float
    p99: float
    p50_of_reference: float
    build_seconds: float
    memory_mb: float


def main() -> int:
    """Run every method on every task, print the table and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--knowledge", type=Path, default=ROOT / "knowledge")
    parser.add_argument("--public", type=Path, help="folder with clinc150.tsv and banking77.tsv (text, label, split)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1_000, 10_000])
    parser.add_argument("--only", nargs=2, metavar=("METHOD", "TASK"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        method, name = options.only
        print(json.dumps(asdict(measure(method, task_named(name, options)))))
        return 0
    missing = [method for method, module in METHODS.items() if importlib.util.find_spec(module) is None]
    results = [
        result
        for name in task_names(options)
        for method in METHODS
        if method not in missing
        for result in [in_own_process(method, name, options)]
        if result is not None
    ]
    table = as_markdown(results) + "".join(f"\nNot installed, skipped: {method}.\n" for method in missing)
    print(table)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "matching.md").write_text(table, "utf-8")
    (RESULTS / "matching.json").write_text(json.dumps([asdict(one) for one in results], indent=2) + "\n", "utf-8")
    return 0


# ---- tasks ---------------------------------------------------------------------------------------------------------


def task_names(options: argparse.Namespace) -> list[str]:
    """Return the names of the tasks."""
    public = ["clinc150", "banking77"] if options.public else []
    return ["shipped", *public, *(f"growth:{size}" for size in options.sizes)]


def task_named(name: str, options: argparse.Namespace) -> Task:
    """Return the task of that name."""
    if name == "shipped":
        return shipped(options.knowledge)
    if name.startswith("growth:"):
        return grown(options.knowledge, int(name.removeprefix("growth:")))
    return public(options.public / f"{name}.tsv")


def shipped(folder: Path) -> Task:
    """Return the knowledge base of this checkout and its questions in scope."""
    corpus = read_knowledge(folder)
    questions = [(q.text, q.ids) for q in read_questions(folder / "questions") if q.kind == SCOPED]
    return Task("shipped", corpus, questions)


def public(path: Path) -> Task:
    """Return a public intent data set; a label is an entry without a title, `oos` is out of scope."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    phrasings: dict[str, list[str]] = {}
    for row in rows:
        if row["split"] != "test":
            phrasings.setdefault(row["label"], []).append(row["text"])
    documents = tuple(EntryDocument(label, "", tuple(texts)) for label, texts in phrasings.items())
    test = [row for row in rows if row["split"] == "test"]
    questions = [(row["text"], frozenset({row["label"]} - {"oos"})) for row in test]
    return Task(path.stem, Corpus(documents, Vocabulary(), ()), questions)


def grown(folder: Path, entries: int) -> Task:
    """Generate entries with three phrasings, each spliced from two shipped ones with a unique word in between."""
    corpus = read_knowledge(folder)
    shipped_phrasings = [phrasing.split() for document in corpus.documents for phrasing in document.phrasings]
    rng = random.Random(entries)

    def phrasing(number: int) -> str:
        first, second = rng.choice(shipped_phrasings), rng.choice(shipped_phrasings)
        return " ".join([*first[: len(first) // 2 + 1], f"case{number}", *second[len(second) // 2 :]])

    documents = tuple(EntryDocument(f"entry/{n}", "", tuple(phrasing(n) for _ in range(3))) for n in range(entries))
    count = 200 if entries <= 10_000 else 20
    texts = [rng.choice(rng.choice(documents).phrasings).split()[1:] for _ in range(count)]
    questions: list[tuple[str, frozenset[str]]] = [(" ".join(words), frozenset()) for words in texts]
    return Task(f"growth:{entries}", Corpus(documents, corpus.vocabulary, ()), questions)


# ---- methods -------------------------------------------------------------------------------------------------------


def ranker(method: str, task: Task) -> Ranker:
    """Build the method on the task's documents."""
    if method == "slackguide":
        return slackguide_matcher(task)
    if method.startswith("rapidfuzz"):
        return scan(method.removeprefix("rapidfuzz "), task.corpus.documents)
    return {"bm25s": bm25s_index, "tantivy": tantivy_index, "TF-IDF + LinearSVC": linear_svc}[method](
        task.corpus.documents
    )


def slackguide_matcher(task: Task) -> Ranker:
    """Rank with slackguide, including the glossary."""
    matcher = task.corpus.matcher()
    return lambda text: [(match.id, match.confidence) for match in matcher.match(text).matches]


def scan(scorer: str, documents: Sequence[EntryDocument]) -> Ranker:
    """Rank by the rapidfuzz scorer of that name over all phrasings."""
    from rapidfuzz import fuzz, process, utils

    owners, phrasings = zip(*phrasings_and_titles(documents), strict=True)
    texts = [utils.default_process(text) for text in phrasings]

    def rank(text: str) -> Sequence[tuple[str, float]]:
        query = utils.default_process(text)
        matches = process.extract(query, texts, scorer=getattr(fuzz, scorer), limit=60)
        return best_of_entry((owners[index], score) for _, score, index in matches)

    return rank


def bm25s_index(documents: Sequence[EntryDocument]) -> Ranker:
    """Rank with bm25s."""
    import bm25s

    index = bm25s.BM25()
    index.index(
        bm25s.tokenize([full_text(document) for document in documents], show_progress=False), show_progress=False
    )
    ids = [document.id for document in documents]

    def rank(text: str) -> Sequence[tuple[str, float]]:
        tokens = bm25s.tokenize(text, show_progress=False)
        rows, scores = index.retrieve(tokens, k=min(5, len(ids)), show_progress=False)
        return [(ids[row], float(score)) for row, score in zip(rows[0], scores[0], strict=True)]

    return rank


def tantivy_index(documents: Sequence[EntryDocument]) -> Ranker:
    """Rank with tantivy, with its English stemmer."""
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    schema.add_text_field("body", stored=False, tokenizer_name="en_stem")
    index = tantivy.Index(schema.build())
    writer = index.writer()
    for document in documents:
        writer.add_document(tantivy.Document(id=document.id, body=full_text(document)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def rank(text: str) -> Sequence[tuple[str, float]]:
        words = "".join(letter if letter.isalnum() else " " for letter in text.lower())
        query, _ = index.parse_query_lenient(words, ["body"])
        return [(searcher.doc(address)["id"][0], score) for score, address in searcher.search(query, 5).hits]

    return rank


def linear_svc(documents: Sequence[EntryDocument]) -> Ranker:
    """Rank with a linear SVM on TF-IDF features of words and character n-grams."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion, make_pipeline
    from sklearn.svm import LinearSVC

    owners, texts = zip(*phrasings_and_titles(documents), strict=True)
    features = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)),
            ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)),
        ]
    )
    model = make_pipeline(features, LinearSVC()).fit(texts, owners)

    def rank(text: str) -> Sequence[tuple[str, float]]:
        scores = model.decision_function([text])[0]
        return [(model.classes_[index], float(scores[index])) for index in np.argsort(-scores)[:5]]

    return rank


def phrasings_and_titles(documents: Sequence[EntryDocument]) -> list[tuple[str, str]]:
    """Return every phrasing and title with the id of its entry."""
    return [(d.id, text) for d in documents for text in (*d.phrasings, d.title) if text]


def full_text(document: EntryDocument) -> str:
    """Return an entry as one text."""
    return "\n".join((document.title, *document.phrasings, document.body))


def best_of_entry(scores: Any) -> list[tuple[str, float]]:
    """Return the five best entries, each with its best score, best first."""
    best: dict[str, float] = {}
    for id, score in scores:
        best[id] = max(best.get(id, score), score)
    return sorted(best.items(), key=lambda item: -item[1])[:5]


# ---- measuring -----------------------------------------------------------------------------------------------------


def in_own_process(method: str, name: str, options: argparse.Namespace) -> Result | None:
    """Measure one method on one task in a new process; return None if that takes minutes."""
    size = int(name.removeprefix("growth:")) if name.startswith("growth:") else 0
    if size > SLOWEST_SIZE.get(method, size):
        return None
    arguments = ["--knowledge", str(options.knowledge), *(["--public", str(options.public)] if options.public else [])]
    command = [sys.executable, __file__, *arguments, "--only", method, name]
    print(f"{name}: {method} …", file=sys.stderr, flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Result(**json.loads(done.stdout.splitlines()[-1]))


def measure(method: str, task: Task) -> Result:
    """Build the method, ask it every question, and compare its time with the reference."""
    reference = scan(REFERENCE.removeprefix("rapidfuzz "), task.corpus.documents)
    before = peak_mb()
    started = time.perf_counter()
    rank = ranker(method, task)
    built = time.perf_counter() - started
    rank(task.questions[0][0])
    memory = peak_mb() - before
    times, ratios, top1, top3, scores = [], [], [], [], []
    for number, (text, ids) in enumerate(task.questions):
        ranking, seconds = timed(rank, text)
        times.append(seconds)
        if number % max(len(task.questions) // 200, 1) == 0:
            ratios.append(seconds / timed(reference, text)[1])
        if ids:
            top1.append(bool(ranking) and ranking[0][0] in ids)
            top3.append(any(id in ids for id, _ in ranking[:3]))
        scores.append((bool(ids), ranking[0][1] if ranking else 0.0))
    return Result(
        method=method,
        task=task.name,
        entries=len(task.corpus.documents),
        phrasings=len(phrasings_and_titles(task.corpus.documents)),
        top1=mean(top1),
        top3=mean(top3),
        auroc=auroc(scores) if task.name == "clinc150" else None,
        p50=round(1e3 * median(times), 4),
        p99=round(1e3 * float(np.quantile(times, 0.99)), 4),
        p50_of_reference=round(median(ratios), 4),
        build_seconds=round(built, 3),
        memory_mb=round(memory, 1),
    )


def timed(rank: Ranker, text: str) -> tuple[Sequence[tuple[str, float]], float]:
    """Return the ranking of a question and the seconds that it took."""
    started = time.perf_counter()
    ranking = rank(text)
    return ranking, time.perf_counter() - started


def peak_mb() -> float:
    """Return the peak memory of this process in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def mean(hits: Sequence[bool]) -> float | None:
    """Return the share of hits, or None without any questions."""
    return round(sum(hits) / len(hits), 4) if hits else None


def auroc(scores: Sequence[tuple[bool, float]]) -> float:
    """Return the probability that a question in scope scores above one out of scope (ties count half)."""
    inside = np.array([score for scoped, score in scores if scoped])
    outside = np.sort([score for scoped, score in scores if not scoped])
    below = np.searchsorted(outside, inside, "left") + np.searchsorted(outside, inside, "right")
    return round(float(below.mean()) / (2 * len(outside)), 4)


# ---- reporting -----------------------------------------------------------------------------------------------------


def as_markdown(results: Sequence[Result]) -> str:
    """Return one Markdown table per task."""
    parts = []
    for task in dict.fromkeys(result.task for result in results):
        rows = [result for result in results if result.task == task]
        parts.append(f"\n### {task}: {rows[0].entries:,} entries, {rows[0].phrasings:,} phrasings\n")
        parts.append("| method | top-1 | top-3 | AUROC | p50 ms | p50 / reference | p99 / p50 | build s | memory MB |")
        parts.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for row in rows:
            accuracy = " | ".join("–" if one is None else f"{100 * one:.1f}" for one in (row.top1, row.top3))
            scope = "–" if row.auroc is None else f"{row.auroc:.3f}"
            speed = f"{row.p50:.2f} | {row.p50_of_reference:.3f} | {row.p99 / row.p50:.1f}"
            parts.append(
                f"| {row.method} | {accuracy} | {scope} | {speed} | {row.build_seconds:.2f} | {row.memory_mb:.0f} |"
            )
    parts.append(
        "\nReference: a rapidfuzz token_set_ratio scan over the same phrasings, timed in turn with the method."
    )
    parts.append("The glossary is used by slackguide only; all else is the same for every method.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    raise SystemExit(main())
