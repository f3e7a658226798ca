"""Hold the active guide; reload it atomically and keep the old one if validation fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from slackguide.errors import KnowledgeError, SlackguideError
from slackguide.guide import Guide

log = logging.getLogger(__name__)


class ReloadableGuide:
    """Holds the guide that answers. Calling it gives the one in force; `reload` swaps it where the new one is sound."""

    def __init__(self, *, directory: Path, build: Callable[[Path], Guide]) -> None:
        self._directory = directory
        self._build = build
        self._reload_lock = threading.Lock()
        self._guide = build(directory)
        self.fault: SlackguideError | None = None

    def __call__(self) -> Guide:
        """The guide in force."""
        return self._guide

    def reload(self) -> bool:
        """Reads the knowledge again; whether it was sound. A faulty one is refused and the last good one stays.

        Whatever goes wrong ends in `fault`, a fault of our own too: the files can be mended and read again.
        """
        with self._reload_lock:
            try:
                guide = self._build(self._directory)
            except SlackguideError as error:
                log.error("the knowledge in %s was not taken, the last good one stays: %s", self._directory, error)
                self.fault = error
                return False
            except Exception as error:
                log.exception("the knowledge in %s was not taken, the last good one stays", self._directory)
                self.fault = KnowledgeError(
                    "The knowledge files could not be read, because slackguide itself failed on them "
                    f"({type(error).__name__}). The last good knowledge stays in use. Undo the latest change of them."
                )
                return False
            self._guide, self.fault = guide, None
        log.info("knowledge read again: %d entries", len(guide.knowledge.entries))
        return True
