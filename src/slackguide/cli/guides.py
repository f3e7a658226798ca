"""Load the guide of a command that answers and ends."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from slackguide.cli.output import fail, info, working
from slackguide.config import read_home
from slackguide.guide import CalibrationStore, Guide, calibrated_guide
from slackguide.guide.garbage import lasting_objects
from slackguide.knowledge import KnowledgeBase
from slackguide.triage import load_verified


def load_base(directory: Path) -> KnowledgeBase:
    """Load a knowledge base whose tables are complete, with a progress bar. Raises `InvalidKnowledgeError`."""
    with working("Reading the knowledge base"), CalibrationStore(read_home()).pattern_timings(), lasting_objects():
        return load_verified(directory)


def guide_of(knowledge: KnowledgeBase) -> Guide:
    """Return the guide of a knowledge base with its calibration: stored in the home folder, or learnt now.

    Reports on standard error where the knowledge base is too large to be calibrated.
    """
    with working("Learning how far matches can be trusted"):
        guide = calibrated_guide(knowledge, CalibrationStore(read_home()))
    if guide.has_shipped_calibration:
        info("The knowledge base has too many phrasings to be calibrated: confidence is estimated from others.")
    return guide


def guide_at(guide: Guide, day: date | None, time_of_day: time | None) -> Guide:
    """Return the guide of a moment in the zone of its clock; by default now. Exits with status 2 if it has no clock."""
    clock = guide.knowledge.clock
    if clock is None:
        if time_of_day is not None:
            fail("--time needs a `clock` in the knowledge base.")
        return guide
    now = datetime.now(clock.zone)
    return guide.at(datetime.combine(day or now.date(), time_of_day or now.time(), clock.zone))
