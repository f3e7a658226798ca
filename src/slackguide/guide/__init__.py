"""The guide: matching and triage joined; a concern in, an outcome out."""

from slackguide.guide.guide import Guide
from slackguide.guide.json_output import outcome_json
from slackguide.guide.outcomes import (
    LEAST_PRIVILEGED,
    Answer,
    Asker,
    BaseOutcome,
    Choices,
    Concern,
    NoAnswer,
    Outcome,
    RankedEntry,
)

__all__ = [
    "LEAST_PRIVILEGED",
    "Answer",
    "Asker",
    "BaseOutcome",
    "Choices",
    "Concern",
    "Guide",
    "NoAnswer",
    "Outcome",
    "RankedEntry",
    "outcome_json",
]
