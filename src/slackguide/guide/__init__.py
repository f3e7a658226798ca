"""The guide: combine matching, fact extraction and triage to turn a concern into an outcome."""

from slackguide.guide.calibration_store import CalibrationStore, calibrated_guide
from slackguide.guide.guide import Guide
from slackguide.guide.json_output import destination_json, outcome_json
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
    Social,
    StatedConcern,
)

__all__ = [
    "LEAST_PRIVILEGED",
    "Answer",
    "Asker",
    "BaseOutcome",
    "CalibrationStore",
    "Choices",
    "Concern",
    "Guide",
    "NoAnswer",
    "Outcome",
    "RankedEntry",
    "Social",
    "StatedConcern",
    "calibrated_guide",
    "destination_json",
    "outcome_json",
]
