"""The knowledge base: its format, its faults, and what the rest of slackguide sees of it."""

from slackguide.knowledge.compiled import (
    NOT_ELIGIBLE,
    Citation,
    KnowledgeBase,
    KnownEntry,
    RouteRule,
    Step,
    Target,
)
from slackguide.knowledge.entries import Role
from slackguide.knowledge.faults import Fault, FaultyKnowledge, did_you_mean
from slackguide.knowledge.loader import knowledge_files, load

__all__ = [
    "NOT_ELIGIBLE",
    "Citation",
    "Fault",
    "FaultyKnowledge",
    "KnowledgeBase",
    "KnownEntry",
    "Role",
    "RouteRule",
    "Step",
    "Target",
    "did_you_mean",
    "knowledge_files",
    "load",
]
