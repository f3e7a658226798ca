"""Reload the knowledge when one of its files changes."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from slackguide.guide.reloading import ReloadableGuide

log = logging.getLogger(__name__)


POLL_SECONDS = 0.5
"""Seconds between polls of the knowledge files."""


class KnowledgeWatcher:
    """A thread that polls the knowledge files and reloads the guide when one changes."""

    def __init__(self, guide: ReloadableGuide, directory: Path) -> None:
        self._guide = guide
        self._directory = directory
        self._stopping = threading.Event()
        self._last_stamp = self._stamp()
        self._thread = threading.Thread(target=self._run, name="knowledge", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                if (stamp := self._stamp()) != self._last_stamp:
                    self._last_stamp = stamp
                    self._guide.reload()
            except Exception:
                log.exception("polling the knowledge files failed; the next poll is in %g s", POLL_SECONDS)

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Return the name, modification time and size of each knowledge file."""
        stamps = []
        for path in sorted(self._directory.glob("*.y*ml")):
            try:
                stat = path.stat()
            except OSError:  # removed or being replaced by an editor
                continue
            stamps.append((path.name, stat.st_mtime_ns, stat.st_size))
        return tuple(stamps)
