"""Triage: from a few facts to one destination, or to the question that tells most."""

from slackguide.triage.decision import Decision, Possibility, Triage
from slackguide.triage.proof import sound, table_faults
from slackguide.triage.reading import FactReader, Reading
from slackguide.triage.values import checked

__all__ = ["Decision", "FactReader", "Possibility", "Reading", "Triage", "checked", "sound", "table_faults"]
