"""Split the labelled questions: one half to tune on, one to report on."""

from __future__ import annotations

import hashlib
from typing import Literal

SplitName = Literal["development", "report"]


def split_of(text: str) -> SplitName:
    """`development` where the first byte of the SHA-256 of the text (UTF-8) is even, else `report`.

    It hangs on the text alone: a question keeps its half whatever is added before it, and in whichever file it stands.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return "report" if digest[0] % 2 else "development"
