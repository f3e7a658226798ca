"""Split a text into clauses: statements, questions and hypotheses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from slackguide.extraction import lexicon as small
from slackguide.extraction.lexicon import ASKING, AUXILIARIES, BE, JOINING, MEANING, OPENING
from slackguide.extraction.tokenizer import Separator, Token
from slackguide.extraction.vocabulary import FactVocabulary

_CLAUSE_SEPARATORS = frozenset({Separator.COLON, Separator.BREAK, Separator.COMMA, Separator.SENTENCE})
"""The separators between clauses. A slash does not separate them: `mac/office`."""


class ClauseMode(Enum):
    """The illocution of a clause: a statement or a kind of question."""

    STATEMENT = "statement"
    YES_NO_QUESTION = "yes-no question"
    WH_QUESTION = "wh-question"
    MEANING_QUESTION = "question about a rule or a word"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: the tokens from `start` to `end` (exclusive)."""

    start: int
    end: int
    mode: ClauseMode
    sentence: int
    hypothetical_from: int
    """The first token of the hypothetical part, or `end` if there is none."""


class ClauseParser:
    """Splits the tokens of one text into clauses."""

    def __init__(self, tokens: Sequence[Token], vocabulary: FactVocabulary) -> None:
        self._tokens = tokens
        self._words = [token.text for token in tokens]
        self._vocabulary = vocabulary

    def _word(self, at: int) -> str:
        return self._words[at] if 0 <= at < len(self._words) else ""

    def split(self) -> list[Clause]:
        clauses: list[Clause] = []
        start, sentence = 0, 0
        for end in range(1, len(self._tokens) + 1):
            if end < len(self._tokens) and not self._opens_clause(end):
                continue
            if self._tokens[start].separator is Separator.SENTENCE:
                sentence = start
            clauses.append(self._clause(start, end, sentence, clauses))
            start = end
        return clauses

    def _opens_clause(self, at: int) -> bool:
        """Return whether a clause begins at this token."""
        return (
            self._tokens[at].separator in _CLAUSE_SEPARATORS
            or self._words[at] == "but"
            or (self._words[at - 1] in JOINING and self._inverted(at))
        )

    def _clause(self, start: int, end: int, sentence: int, before: Sequence[Clause]) -> Clause:
        mode = self._mode(start, end)
        first = start
        while first < end and self._words[first] in OPENING:
            first += 1
        last = before[-1] if before and start > sentence else None
        if (
            mode is ClauseMode.STATEMENT
            and last
            and last.mode is not ClauseMode.STATEMENT
            and (self._words[start] == "or" or (self._tokens[end - 1].asked and last.mode is ClauseMode.WH_QUESTION))
        ):
            mode = last.mode
        if mode is ClauseMode.STATEMENT and self._words[start] == "or" and self._tokens[end - 1].asked:
            mode = ClauseMode.YES_NO_QUESTION
        hypothetical_from = next((at for at in range(start, end) if self._is_hypothetical(at)), end)
        if (
            last
            and last.hypothetical_from == last.start
            and self._is_condition(last)
            and mode in (ClauseMode.STATEMENT, ClauseMode.YES_NO_QUESTION)
            and hypothetical_from == end
            and self._words[start] != "but"
        ):
            hypothetical_from = start
        guessed = end - start > 2 and self._words[end - 2] == "i" and self._words[end - 1] in small.SUPPOSING
        if hypothetical_from == first < end or guessed:
            hypothetical_from = start
        return Clause(start, end, mode, sentence, hypothetical_from)

    def _is_condition(self, clause: Clause) -> bool:
        """Return whether what follows the hypothetical clause depends on it, which it does not after `used to be`."""
        words = self._words[clause.start : clause.end][:12]
        return small.ONCE.isdisjoint(words) and ("used", "to") not in pairwise(words)

    def _mode(self, start: int, end: int) -> ClauseMode:
        while start < end - 1 and self._words[start] in OPENING:
            start += 1
        words = self._words[start:end]
        asked = any(token.asked for token in self._tokens[start:end])
        if self._inverted(start) or (asked and words[0] in AUXILIARIES):
            return ClauseMode.YES_NO_QUESTION
        if words[0] not in ASKING:
            return ClauseMode.STATEMENT
        return ClauseMode.MEANING_QUESTION if _asks_meaning(words) else ClauseMode.WH_QUESTION

    def _inverted(self, at: int) -> bool:
        """Return whether subject and auxiliary are inverted here: `is it`, `does the`, `can I`."""
        if (
            self._words[at] not in AUXILIARIES
            or at + 1 >= len(self._words)
            or self._tokens[at + 1].separator in _CLAUSE_SEPARATORS
        ):
            return False
        verb, following = self._words[at], self._words[at + 1]
        if verb in small.HAVING and following in small.ARTICLES and following not in ("the", "my", "our", "your"):
            return verb in BE and following in ("this", "that")
        if following in self._vocabulary.nouns and verb not in small.BEING:
            return True
        return following in small.SUBJECTS or following in self._vocabulary.parties

    def _is_hypothetical(self, at: int) -> bool:
        word, following = self._words[at], self._word(at + 1)
        if word == "had" and self._tokens[at].separator is Separator.SENTENCE:
            return following not in small.ARTICLES and following not in small.BEING
        if word == "when":
            return not {"is", "are"}.isdisjoint(self._words[at + 2 : at + 6])
        if word == "say" and self._tokens[at].separator is Separator.SENTENCE:
            return following in small.SUBJECTS or following in self._vocabulary.parties
        if at and self._words[at - 1] in small.SUSPECTING and self._tokens[at - 1].plural:
            return True
        if word in small.OPINIONS:
            return self._word(at - 1) == "not"
        if word == "according":
            return not self._vocabulary.parties.isdisjoint(self._words[at + 1 : at + 4])
        if word in small.SUPPOSING_BEFORE:
            return following == small.SUPPOSING_BEFORE[word]
        return word in small.SUPPOSING


def _asks_meaning(words: Sequence[str]) -> bool:
    """Return whether a wh-question is about a rule or a word, not about the destination of a case."""
    first, second = words[0], words[1] if len(words) > 1 else ""
    if first == "how" and second in ("many", "long", "do", "doe", "does"):
        return True
    if first in ("what", "when") and (second in AUXILIARIES or second in ("if", "a", "an")):
        return True
    return first in ("what", "who", "when", "how") and not MEANING.isdisjoint(words)
