"""The guide: combine matching, fact extraction and triage to turn a concern into an outcome."""

from slackguide.guide.conversation import (
    TURN_CHARACTERS,
    TURNS,
    Change,
    Click,
    Conversation,
    KnownFact,
    Reply,
    Topic,
    Turn,
    TurnKind,
    recent_turns,
)
from slackguide.guide.guide import Guide
from slackguide.guide.json_output import outcome_json, reply_json
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
)

__all__ = [
    "LEAST_PRIVILEGED",
    "TURNS",
    "TURN_CHARACTERS",
    "Answer",
    "Asker",
    "BaseOutcome",
    "Change",
    "Choices",
    "Click",
    "Concern",
    "Conversation",
    "Guide",
    "KnownFact",
    "NoAnswer",
    "Outcome",
    "RankedEntry",
    "Reply",
    "Social",
    "Topic",
    "Turn",
    "TurnKind",
    "outcome_json",
    "recent_turns",
    "reply_json",
]
