"""The knowledge base: parse its files, report diagnostics, and resolve them to the model used elsewhere."""

from slackguide.knowledge.diagnostics import Diagnostic, InvalidKnowledgeError, did_you_mean
from slackguide.knowledge.entries import Role
from slackguide.knowledge.loader import Inspection, inspect, knowledge_files, load
from slackguide.knowledge.model import (
    NOT_ELIGIBLE,
    Citation,
    Destination,
    Entry,
    KnowledgeBase,
    Rule,
    SourceLocation,
    Step,
)

__all__ = [
    "NOT_ELIGIBLE",
    "Citation",
    "Destination",
    "Diagnostic",
    "Entry",
    "Inspection",
    "InvalidKnowledgeError",
    "KnowledgeBase",
    "Role",
    "Rule",
    "SourceLocation",
    "Step",
    "did_you_mean",
    "inspect",
    "knowledge_files",
    "load",
]
