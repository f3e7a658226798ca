"""Discourse analysis: distinguish statements about the current case from questions, hypotheses and other cases."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Container, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from slackguide.extraction import lexicon as small
from slackguide.extraction.clauses import Clause, ClauseMode, ClauseParser
from slackguide.extraction.lexicon import BE, MEANING, OPENING
from slackguide.extraction.tokenizer import Separator, Token, TokenKind
from slackguide.extraction.vocabulary import FactVocabulary

NEAR_DISTANCE = 5
"""The size in words of the near context before a token."""

MAX_DISTANCE = 40
"""The maximum size in words of the context before a token, within its clause."""

_WAS = frozenset({"was", "were", "had"})
_BEFORE_ECHO = OPENING | small.ARTICLES | BE | small.UNSURE


class Discourse:
    """The clauses of one text."""

    def __init__(self, tokens: Sequence[Token], vocabulary: FactVocabulary) -> None:
        self.vocabulary = vocabulary
        self._parties = vocabulary.parties
        self._elliptic = small.PRONOUNS | vocabulary.parties | {"there"}
        self._tokens = tokens
        self._words = [token.text for token in tokens]
        self._clauses = ClauseParser(tokens, vocabulary).split()
        self._clause_of = [clause for clause in self._clauses for _ in range(clause.start, clause.end)]

    @property
    def clauses(self) -> Sequence[Clause]:
        """The clauses in order. Every token belongs to exactly one."""
        return self._clauses

    def clause(self, at: int) -> Clause:
        """Return the clause of a token."""
        return self._clause_of[at]

    def word(self, at: int, *, within: Clause | None = None) -> str:
        """Return the word at a position, or an empty string outside the text or the clause."""
        low, high = (within.start, within.end) if within else (0, len(self._words))
        return self._words[at] if low <= at < high else ""

    def states(self, start: int, end: int, *, presupposed: bool = True) -> bool:
        """Return whether the tokens from `start` to `end` are a statement about the current case.

        `presupposed` includes the presuppositions of a question: `can I send a leased laptop …`.
        """
        clause = self._clause_of[start]
        if min(end, clause.end) > clause.hypothetical_from or self._is_other_case(clause, start, end):
            return False
        if self.is_modal(start):
            return False
        if clause.mode is ClauseMode.STATEMENT:
            asked_inside = self._tokens[end - 1].asked and end < clause.end
            return not asked_inside and not self._echoes(clause, start, end)
        towards = not small.TOWARDS.isdisjoint(self.before(start))
        if clause.mode is ClauseMode.MEANING_QUESTION:
            return towards and self._words[clause.end - 1] not in MEANING
        if clause.mode is ClauseMode.YES_NO_QUESTION:
            return presupposed and self._attributive(clause, start, end)
        return True

    def is_modal(self, start: int) -> bool:
        """Return whether a modal verb governs the verb at token `start`: `would refuse`."""
        clause = self._clause_of[start]
        at = start - 1
        while at > clause.start and self._words[at] in small.SKIPPED:
            at -= 1
        return clause.start <= at < start and self._words[at] in small.MODALS

    def before(self, start: int) -> Sequence[str]:
        """Return the words before token `start` in its clause, at most `MAX_DISTANCE`."""
        return self._words[max(self._clause_of[start].start, start - MAX_DISTANCE) : start]

    def is_denied(self, start: int) -> bool:
        """Return whether a negation (`not`, `no`, `without` …) precedes token `start`."""
        return self.denial(start) != ""

    def denial(self, start: int) -> str:
        """Return the negation whose scope includes token `start`, or an empty string."""
        clause = self._clause_of[start]
        for at in range(start - 1, max(clause.start, start - NEAR_DISTANCE) - 1, -1):
            word = self._words[at]
            if word in small.DENIALS:
                return word
            if word not in small.BESIDE_DENIALS and not self._is_of_denied_noun(at, clause):
                break
        return ""

    def _is_of_denied_noun(self, at: int, clause: Clause) -> bool:
        """Return whether the word at `at` belongs to a noun of one or two words after `no` or `any`: `no flag link`."""
        noun = at if self._words[at] in self.vocabulary.nouns else at + 1
        return self._words[noun] in self.vocabulary.nouns and not {"no", "any"}.isdisjoint(
            self._words[max(clause.start, noun - 2) : at]
        )

    def is_obscured(self, start: int) -> bool:
        """Return whether one other word stands between `not` and token `start`: `not released part of it`."""
        before = self.before(start)[-2:]
        return before[:-1] == ["not"] and before[-1] not in small.BESIDE_DENIALS

    def alternative(self, end: int, start: int) -> bool:
        """Return whether `or`, `vs` or a slash joins the phrases before token `end` and from token `start`."""
        between = self._words[end:start]
        slash = self._tokens[start].separator is Separator.SLASH and not between
        return slash or ("or" in between and len(between) <= NEAR_DISTANCE) or between == ["vs"]

    def _question(self, end: int) -> bool:
        return self._tokens[end - 1].asked

    def _is_other_case(self, clause: Clause, start: int, end: int) -> bool:
        """Return whether the clause refers to another case before token `end`: `my other laptop is leased`."""
        for at in range(max(clause.start, start - MAX_DISTANCE), end - 1):
            word = self._words[at]
            if word in small.ACQUAINTANCES and self.word(at + 1) not in small.TELLING:
                return True
            if word == "same" and self._words[start - 1] == "as":
                return True
            noun = next(
                (noun for noun in range(at + 1, at + 3) if self._is_elsewhere(word, self.word(noun, within=clause))), 0
            )
            if noun == at + 2 and word not in small.FORMER:
                continue
            if noun and (noun < start or at >= start or (noun == start and end > start + 1)):
                return True
        return False

    def is_of_other_case(self, end: int) -> bool:
        """Return whether another case follows: `… on the other laptop`."""
        clause = self._clause_of[end - 1]
        words = [word for word in self._words[end : clause.end] if word not in small.ARTICLES | small.BEFORE][:3]
        if len(words) < 2 or words[0] not in small.PREPOSITIONS:
            return False
        return words[1] in small.ACQUAINTANCES or self._is_elsewhere(words[1], words[2] if len(words) > 2 else "")

    def _is_elsewhere(self, word: str, noun: str) -> bool:
        nouns = self.vocabulary.nouns if word in small.FORMER else self.vocabulary.cases
        return word in small.ELSEWHERE and noun in nouns

    @cached_property
    def corrections(self) -> list[int]:
        """The positions of the words that introduce a correction: `sorry`, `no, …`, `no it …`, `make that …`."""
        return [at for at, word in enumerate(self._words) if word in small.CORRECTING or self._corrects(at)]

    def is_corrected(self, start: int, end: int) -> bool:
        """Return whether a correction begins at a token from `start` to `end`."""
        first = bisect_left(self.corrections, start)
        return first < len(self.corrections) and self.corrections[first] < end

    def _corrects(self, at: int) -> bool:
        following = self.word(at + 1)
        if self._words[at] == "make":
            return following in ("it", "that")
        return self._words[at] == "no" and (
            self.separator_before(at + 1) >= Separator.BREAK
            or following in self._elliptic
            or self._tokens[at + 1].kind in (TokenKind.NUMBER, TokenKind.DATE)
        )

    def ellipses(self) -> Iterator[int]:
        """Yield the last token of each clause that only denies what precedes it: `but she is not`, `so it's not`."""
        for clause in self._clauses:
            words = [word for word in self._words[clause.start : clause.end][-6:] if word not in OPENING]
            says = next((at for at, word in enumerate(words) if word in small.TELLING), -1)
            words = words[says + 1 :]
            is_denial = len(words) <= 4 and words[:1] and words[0] in self._elliptic and words[-1] in ("not", "none")
            if is_denial or (
                words in (["not"], ["not", "any", "more"], ["not", "anymore"]) and not self._question(clause.end)
            ):
                yield clause.end - 1

    def answer(self, end: int) -> str:
        """Return the yes or no after the question that ends before token `end`, or an empty string."""
        if not self._tokens[end - 1].asked or self.separator_before(end) is not Separator.SENTENCE:
            return ""
        word = self.word(end)
        return word if word == "yes" or self.separator_before(end + 1) >= Separator.BREAK else ""

    @cached_property
    def names_several(self) -> bool:
        """Whether the text is about several cases: `two laptops`, `both accounts`."""
        return any(
            token.plural and token.text in self.vocabulary.cases - small.PEOPLE and before in small.SEVERAL
            for before, token in zip(self._words, self._tokens[1:], strict=False)
        )

    def has_focus(self, start: int, *, in_sentence: bool = False) -> bool:
        """Return whether the clause, or the sentence up to it, is about the case at hand: `this one`, `mine`."""
        clause = self._clause_of[start]
        first = max(clause.sentence if in_sentence or self.names_several else clause.start, start - MAX_DISTANCE)
        words = self._words[first : min(clause.end, start + MAX_DISTANCE)]
        return not small.FOCUS.isdisjoint(words) or any(pair in small.FOCUS_PAIRS for pair in pairwise(words))

    def is_of_now(self, start: int) -> bool:
        """Return whether the clause says that it holds now: `now it is open`, `reopened`, `these days`."""
        return self._is_near(start, small.NOW, small.NOW_PAIRS)

    def is_of_past(self, start: int) -> bool:
        """Return whether the clause says that it held once: `at first`, `was solved on Monday`."""
        return self._is_near(start, small.PAST, small.PAST_PAIRS)

    def _is_near(self, start: int, words: frozenset[str], pairs: Container[tuple[str, str]]) -> bool:
        """Return whether one of the words or pairs of words is near a token in its clause."""
        clause = self._clause_of[start]
        near = self._words[max(clause.start, start - MAX_DISTANCE) : min(clause.end, start + MAX_DISTANCE)]
        return not words.isdisjoint(near) or any(pair in pairs for pair in pairwise(near))

    def is_doubted(self, end: int) -> bool:
        """Return whether the writer doubts what ends before token `end`: `by phone, but who knows`."""
        clause = self._clause_of[end - 1]
        at = bisect_left(self._clauses, end, key=lambda one: one.end)
        for one in self._clauses[at : at + small.MAX_DOUBT]:
            if one.sentence != clause.sentence and self._clauses[at + 1 : at + 2] != [one]:
                return False
            if self._doubts(self._words[max(one.start, end) : one.end][:MAX_DISTANCE]):
                return True
        return False

    def _doubts(self, words: Sequence[str]) -> bool:
        """Return whether the words are a doubt without an object of its own, which `not sure who takes it` has."""
        for at in range(len(words)):
            for doubt in small.DOUBTS:
                rest = words[at + len(doubt) : at + len(doubt) + 1]
                if tuple(words[at : at + len(doubt)]) == doubt and (not rest or rest[0] in small.AFTER_DOUBT):
                    return True
        return False

    def is_beside(self, end: int, words: Collection[str]) -> bool:
        """Return whether one of `words` closely follows token `end`: `never paid the fee`."""
        return not set(words).isdisjoint(self._words[end : end + 4])

    def is_limited(self, end: int) -> bool:
        """Return whether an absence before token `end` holds for a time only: `nothing paid since 20 October`."""
        following = self.word(end)
        if following == "since" or "before" in self._words[end : end + 4]:
            return True
        return (
            following in ("for", "in", "within")
            and self._tokens[end + 1 :][:1] != []
            and (self._tokens[end + 1].kind is TokenKind.NUMBER)
        )

    def is_compared(self, start: int, end: int) -> bool:
        """Return whether the tokens are compared with something else: `as urgent as any other ticket`."""
        return self.word(start - 1) == "as" and self.word(end) == "as"

    def limits_negation(self, start: int, end: int) -> bool:
        """Return whether a part of something is denied after these tokens: `did not send everything`."""
        return self.word(end) in small.QUANTITIES and not small.NEGATIONS.isdisjoint(self._words[start - 1 : end])

    def is_of_rule(self, end: int) -> bool:
        """Return whether the clause goes on with `in general`: it is about a rule, not the case."""
        return ("in", "general") in pairwise(self._words[end : self._clause_of[end - 1].end][:MAX_DISTANCE])

    def is_generic(self, end: int) -> bool:
        """Return whether the noun at the end of these tokens, or after them, is in the plural: `leased laptops`."""
        clause = self._clause_of[end - 1]
        return any(
            self._tokens[at].plural and self._words[at] in self.vocabulary.cases
            for at in range(end - 1, min(end + 1, clause.end))
        )

    def is_doubly_denied(self, start: int, end: int) -> bool:
        """Return whether two negations apply to the tokens from `start` to `end`: `it isn't not urgent`."""
        words = self._words[start:end]
        negations = sum(word in small.DENIALS for word in words) + self.is_denied(start)
        return negations > 1 and small.JOINING.isdisjoint(words) and "nor" not in words

    def is_wished(self, start: int) -> bool:
        """Return whether a verb of wishing, losing or sending closely precedes token `start`."""
        clause = self._clause_of[start]
        first = max(clause.start, start - NEAR_DISTANCE)
        before = [
            word
            for at, word in enumerate(self._words[first:start], first)
            if not (word.endswith("ing") and self._words[at + 1] in self.vocabulary.nouns)  # `the asking company`
        ]
        return "back" not in before and not small.WISHED.isdisjoint(before)

    def _echoes(self, clause: Clause, start: int, end: int) -> bool:
        """Return whether the clause consists of these tokens and a question mark: `leased?`."""
        if not self._question(clause.end) or end != clause.end:
            return False
        return start - clause.start <= NEAR_DISTANCE and all(word in _BEFORE_ECHO for word in self.before(start))

    def _attributive(self, clause: Clause, start: int, end: int) -> bool:
        """Return whether a question presupposes this: `can I send a leased laptop …`, `is it right for leased ones`."""
        if MEANING.intersection(self._words[clause.start : clause.start + MAX_DISTANCE]):
            return False
        if not small.TOWARDS.isdisjoint(self.before(start)):
            return True
        first = clause.start
        while first < min(start, clause.start + MAX_DISTANCE) and self._words[first] in OPENING:
            first += 1
        verb, subject = self._words[first], self.word(first + 1)
        if self._is_predicate(clause, first, start, end):
            return False
        heads = [at for at in (end, end - 1) if self.word(at, within=clause) in self.vocabulary.nouns]
        if not heads or self._tokens[heads[0]].plural:
            return False
        if verb in small.MODALS and subject in ("a", "an"):
            return False
        if verb in BE:
            return subject in ("a", "an", "the") and start <= first + 2
        return verb not in ("did", "has", "have", "had")

    def _is_predicate(self, clause: Clause, verb: int, start: int, end: int) -> bool:
        """Return whether a question asks this itself: `does the owner refuse it`, `is the repair the only problem`."""
        if self._words[verb] in BE:
            return end == clause.end or self._words[end] == "or"
        subject = verb + 2 + (self.word(verb + 1) in small.ARTICLES and self.word(verb + 1) not in small.PRONOUNS)
        return subject <= start and small.SKIPPED.issuperset(self._words[subject:start])

    def is_of_then(self, start: int, end: int) -> bool:
        """Return whether these tokens are a state of another time: `was open last week`, `had one in 2023`."""
        if self._words[end - 1].endswith("ed") or self._words[end - 1] in small.IRREGULAR:
            return False  # an event: `was closed last week`
        clause = self._clause_of[start]
        if _WAS.isdisjoint(self._words[max(clause.start, start - NEAR_DISTANCE) : end]):
            return False
        before = self._words[clause.start : start]
        following = [word for word in self._words[end : end + 4] if word not in small.ARTICLES]
        return (
            not small.THEN.isdisjoint(following[:1])
            or before[:1] == ["yesterday"]
            or any(
                pair in small.THEN_PAIRS or (pair[0] == "in" and pair[1].isdecimal() and len(pair[1]) == 4)
                for pair in (*pairwise(before), *pairwise(following[:3]))
            )
        )

    def separator_before(self, at: int) -> Separator:
        """Return the separator between token `at` and the previous one."""
        return self._tokens[at].separator if at < len(self._tokens) else Separator.SENTENCE

    def is_desired(self, start: int, end: int) -> bool:
        """Return whether a verb of wanting governs the participle at token `start`: `wants the deposit released`."""
        near = self._words[max(self._clause_of[start].start, start - NEAR_DISTANCE) : start]
        return (
            self._words[end - 1].endswith("ed")
            and not small.WANTING.isdisjoint(near)
            and small.BEING.isdisjoint(near[-2:])
        )
