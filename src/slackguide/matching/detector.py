"""The detector of critical entries: their signs in a text, weighed with what they learnt from whole messages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from slackguide.matching.bayes import Counts, NaiveBayes
from slackguide.matching.blending import Alarm
from slackguide.matching.model import Signs
from slackguide.matching.signs import SignDetector
from slackguide.matching.signs import Strength as PhraseStrength
from slackguide.matching.words import words

Strength = Literal["clear", "likely", "weak"]

Spoken = Mapping[str, Sequence[Sequence[str]]]
"""The phrasings of every entry, as words in order."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sign of one critical entry: clear puts it first, likely does where nothing is certain, weak alerts."""

    id: str
    message: str
    strength: Strength


class Detector:
    """Phrases find what is said in known words; likeness to real messages finds the rest, and doubts a mere phrase."""

    def __init__(self, signs: Iterable[Signs], spoken: Spoken, inside: Counts, outside: Counts, alarm: Alarm) -> None:
        """`inside` are the phrasings of all entries, `outside` messages that no entry answers."""
        every = tuple(signs)
        self._alarm: Final = alarm
        self._phrases: Final = SignDetector(every)
        self._messages: Final = {one.id: one.message for one in every}
        self._likeness: Final = {
            one.id: _likeness(one, spoken.get(one.id, ()), inside, outside) for one in every if one.serious
        }

    def find(self, text: str, read: Sequence[str]) -> tuple[Found, ...]:
        """At most one sign an entry, in `text` or its corrected words; stronger signs first, then by id."""
        phrases = self._phrases.find(text)
        judged = ((id, self._judged(id, phrases.get(id), read)) for id in self._messages)
        found = (Found(id, self._messages[id], strength) for id, strength in judged if strength is not None)
        return tuple(sorted(found, key=lambda one: (one.strength, one.id)))

    @property
    def learnt(self) -> tuple[str, ...]:
        """The entries that learnt from whole messages."""
        return tuple(self._likeness)

    def likeness(self, id: str, read: Sequence[str]) -> float:
        """Log-odds that the words are a message of those that entry `id` learnt from. Raises KeyError if of none."""
        return self._likeness[id].log_odds(read)

    def telling(self, id: str, read: Sequence[str], most: int) -> tuple[str, ...]:
        """At most `most` words that speak for entry `id`, by what it learnt from whole messages; () if from none."""
        return self._likeness[id].telling(read, most) if id in self._likeness else ()

    def _judged(self, id: str, phrase: PhraseStrength | None, read: Sequence[str]) -> Strength | None:
        if id not in self._likeness:
            return "likely" if phrase == "weak" else phrase
        alarm, likeness = self._alarm, self.likeness(id, read)
        if phrase == "clear" and likeness >= alarm.doubted_below:
            return "clear"
        if likeness >= alarm.likely_from:
            return "likely"
        if phrase == "clear" or likeness >= (alarm.weak_from if phrase is None else alarm.doubted_below):
            return "weak"
        return None


def _likeness(signs: Signs, spoken: Sequence[Sequence[str]], inside: Counts, outside: Counts) -> NaiveBayes:
    own = Counts(spoken)
    harmless = Counts(map(words, signs.harmless))
    return NaiveBayes(own + Counts(map(words, signs.serious)), inside - own + outside + harmless)
