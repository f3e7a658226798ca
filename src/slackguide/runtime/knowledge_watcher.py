"""Reload the knowledge when a file of it changes."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from slackguide.guide.reloading import ReloadableGuide

log = logging.getLogger(__name__)


POLL_SECONDS = 0.5
"""Seconds between two looks at the knowledge files."""


class KnowledgeWatcher:
    """Reloads the knowledge when a file of it changes."""

    def __init__(self, guide: ReloadableGuide, directory: Path) -> None:
        self._guide = guide
        self._directory = directory
        self._stopping = threading.Event()
        self._last_stamp = self._stamp()
        self._thread = threading.Thread(target=self._run, name="knowledge", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                if (seen := self._stamp()) != self._last_stamp:
                    self._last_stamp = seen
                    self._guide.reload()
            except Exception:
                log.exception("a look at the knowledge files failed; the next one is in %g s", POLL_SECONDS)

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for path in sorted(self._directory.glob("*.y*ml")):
            try:
                stat = path.stat()
            except OSError:  # an editor is replacing it
                continue
            found.append((path.name, stat.st_mtime_ns, stat.st_size))
        return tuple(found)
