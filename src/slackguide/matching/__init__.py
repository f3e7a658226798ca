"""Matching an agent's words to the entries of a knowledge base: numpy and rapidfuzz, no network, no language model."""

from slackguide.matching.matcher import Matcher
from slackguide.matching.model import Alert, Document, Match, Matching, Outcome, Signs, Vocabulary, Why

__all__ = ["Alert", "Document", "Match", "Matcher", "Matching", "Outcome", "Signs", "Vocabulary", "Why"]
