"""What a text says of the case at hand, and what it only asks, supposes, denies or tells of another case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from slackguide.triage.reading_phrases import ADVERBS, ARTICLES, PARTIES
from slackguide.triage.reading_tokens import Gap, Token

BE: Final = frozenset({"is", "are", "was", "were"})
AUXILIARIES: Final = BE | {"do", "doe", "does", "did", "has", "have", "had", "can", "could", "should", "shall", "will",
                           "would", "may", "might"}  # fmt: skip
PRONOUNS: Final = frozenset({"it", "he", "she", "they", "we", "i", "you", "u", "there", "this", "that", "these", "those",
                             "someone", "anyone", "user", "customer", "contract", "ticket", "account"})  # fmt: skip
SUBJECTS: Final = PRONOUNS | ARTICLES | frozenset(PARTIES)
ASKING: Final = frozenset({"which", "where", "who", "whom", "what", "how", "when", "why", "whose"})
JOINING: Final = frozenset({"and", "but", "so", "then", "because", "or"})
OPENING: Final = JOINING | ADVERBS | {"hi", "hello", "hey", "team", "ok", "okay", "please", "pls", "well", "question"}
SUPPOSING: Final = frozenset({"if", "whether", "unless", "suppose", "supposing", "assuming", "maybe", "perhaps",
                              "possibly", "might", "could", "probably", "would", "should", "until", "once", "imagine",
                              "except", "unlike", "formerly", "previously"})  # fmt: skip
IDLE_IF: Final = frozenset({"possible", "needed", "necessary", "so", "any"})
FOUND_OUT: Final = frozenset({"know", "see", "tell", "check", "find", "verify", "determine", "identify", "confirm", "tag"})
MEANING: Final = frozenset({"mean", "count", "qualify", "matter", "differ", "difference", "definition", "define", "stand"})
TOWARDS: Final = frozenset({"for", "about", "over", "regarding", "re"})
ELSEWHERE: Final = frozenset({"another", "other", "previous", "different", "separate", "unrelated", "last", "earlier",
                              "prior", "old", "second", "first", "similar"})  # fmt: skip
CASES: Final = frozenset({"contract", "case", "ticket", "dispute", "client", "freelancer", "job", "one", "account",
                          "project", "cl", "fl", "order"})  # fmt: skip
OF_OTHERS: Final = frozenset({"become", "becoming", "became", "requirement", "lost", "lose", "losing", "want", "need",
                              "used", "supposed", "ask", "asking", "apply", "applied", "offer", "quote", "requesting",
                              "own", "get", "getting", "earn", "referral", "signup", "welcome", "send", "assign", "route", "forward", "contact", "transfer"})  # fmt: skip
"""Words after which a status is wished for, lost, or the name of a team, rather than stated."""

HEADS: Final = frozenset(
    {"contract", "job", "project", "dispute", "case", "client", "freelancer", "account", "acct", "company", "payment",
     "ticket", "order", "customer", "buyer", "hirer", "cl", "fl", "talent", "contractor", "segment", "work", "user",
     "suspension", "susp", "hold", "matter", "issue", "request", "badge", "tier", "level", "status", "org", "business",
     "type", "agreement", "engagement", "side", "concern", "escalation", "profile", "ae", "milestone", "gig"}
)  # fmt: skip
"""Nouns that an attribute can stand before and still be said of the case."""

BEEN: Final = BE | {"be", "been", "being", "got"}
GONE: Final = frozenset({"vanished", "disappeared", "gone", "removed", "lost", "missing"})
_DENIALS: Final = frozenset({"not", "no", "never", "neither", "nor", "without", "non", "hardly", "instead", "than"})
_BETWEEN: Final = ARTICLES | ADVERBS | {"any", "of", "in", "be", "been", "yet", "longer", "rather", "for", "more"}
_NEAR: Final = 5


class Mode(Enum):
    """What a clause does."""

    SAYS = "says"
    ASKS_WHETHER = "asks whether"
    ASKS_WHICH = "asks which"
    ASKS_MEANING = "asks what it means"


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens `start` to `end` (exclusive) of one clause."""

    start: int
    end: int
    mode: Mode
    sentence: int
    supposed_from: int
    """The token from which on nothing is stated; `end` where all is."""


class Discourse:
    """The clauses of one text."""

    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens: Final = found
        self._words: Final = [PARTIES.get(token.text, token.text) for token in found]
        self._clauses: Final = self._divided()
        self._of: Final = [clause for clause in self._clauses for _ in range(clause.start, clause.end)]

    @property
    def clauses(self) -> Sequence[Clause]:
        """In order, every token in exactly one."""
        return self._clauses

    def clause(self, at: int) -> Clause:
        """The clause of a token."""
        return self._of[at]

    def word(self, at: int, *, within: Clause | None = None) -> str:
        """The word at a position, empty outside the text or the clause."""
        low, high = (within.start, within.end) if within else (0, len(self._words))
        return self._words[at] if low <= at < high else ""

    def states(self, start: int, end: int, *, granted: bool = True) -> bool:
        """Whether what stands from token `start` to `end` is said of the case at hand.

        `granted`: also what a question takes for granted, `can I send an hourly dispute …`.
        """
        clause = self._of[start]
        if start >= clause.supposed_from or self._elsewhere(clause, start):
            return False
        if clause.mode is Mode.SAYS:
            return not self._echoes(clause, start, end)
        towards = any(self._words[at] in TOWARDS for at in range(clause.start, start))
        if clause.mode is Mode.ASKS_MEANING:
            return towards and self._words[clause.end - 1] not in MEANING
        if clause.mode is Mode.ASKS_WHETHER:
            return granted and self._attributive(clause, start, end)
        return True

    def denied(self, start: int) -> bool:
        """Whether a `not`, `no`, `without` … stands before token `start`."""
        clause = self._of[start]
        for at in range(start - 1, max(clause.start, start - _NEAR) - 1, -1):
            word = self._words[at]
            if word in _DENIALS:
                return True
            if word not in _BETWEEN and word not in BE:
                return False
        return False

    def alternative(self, end: int, start: int) -> bool:
        """Whether only an `or` stands between token `end` and token `start`."""
        between = self._words[end:start]
        if any(token.gap is Gap.SENTENCE for token in self._tokens[end : start + 1]):
            return False
        slash = self._tokens[start].gap is Gap.SLASH and not between
        return slash or ("or" in between and len(between) <= _NEAR) or between == ["vs"]

    def _divided(self) -> list[Clause]:
        clauses: list[Clause] = []
        start, sentence = 0, 0
        for end in range(1, len(self._tokens) + 1):
            if end < len(self._tokens) and not self._opens(end):
                continue
            if self._tokens[start].gap is Gap.SENTENCE:
                sentence = start
            clauses.append(self._clause(start, end, sentence, clauses))
            start = end
        return clauses

    def _opens(self, at: int) -> bool:
        """Whether a clause starts at this token."""
        return self._tokens[at].gap >= Gap.BREAK or (self._words[at - 1] in JOINING and self._inverted(at))

    def _clause(self, start: int, end: int, sentence: int, before: Sequence[Clause]) -> Clause:
        mode = self._mode(start, end)
        first = start
        while first < end and self._words[first] in OPENING:
            first += 1
        last = before[-1] if before and start > sentence else None
        if mode is Mode.SAYS and last and last.mode is not Mode.SAYS and (
            self._words[start] == "or" or (self._question(end) and last.mode is Mode.ASKS_WHICH)
        ):
            mode = last.mode
        supposed = next((at for at in range(start, end) if self._supposes(at)), end)
        if last and last.supposed_from == last.start and mode in (Mode.SAYS, Mode.ASKS_WHETHER) and supposed == end:
            supposed = start
        if supposed == first < end:
            supposed = start
        return Clause(start, end, mode, sentence, supposed)

    def _question(self, end: int) -> bool:
        return self._tokens[end - 1].asked

    def _mode(self, start: int, end: int) -> Mode:
        while start < end - 1 and self._words[start] in OPENING:
            start += 1
        words = self._words[start:end]
        asked = any(token.asked for token in self._tokens[start:end]) or self._asked_later(end)
        if self._inverted(start) or (asked and words[0] in AUXILIARIES):
            return Mode.ASKS_WHETHER
        if words[0] not in ASKING:
            return Mode.SAYS
        if words[0] in ("what", "who", "when", "how") and (
            words[-1] in MEANING or MEANING.intersection(words) or (words[0] in ("what", "when") and words[1:2] and words[1] in AUXILIARIES)
        ):
            return Mode.ASKS_MEANING
        if words[0] in ("how", "where") and FOUND_OUT.intersection(words[1:5]):
            return Mode.ASKS_MEANING
        if words[:2] in (["how", "many"], ["how", "long"], ["how", "do"], ["how", "doe"], ["how", "does"], ["what", "if"]):
            return Mode.ASKS_MEANING
        return Mode.ASKS_WHICH

    def _asked_later(self, end: int) -> bool:
        """Whether the sentence that goes on at `end` ends in a question mark."""
        at = end
        while at < len(self._tokens) and self._tokens[at].gap is not Gap.SENTENCE and at < end + 40:
            at += 1
        return 0 < at <= len(self._tokens) and self._tokens[at - 1].asked

    def _inverted(self, at: int) -> bool:
        """Whether `is it`, `does the`, `can I` … stands here."""
        if at + 1 >= len(self._words) or self._words[at] not in AUXILIARIES or self._tokens[at + 1].gap >= Gap.BREAK:
            return False
        following = self._words[at + 1]
        if following in ("a", "an", "his", "her", "their", "this", "that") and self._words[at] in ("has", "have", "had", "is", "was"):
            return following in ("this", "that") and self._words[at] in BE
        return following in SUBJECTS

    def _supposes(self, at: int) -> bool:
        word, following = self._words[at], self.word(at + 1)
        if word in ("if",):
            return following not in IDLE_IF
        if word in ("would", "should", "could"):
            return following == "be"
        if word == "in":
            return following == "case"
        if word == "used":
            return following == "to"
        return word in SUPPOSING

    def _elsewhere(self, clause: Clause, start: int) -> bool:
        """Whether the clause speaks of another case, or only wishes."""
        for at in range(clause.start, start):
            word = self._words[at]
            if word == "same" and self._words[start - 1] == "as":
                return True
            if word in ELSEWHERE and self.word(at + 1, within=clause) in CASES and at + 1 < start:
                return True
        return False

    def wished(self, start: int) -> bool:
        """Whether a verb of wishing, losing or sending stands close before token `start`."""
        clause = self._of[start]
        before = self._words[max(clause.start, start - _NEAR) : start]
        return "back" not in before and not OF_OTHERS.isdisjoint(before)

    def _echoes(self, clause: Clause, start: int, end: int) -> bool:
        """Whether a clause is nothing but this and a question mark: `enterprise?`."""
        if not self._question(clause.end) or end != clause.end:
            return False
        return all(self._words[at] in OPENING | ARTICLES for at in range(clause.start, start))

    def _attributive(self, clause: Clause, start: int, end: int) -> bool:
        """Whether a question takes this for granted: `can I send an hourly dispute …`, `is it right for hourly`."""
        if MEANING.intersection(self._words[clause.start : clause.end]):
            return False
        if any(self._words[at] in TOWARDS for at in range(clause.start, start)):
            return True
        first = clause.start
        while first < start and self._words[first] in OPENING:
            first += 1
        verb, subject = self._words[first], self.word(first + 1)
        heads = [at for at in (end, end - 1) if self.word(at, within=clause) in HEADS]
        if not heads or self._tokens[heads[0]].plural:
            return False
        if verb in BE:
            return subject in ("a", "an", "the") and start <= first + 2
        return verb not in ("did", "has", "have", "had")

    def apart(self, at: int) -> Gap:
        """What divides token `at` from the one before it."""
        return self._tokens[at].gap if at < len(self._tokens) else Gap.SENTENCE

    def shorthand(self, at: int) -> bool:
        """Whether a token is written in capitals."""
        return self._tokens[at].capitals

    def passive(self, start: int, end: int) -> bool:
        """Whether `was asked`, `been reported` stands there, or nothing is said after all: `said nothing`."""
        words = self._words[start:end]
        return (words[-1].endswith("ed") and not BEEN.isdisjoint(words)) or self.word(end) in ("nothing", "no")

    def gone(self, end: int) -> bool:
        """Whether what is named before token `end` is said to be lost."""
        return not GONE.isdisjoint(self._words[end : min(end + 3, self._of[end - 1].end)])
