"""Calibrations in the home folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from slackguide.guide import CalibrationStore, calibrated_guide
from slackguide.guide.calibration_store import FOLDER
from slackguide.guide.corpus import Corpus
from slackguide.knowledge import load
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
