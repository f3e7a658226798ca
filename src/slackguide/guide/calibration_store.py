"""Keep the calibrations of knowledge bases in files."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import asdict
from pathlib import Path

from slackguide.guide.corpus import Corpus
from slackguide.guide.guide import Guide
from slackguide.knowledge import KnowledgeBase
from slackguide.matching.calibration import VERSION
from slackguide.matching.scoring import MatcherCalibration, shipped_weights

log = logging.getLogger(__name__)

FOLDER = "calibrations"
"""The folder in the home folder."""


class CalibrationStore:
    """Calibrations in files, each under the hash of all that it depends on.

    A file that cannot be read or written is as good as none: the calibration is learnt again.
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
        self._put(self._file(corpus), calibration)
        return calibration

    def _put(self, file: Path, calibration: MatcherCalibration) -> None:
        part = file.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(asdict(calibration)), "utf-8")
            part.replace(file)
        except OSError as error:
            log.warning("calibration not stored in %s: %s", self._folder, error.strerror)

    def _file(self, corpus: Corpus) -> Path:
        parts = [
            VERSION,
            asdict(shipped_weights().calibration),
            [asdict(document) for document in corpus.documents],
            asdict(corpus.vocabulary),
            corpus.out_of_scope,
        ]
        key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{key[:32]}.json"


def calibrated_guide(knowledge: KnowledgeBase, store: CalibrationStore) -> Guide:
    """Build a guide with the calibration of its knowledge base, which takes some seconds if it is not stored."""
    return Guide(knowledge, store.get_or_learn(Corpus.of(knowledge)))
