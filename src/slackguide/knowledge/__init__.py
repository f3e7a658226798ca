"""The knowledge base: its format, its faults, and what the rest of slackguide sees of it."""

from slackguide.knowledge.compiled import (
    NOT_ELIGIBLE,
    Citation,
    KnowledgeBase,
    KnownEntry,
    RouteRule,
    Spot,
    Step,
    Target,
)
from slackguide.knowledge.entries import Role
from slackguide.knowledge.faults import Fault, FaultyKnowledge, did_you_mean
from slackguide.knowledge.loader import Inspection, inspect, knowledge_files, load

__all__ = [
    "NOT_ELIGIBLE",
    "Citation",
    "Fault",
    "FaultyKnowledge",
    "Inspection",
    "KnowledgeBase",
    "KnownEntry",
    "Role",
    "RouteRule",
    "Spot",
    "Step",
    "Target",
    "did_you_mean",
    "inspect",
    "knowledge_files",
    "load",
]
