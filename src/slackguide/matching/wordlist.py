"""Common English words, so that none is taken for a misspelling. Source and licence: `data/LICENCE-english.txt`."""

import gzip
from functools import cache
from importlib import resources


@cache
def common_words() -> frozenset[str]:
    """45,000 lower-case words, letters only; read once a process (about 15 ms)."""
    packed = resources.files(__package__).joinpath("data", "english.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("ascii").split())
