"""The guide: combine matching, fact extraction and triage to turn a concern into an outcome."""

from slackguide.guide.calibration_store import CalibrationStore, calibrated_guide
from slackguide.guide.conversation import (
    TURN_CHARACTERS,
    TURNS,
    Change,
    Click,
    ConversationState,
    KnownFact,
    Reply,
    Topic,
    Turn,
    TurnKind,
    recent_turns,
)
from slackguide.guide.guide import Guide
from slackguide.guide.json_output import destination_json, outcome_json, reply_json
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
from slackguide.matching.calibration import VERSION as CALIBRATION_VERSION

__all__ = [
    "CALIBRATION_VERSION",
    "LEAST_PRIVILEGED",
    "TURNS",
    "TURN_CHARACTERS",
    "Answer",
    "Asker",
    "BaseOutcome",
    "CalibrationStore",
    "Change",
    "Choices",
    "Click",
    "Concern",
    "ConversationState",
    "Guide",
    "KnownFact",
    "NoAnswer",
    "Outcome",
    "RankedEntry",
    "Reply",
    "Social",
    "StatedConcern",
    "Topic",
    "Turn",
    "TurnKind",
    "calibrated_guide",
    "destination_json",
    "outcome_json",
    "recent_turns",
    "reply_json",
]
