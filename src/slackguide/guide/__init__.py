"""The guide: from an agent's words to an answer."""

from slackguide.guide.document import document
from slackguide.guide.guide import Guide
from slackguide.guide.outcomes import (
    LEAST_PRIVILEGED,
    Answer,
    Asker,
    Choices,
    Concern,
    Found,
    NoAnswer,
    Outcome,
    TitledMatch,
)

__all__ = [
    "LEAST_PRIVILEGED",
    "Answer",
    "Asker",
    "Choices",
    "Concern",
    "Found",
    "Guide",
    "NoAnswer",
    "Outcome",
    "TitledMatch",
    "document",
]
