"""Load the guide of a command that answers and ends."""

from __future__ import annotations

from slackguide.cli.output import info
from slackguide.config import read_home
from slackguide.guide import CalibrationStore, Guide, calibrated_guide
from slackguide.knowledge import KnowledgeBase


def guide_of(knowledge: KnowledgeBase) -> Guide:
    """Return the guide of a knowledge base with its calibration: stored in the home folder, or learnt now.

    Reports on standard error where the knowledge base is too large to be calibrated.
    """
    guide = calibrated_guide(knowledge, CalibrationStore(read_home()))
    if guide.has_shipped_calibration:
        info("The knowledge base has too many phrasings to be calibrated: confidence is estimated from others.")
    return guide
