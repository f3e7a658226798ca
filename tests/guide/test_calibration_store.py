"""Calibrations, models and pattern timings in the home folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from slackguide.guide import CalibrationStore, calibrated_guide, calibration_store
from slackguide.guide.calibration_store import FOLDER, MAX_MODELS
from slackguide.guide.corpus import Corpus
from slackguide.knowledge import load
from slackguide.knowledge.pattern_checks import slow_text
from slackguide.matching import CriticalPatterns
from slackguide.matching.types import Arrays
from tests.support.small_knowledge import write_knowledge


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus.of(load(write_knowledge(tmp_path_factory.mktemp("knowledge"))))


def test_learns_once_and_reads_what_was_stored(tmp_path: Path, corpus: Corpus) -> None:
    store = CalibrationStore(tmp_path)
    assert store.get(corpus) is None
    learnt = store.get_or_learn(corpus)
    assert learnt == corpus.calibrate()
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_text(json.dumps({**json.loads(file.read_text()), "scope_from": 7.5}))
    assert store.get_or_learn(corpus) == replace(learnt, scope_from=7.5)


def test_other_phrasings_are_learnt_anew(tmp_path: Path, corpus: Corpus) -> None:
    store = CalibrationStore(tmp_path)
    store.get_or_learn(corpus)
    first, *others = corpus.documents
    edited = replace(
        corpus, documents=(replace(first, phrasings=(*first.phrasings, "one more way to say it")), *others)
    )
    assert store.get(edited) is None
    assert store.get_or_learn(edited) == edited.calibrate()
    assert store.get(edited) is not None


def test_a_damaged_file_is_learnt_again(tmp_path: Path, corpus: Corpus) -> None:
    store = CalibrationStore(tmp_path)
    learnt = store.get_or_learn(corpus)
    (file,) = (tmp_path / FOLDER).iterdir()
    for damaged in ("", "[1]", '{"unknown": 1}'):
        file.write_text(damaged)
        assert store.get_or_learn(corpus) == learnt


def test_a_home_that_cannot_be_written_does_not_prevent_answers(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path / "home"
    home.write_text("a file")
    guide = calibrated_guide(load(write_knowledge(tmp_path_factory.mktemp("knowledge"))), CalibrationStore(home))
    assert guide.is_calibrated
    assert home.read_text() == "a file"


def learnt(value: float) -> Callable[[], Arrays]:
    return lambda: {"weights": np.array([value])}


def learn_nothing() -> Arrays:
    raise AssertionError("learnt again")


def test_a_matcher_of_stored_models_learns_nothing_and_answers_alike(tmp_path: Path, corpus: Corpus) -> None:
    first = corpus.documents[0]
    signs = CriticalPatterns(
        first.id, "", clear=("want to die",), weak=(), exclusions=(),
        serious=("he says goodbye to everybody", "she gave away all that she owns"),
        harmless=("he says goodbye to the old plan", "she gave away the second login"),
    )  # fmt: skip
    taught = replace(corpus, critical_patterns=(signs,))
    matchers = [taught.matcher(), taught.matcher(recall=CalibrationStore(tmp_path).recall(taught))]
    assert len(list((tmp_path / FOLDER).glob("*.npz"))) == 5
    stored = CalibrationStore(tmp_path).recall(taught)
    matchers.append(taught.matcher(recall=lambda name, learn: stored(name, learn_nothing)))
    for text in (*first.phrasings, corpus.documents[-1].title, "he says good-bye and gave evrything away", "login"):
        assert len({matcher.critical_score(first.id, text) for matcher in matchers}) == 1
        assert len({repr(matcher.match(text)) for matcher in matchers}) == 1


def test_models_of_other_texts_and_damaged_files_are_learnt_again(tmp_path: Path, corpus: Corpus) -> None:
    store = CalibrationStore(tmp_path)
    assert store.recall(corpus)("a", learnt(0.5))["weights"] == 0.5
    assert store.recall(corpus)("a", learn_nothing)["weights"] == 0.5
    edited = replace(corpus, out_of_scope=("one more",))
    assert store.recall(edited)("a", learnt(1.5))["weights"] == 1.5
    for file in (tmp_path / FOLDER).iterdir():
        file.write_bytes(file.read_bytes()[:-40])
    assert store.recall(corpus)("a", learnt(2.5))["weights"] == 2.5


def test_a_file_with_any_wrong_bit_is_learnt_again(tmp_path: Path, corpus: Corpus) -> None:
    recall = CalibrationStore(tmp_path).recall(corpus)
    expected = {"weights": np.arange(3.0), "words": np.arange(5, dtype=np.uint8)}
    recall("a", lambda: expected)
    (file,) = (tmp_path / FOLDER).iterdir()
    content = file.read_bytes()
    for at in range(len(content)):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :])
        recalled = recall("a", lambda: expected)
        assert {name: one.tolist() for name, one in recalled.items()} == {
            name: one.tolist() for name, one in expected.items()
        }, at


@pytest.mark.parametrize("edit", ["text", "package"])
def test_an_edit_never_meets_what_was_learnt_before(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    home = CalibrationStore(tmp_path)
    corpus = replace(corpus, out_of_scope=("what is for lunch today", "who won the match"))
    corpus.matcher(recall=home.recall(corpus))
    before = {file.name for file in (tmp_path / FOLDER).iterdir()}
    if edit == "text":
        first, *others = corpus.documents
        corpus = replace(corpus, documents=(replace(first, tickets=("the quokka sits in the boiler room",)), *others))
    else:
        monkeypatch.setattr(calibration_store, "_code_digest", lambda: "of another version")
    learnt_anew = corpus.matcher()
    stored = corpus.matcher(recall=home.recall(corpus))
    assert len({file.name for file in (tmp_path / FOLDER).iterdir()} - before) == len(before)
    for text in ("the quokka sits in the boiler room", corpus.documents[0].title, "who won the game"):
        assert repr(stored.match(text)) == repr(learnt_anew.match(text))
        assert np.array_equal(stored.score(text).table, learnt_anew.score(text).table)


def test_the_latest_models_stay(tmp_path: Path, corpus: Corpus) -> None:
    recall = CalibrationStore(tmp_path).recall(corpus)
    for number in range(MAX_MODELS + 2):
        recall(str(number), learnt(number))
    assert len(list((tmp_path / FOLDER).iterdir())) == MAX_MODELS
    assert recall(str(MAX_MODELS + 1), learn_nothing)["weights"] == MAX_MODELS + 1


def test_a_pattern_that_was_fast_is_not_timed_again(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    with store.pattern_timings():
        assert slow_text("store-[0-9]{3}", "fullmatch") is None
        assert slow_text("(store-)+(store-)+x", "search") is not None
    (file,) = (tmp_path / FOLDER).iterdir()
    stored = json.loads(file.read_text())
    assert ["store-[0-9]{3}", "fullmatch"] in stored
    assert ["(store-)+(store-)+x", "search"] not in stored
    file.write_text(json.dumps([["(known-)+(known-)+x", "search"]]))
    with store.pattern_timings():
        assert slow_text("(known-)+(known-)+x", "search") is None
    for damaged in ("", "[1]", '{"a": 1}'):
        file.write_text(damaged)
        with store.pattern_timings():
            pass
        assert ["store-[0-9]{3}", "fullmatch"] in json.loads(file.read_text())
