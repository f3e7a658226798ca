"""Match a message to the entries of a knowledge base, with numpy and rapidfuzz, without network or language model."""

from slackguide.matching.matcher import Matcher
from slackguide.matching.small_talk import SmallTalk
from slackguide.matching.types import (
    Alert,
    ConcernMatch,
    CriticalPatterns,
    EntryDocument,
    Match,
    Matching,
    Outcome,
    Vocabulary,
)

__all__ = [
    "Alert",
    "ConcernMatch",
    "CriticalPatterns",
    "EntryDocument",
    "Match",
    "Matcher",
    "Matching",
    "Outcome",
    "SmallTalk",
    "Vocabulary",
]
