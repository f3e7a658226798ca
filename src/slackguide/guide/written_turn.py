"""A written turn of a conversation, and what is read in it before its context counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from slackguide.extraction.extractor import ExtractedFacts
from slackguide.guide import turn_signs as signs
from slackguide.guide.outcomes import Asker
from slackguide.matching import Matching, SmallTalk

SHORT = 5
"""Maximum words, without those that say nothing, of a turn that names a value alone."""

BESIDE_ANSWER = 2
"""Maximum further words beside the answer to a question about a number."""


@dataclass(frozen=True)
class WrittenTurn:
    """A written turn, and what is read in it."""

    text: str
    reading: str
    lower: str
    words: list[str]
    matching: Matching
    extracted: ExtractedFacts
    social: SmallTalk | None
    today: date
    asker: Asker
    at: int
    """Its position in the conversation."""

    @cached_property
    def content(self) -> list[str]:
        """The words that say something by themselves."""
        return [word for word in self.words if word not in signs.FILLERS and word not in signs.REFERENCES]

    @cached_property
    def subject(self) -> str | None:
        """What it asks about the case."""
        return signs.subject_of(self.lower)

    @cached_property
    def is_question(self) -> bool:
        """Whether it asks something."""
        return signs.is_question(self.lower) or self.subject is not None

    @cached_property
    def is_corrected(self) -> bool:
        """Whether it says that something said before is otherwise."""
        return signs.CORRECTION.search(self.lower) is not None

    @cached_property
    def supposed(self) -> str | None:
        """What it only supposes, as a statement: `and if it was 40 days ago?`. None if it supposes nothing."""
        match = signs.SUPPOSED.search(self.lower)
        if match is None:
            return None
        return self.reading[match.end() :].strip(" ?.!,")

    @cached_property
    def goes_on(self) -> bool:
        """Whether it begins with a word that links it to what was said before."""
        return not signs.LINKS.isdisjoint(self.words[:3]) or "same" in self.words
