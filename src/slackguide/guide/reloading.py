"""Hold the active guide; reload it atomically and keep the old one if validation fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from slackguide.errors import KnowledgeError, SlackguideError, StorageError
from slackguide.guide import Guide

log = logging.getLogger(__name__)


class ReloadableGuide:
    """A reloadable reference to the active guide.

    Calling it returns the active guide. `reload` replaces the guide if the new knowledge base is valid. A guide that is
    not calibrated answers until `calibrate`, which takes some seconds, has returned one that is, in the background.
    The version of the labels in use (`follow_labels`) shifts the confidence of a calibrated guide.
    """

    def __init__(
        self,
        *,
        directory: Path,
        build: Callable[[Path], Guide],
        calibrate: Callable[[Guide], Guide] | None = None,
    ) -> None:
        self._directory = directory
        self._build = build
        self._calibrate = calibrate
        self._reload_lock = threading.Lock()
        self._read_shift: Callable[[], float] = lambda: 0.0
        self._shift = 0.0
        self._unshifted = self._guide = build(directory)
        self.fault: SlackguideError | None = None
        self._start_calibrating(self._guide)

    def __call__(self) -> Guide:
        """Return the active guide."""
        return self._guide

    def reload(self) -> bool:
        """Reload the knowledge base and return whether it is valid. If it is not, the previous guide stays active.

        Any error is stored in `fault`, also an unexpected one, so that a later reload can succeed.
        """
        self.refresh_labels()
        with self._reload_lock:
            try:
                guide = self._build(self._directory)
            except SlackguideError as error:
                log.error("knowledge base in %s not loaded, last valid one stays active: %s", self._directory, error)
                self.fault = error
                return False
            except Exception as error:
                log.exception("knowledge base in %s not loaded, last valid one stays active", self._directory)
                self.fault = KnowledgeError(
                    "The knowledge files could not be loaded because of an internal error in slackguide "
                    f"({type(error).__name__}). The last valid knowledge base stays active. Undo the latest change "
                    "to the files."
                )
                return False
            self._activate(guide)
            self.fault = None
        self._start_calibrating(guide)
        log.info("knowledge base reloaded: %d entries", len(guide.knowledge.entries))
        return True

    def follow_labels(self, read_shift: Callable[[], float]) -> None:
        """Use the shift that `read_shift` returns for the version of the labels in use, now and at every refresh."""
        self._read_shift = read_shift
        self.refresh_labels()

    def refresh_labels(self) -> None:
        """Read which version of the labels is in use. The last one stays in use while it cannot be read."""
        try:
            shift = self._read_shift()
        except StorageError as error:
            log.warning("labels not read, the last version stays in use: %s", error)
            return
        with self._reload_lock:
            if shift != self._shift:
                self._shift = shift
                self._activate(self._unshifted)
                log.info("labels of another version are in use: the confidence is shifted by %.2f", shift)

    def _activate(self, guide: Guide) -> None:
        """Answer with this guide. The caller holds the lock."""
        self._unshifted = guide
        self._guide = guide.with_shift(self._shift) if self._shift and guide.is_calibrated else guide

    def _start_calibrating(self, guide: Guide) -> None:
        if self._calibrate is not None and not guide.is_calibrated:
            threading.Thread(target=self._run_calibration, args=(guide,), name="calibration", daemon=True).start()

    def _run_calibration(self, guide: Guide) -> None:
        assert self._calibrate is not None
        try:
            calibrated = self._calibrate(guide)
        except Exception:
            log.exception("knowledge base not calibrated: answers use the shipped calibration")
            return
        with self._reload_lock:
            if self._unshifted is guide:
                self._activate(calibrated)
                log.info("knowledge base calibrated")
