"""Triage: evaluate an entry's decision table for the known facts, or plan the next question."""

from slackguide.triage.completeness import check_tables, load_verified
from slackguide.triage.engine import Branch, Decision, Triage
from slackguide.triage.fact_values import parse_facts

__all__ = ["Branch", "Decision", "Triage", "check_tables", "load_verified", "parse_facts"]
