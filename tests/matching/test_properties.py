"""Properties for every text: no error, bounded work, and the same answer in every process and thread."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackguide.matching import CriticalPatterns, Matcher, Vocabulary
from slackguide.matching.features import PAIR_WINDOW
from slackguide.matching.query import MAX_WORDS
from slackguide.matching.tokenizer import MAX_CHARACTERS, MAX_WORD
from tests.matching.conftest import DOCUMENTS, ELSEWHERE, LEARNT, VOCABULARY

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
HOSTILE = st.sampled_from(
    [
        "x" * 10_000,
        "e\u0301" * 5_000,
        "\u202eمرحبا שלום " * 500,
        "\x00\x07\x1b[2J",
        "\ud83d",
        "ǅ" * 400,
        "ﷺ" * 1_000,
        "1" * 9_000,
        "don't " * 3_000,
        "a'" * 5_000,
        "k i l l " * 2_000,
        "http://" + "a" * 9_000,
        "@" * 5_000,
        "<@" * 5_000,
        "\n" * 12_000,
    ]
)
WORDS = st.lists(st.sampled_from(" ".join(p for d in DOCUMENTS for p in (*d.phrasings, d.body)).split()), max_size=400)

ROWS = sum(len(one.phrasings) + 3 for one in DOCUMENTS)
"""Phrasings with titles, and each entry twice: what one feature's values can be visited in."""

FEATURES_OF_A_WORD = 3 * (MAX_WORD + 2) + 2 * PAIR_WINDOW + 4
"""Letter groups, pairs, stem and synonym groups."""


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(DOCUMENTS, VOCABULARY, signs=[LEARNT], out_of_scope=ELSEWHERE)


QUESTIONS = [
    "CL wants mediaton after the contrct ended",
    "account suspended",
    "he will kill himself",
    "money back when",
    "zxqv",
    "esc the case, nobody will miss me",
    "she asked me to tell her daughter that she is sorry, and cries on the roof",
    "how are connects for a job returned",
]

ANSWER = """
import json, sys
from tests.matching.conftest import DOCUMENTS, ELSEWHERE, LEARNT, VOCABULARY
from slackguide.matching import Matcher
matcher = Matcher(DOCUMENTS, VOCABULARY, signs=[LEARNT], out_of_scope=ELSEWHERE)
print(json.dumps([repr(matcher.match(text)) for text in json.load(sys.stdin)]))
"""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(ANY_TEXT, HOSTILE, WORDS.map(" ".join), st.tuples(HOSTILE, ANY_TEXT).map("".join)))
def test_any_text_has_an_outcome(matcher: Matcher, text: str) -> None:
    matching = matcher.match(text)
    assert matching.outcome in {"answer", "choices", "none"}
    assert len(matching.matches) <= 5
    assert len({match.id for match in matching.matches}) == len(matching.matches)
    assert all(0.0 <= match.confidence <= 1.0 for match in matching.matches)
    assert matching.confidence == (matching.matches[0].confidence if matching.matches else 0.0)
    assert matching.offered <= len(matching.matches)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_any_text_may_be_knowledge(texts: list[str]) -> None:
    documents = [
        replace(one, title=texts[0], phrasings=(*one.phrasings, *texts), body=texts[-1]) for one in DOCUMENTS[:3]
    ]
    vocabulary = Vocabulary({texts[0]: (texts[-1],), "cl": ("client",)}, (tuple(texts), ("refund", texts[0])))
    signs = CriticalPatterns(
        DOCUMENTS[0].id, "", clear=(texts[0],), weak=(), exclusions=(texts[-1],), serious=tuple(texts), harmless=("",)
    )
    built = Matcher(documents, vocabulary, signs=[signs], out_of_scope=texts)
    assert built.match(texts[0]).outcome in {"answer", "choices", "none"}


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(WORDS.map(" ".join), min_size=2, max_size=5))
def test_work_adds_up(matcher: Matcher, texts: list[str]) -> None:
    together = matcher.work(" ".join(texts))
    where_two_meet = 20 * ROWS
    assert together <= sum(matcher.work(text) for text in texts) + len(texts) * (where_two_meet + 1)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(HOSTILE, WORDS.map(" ".join)), times=st.integers(1, 50))
def test_work_has_a_ceiling(matcher: Matcher, text: str, times: int) -> None:
    assert matcher.work(text * times) <= MAX_CHARACTERS + MAX_WORDS * FEATURES_OF_A_WORD * ROWS


def test_what_is_past_the_limit_is_not_read(matcher: Matcher) -> None:
    question = "how do I lift a suspension after the card was updated"
    padding = "." * MAX_CHARACTERS
    assert matcher.match(padding + question).outcome == "none"
    assert matcher.work(question + padding * 9) == matcher.work(question + padding)


def test_one_answer_in_every_process() -> None:
    answers = {_answers_of_another_process(seed) for seed in ("0", "1", "4242")}
    assert len(answers) == 1


def test_one_answer_in_every_thread(matcher: Matcher) -> None:
    alone = [matcher.match(text) for text in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            together = list(pool.map(matcher.match, QUESTIONS * 10))
            assert together == alone * 10


def _answers_of_another_process(seed: str) -> str:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", ANSWER],
        input=json.dumps(QUESTIONS),
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{root / 'src'}:{root}", "PATH": "/usr/bin:/bin"},
    )
    return done.stdout
