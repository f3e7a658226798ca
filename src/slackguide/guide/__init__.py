"""The guide: from an agent's words to an answer."""

from slackguide.guide.document import document
from slackguide.guide.guide import Guide
from slackguide.guide.outcomes import Answer, Asker, Choices, Concern, Found, NoAnswer, Outcome, TitledMatch

__all__ = [
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
