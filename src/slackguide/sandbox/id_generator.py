"""Generate identifiers in Slack's format, reproducible by seed."""

from __future__ import annotations

import hashlib
import string

_ALPHABET = string.digits + string.ascii_uppercase


def stable_id(prefix: str, *parts: str, length: int = 10) -> str:
    """Return an identifier that depends only on its parts, so it is the same after a restart.

    People, channels and direct messages have such ids, because the app stores them in its database.
    """
    number = int.from_bytes(hashlib.sha256("\x1f".join((prefix, *parts)).encode()).digest(), "big")
    letters = []
    for _ in range(length):
        number, remainder = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[remainder])
    return prefix + "".join(letters)


class IdGenerator:
    """Generates identifiers from a counter per prefix and a seed.

    The seed makes the ids of two runs differ: a new view must not have the id of one that the app has stored.
    """

    def __init__(self, *, seed: str) -> None:
        self.seed = seed
        self._counts: dict[str, int] = {}

    def next(self, prefix: str, *, length: int = 10) -> str:
        """Return the next identifier with this prefix, such as `V7Q0Z…` for a view."""
        self._counts[prefix] = count = self._counts.get(prefix, 0) + 1
        return stable_id(prefix, self.seed, str(count), length=length)
