"""Say who speaks to us: a party that asks, not one that is asked, quoted to the other, or mentioned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from slackguide.extraction import lexicon as small
from slackguide.extraction.clauses import Clause
from slackguide.extraction.discourse import NEAR_DISTANCE, Discourse
from slackguide.extraction.tokenizer import Separator, Token

_MAX_INTRODUCTION = 3
"""The maximum words of a clause in which a party introduces itself: `tenant Rita here`."""


class Speech:
    """What the parties of one text say, and to whom."""

    def __init__(self, tokens: Sequence[Token], discourse: Discourse) -> None:
        self._tokens = tokens
        self._words = [token.text for token in tokens]
        self._discourse = discourse
        self._parties = discourse.vocabulary.parties

    def is_said(self, start: int, end: int) -> bool:
        """Return whether a party says this to us: not `was asked`, `said nothing` or `asked the owner`."""
        words, following = self._words[start:end], self._words[end : self._discourse.clause(end - 1).end][:3]
        addressed = [word for word in following if word not in small.ARTICLES and word not in ("to", "with")]
        if self._is_aside(start) or (
            following[:1] and following[0] in ("to", "with") and addressed[:1] and addressed[0] in self._parties
        ):
            return False
        before = [word for word in self._words[max(0, start - 6) : end] if word not in small.ARTICLES]
        party = next((at for at, word in enumerate(before) if word in words[:1] or word in self._parties), 0)
        if party + 2 < len(before) and before[party + 1] in ("or", "and") and before[party + 2] in self._parties:
            return False
        starts_clause = start == self._discourse.clause(start).start
        alone = starts_clause and not following
        if len(words) == 1 and self._discourse.word(start - 1, within=self._discourse.clause(start)) in small.ARTICLES:
            return False  # a noun: `my reports`
        if words[0] == "want" and starts_clause and not self._tokens[start].plural:
            return False
        if words[-1] in small.NOUN_VERBS and not ((following or alone) and self._tokens[end - 1].plural):
            return False
        if words[-1] in small.ADDRESSING and addressed[:1] and addressed[0] in self._parties:
            return False
        is_passive = words[-1].endswith("ed") and not small.PASSIVE.isdisjoint(words)
        if (
            words[-1].startswith(("request", "ask", "demand"))
            and not small.CHANGES.isdisjoint(following)
            and "to" not in following
        ):
            return False
        return not is_passive and following[:1] not in (["nothing"], ["no"], ["support"], ["team"])

    def is_contrasted(self, start: int, other: int) -> bool:
        """Return whether the words of two parties stand side by side: `the owner says 2 years, the tenant says 3`."""
        sides = [
            next((word for word in self._words[at : at + 2] if word in self._parties), "") for at in (start, other)
        ]
        clauses = [self._discourse.clause(at) for at in (start, other)]
        return (
            all(sides)
            and sides[0] != sides[1]
            and clauses[0].sentence == clauses[1].sentence
            and all(
                small.ARTICLES.issuperset(self._words[one.start : at])
                for one, at in zip(clauses, (start, other), strict=True)
            )
            and all(not small.SAYING.isdisjoint(self._words[at : at + 3]) for at in (start, other))
        )

    def _is_aside(self, start: int) -> bool:
        """Return whether this is said to the other party (`told the tenant that he wants …`) or of another time."""
        clause = self._discourse.clause(start)
        near = self._words[max(clause.start, start - NEAR_DISTANCE) : start]
        if not small.WHILE.isdisjoint(near):
            return True
        words = [word for word in self._discourse.before(start) if word not in small.ARTICLES and word != "to"]
        return any(verb in small.TELLING and side in self._parties for verb, side in pairwise(words))

    def speakers(self) -> Iterator[int]:
        """Yield the names of parties that speak: `owner: tenant never answers me`, `Hi, tenant Rita here`."""
        for clause in self._discourse.clauses:
            words = [word for word in self._words[clause.start : clause.end] if word not in small.ARTICLES]
            if words and words[0] in self._parties:
                introduced = words[-1] == "here" and len(words) <= _MAX_INTRODUCTION
                if introduced or (len(words) == 1 and self._is_speaker(clause, words[0])):
                    yield clause.end - len(words)

    def _is_speaker(self, clause: Clause, side: str) -> bool:
        """Return whether the party is a tag, stands after `From:`, or says what follows the colon after it."""
        if "tag" in self._words[max(clause.sentence, clause.start - NEAR_DISTANCE) : clause.start]:
            return True
        if (
            self._discourse.word(clause.start - 1) == "from"
            and self._discourse.separator_before(clause.start) is Separator.COLON
        ):
            return True
        if self._discourse.separator_before(clause.end) is not Separator.COLON:
            return False
        first, second = self._discourse.word(clause.end), self._discourse.word(clause.end + 1)
        about_other = first in self._parties and first != side and second != ""
        lacks_other = first == "no" and not (self._parties - {side}).isdisjoint(
            self._words[clause.end : clause.end + 4]
        )
        return first in small.SPEAKING or about_other or lacks_other
