"""Identifiers that look like Slack's and are the same again for the same seed."""

from __future__ import annotations

import hashlib
import string

_ALPHABET = string.digits + string.ascii_uppercase


def stable_id(prefix: str, *parts: str, length: int = 10) -> str:
    """An identifier that depends on nothing but its parts, so that it survives a restart.

    People, channels and direct messages have such ids: the bot keeps them in its database.
    """
    number = int.from_bytes(hashlib.sha256("\x1f".join((prefix, *parts)).encode()).digest(), "big")
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return prefix + "".join(letters)


class IdGenerator:
    """A counter a prefix, mixed with a seed.

    The seed keeps two runs apart: a view id of today must not equal one of yesterday that the bot has on record.
    """

    def __init__(self, *, seed: str) -> None:
        self.seed = seed
        self._counts: dict[str, int] = {}

    def next(self, prefix: str, *, length: int = 10) -> str:
        """The next identifier with this prefix, such as `V7Q0Z…` for a view."""
        self._counts[prefix] = count = self._counts.get(prefix, 0) + 1
        return stable_id(prefix, self.seed, str(count), length=length)
