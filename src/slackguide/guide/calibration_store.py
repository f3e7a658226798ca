"""Keep what is learnt from knowledge bases in files: calibrations, and the arrays of the matcher's models."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from slackguide import matching, text
from slackguide.guide.corpus import Corpus
from slackguide.guide.garbage import lasting_objects
from slackguide.guide.guide import Guide
from slackguide.knowledge import KnowledgeBase, pattern_timing
from slackguide.knowledge.pattern_checks import assume_fast, fast_patterns
from slackguide.matching.calibration import VERSION
from slackguide.matching.scoring import MatcherCalibration, shipped_weights
from slackguide.matching.types import Arrays, Recall

log = logging.getLogger(__name__)

FOLDER = "calibrations"
"""The folder in the home folder."""

MAX_MODELS = 30
"""Files of models to keep, the latest first. The shipped base has six of together 41 MB; each edit makes others."""

_LAST = "#last"
"""The last array of a file, by which one that lost arrays at its end is known."""


class CalibrationStore:
    """Calibrations and models in files, each under the hash of all that it depends on.

    A file that cannot be read or written is as good as none: its content is learnt again.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def get(self, corpus: Corpus) -> MatcherCalibration | None:
        """Return the stored calibration of a corpus, or None."""
        try:
            return MatcherCalibration(**json.loads(self._file(corpus).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def get_or_learn(self, corpus: Corpus) -> MatcherCalibration:
        """Return the stored calibration of a corpus; learn and store it if there is none."""
        stored = self.get(corpus)
        if stored is not None:
            return stored
        calibration = corpus.calibrate()
        try:
            self._put_json(self._file(corpus), asdict(calibration))
        except OSError as error:
            log.warning("calibration not stored in %s: %s", self._folder, error.strerror)
        return calibration

    def recall(self, corpus: Corpus) -> Recall:
        """Return the function that reads the models of a corpus, and learns and stores those that are missing."""
        key = _digest([_code_digest(), asdict(corpus)])
        return partial(self._recall, key)

    def _recall(self, key: str, name: str, learn: Callable[[], Arrays]) -> Arrays:
        file = self._folder / f"{_digest([key, name])}.npz"
        try:
            with file.open("rb") as stream, np.load(stream) as stored:
                recalled = dict(stored)
            del recalled[_LAST]
            return recalled
        except (OSError, ValueError, TypeError, EOFError, BadZipFile, KeyError, RuntimeError):
            arrays = learn()
        with suppress(OSError):
            self._put(file, lambda part: _write_arrays(part, arrays))
        return arrays

    @contextmanager
    def pattern_timings(self) -> Iterator[None]:
        """Time no pattern of forms that was fast in an earlier process, and store those that are in this one."""
        code = Path(pattern_timing.__file__).read_text("utf-8")
        file = self._folder / f"{_digest([sys.version, code])}.json"
        try:
            known = [(str(pattern), use) for pattern, use in json.loads(file.read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            known = []
        assume_fast(known)
        yield
        if (fast := fast_patterns()) != known:
            with suppress(OSError):
                self._put_json(file, fast)

    def _put_json(self, file: Path, document: object) -> None:
        self._put(file, lambda part: part.write_text(json.dumps(document), "utf-8"))

    def _put(self, file: Path, write: Callable[[Path], object]) -> None:
        part = file.with_suffix(f".{os.getpid()}.part")
        self._folder.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(file)
        models = sorted(self._folder.glob("*.npz"), key=lambda model: model.stat().st_mtime)
        for model in models[:-MAX_MODELS]:
            model.unlink(missing_ok=True)

    def _file(self, corpus: Corpus) -> Path:
        parts = [
            VERSION,
            asdict(shipped_weights().calibration),
            [asdict(document) for document in corpus.documents],
            asdict(corpus.vocabulary),
            corpus.out_of_scope,
        ]
        return self._folder / f"{_digest(parts)}.json"


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _code_digest() -> str:
    """Return the digest of the code that learns, so that no version reads what another one learnt."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__}".encode())
    for file in (Path(text.__file__), *sorted(Path(matching.__file__).parent.rglob("*"))):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _write_arrays(file: Path, arrays: Arrays) -> None:
    with file.open("wb") as stream:
        np.savez(stream, **arrays, **{_LAST: np.array(True)})  # type: ignore[arg-type]


def calibrated_guide(knowledge: KnowledgeBase, store: CalibrationStore) -> Guide:
    """Build a guide that stays until the process ends.

    Its calibration is that of its knowledge base, which takes some seconds if it is not stored.
    """
    corpus = Corpus.of(knowledge)
    calibration = store.get_or_learn(corpus)
    with lasting_objects():
        return Guide(knowledge, calibration, store.recall(corpus))
