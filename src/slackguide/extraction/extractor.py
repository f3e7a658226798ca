"""Extract facts from free text: `leased laptop, dropped, bought 20 months ago` contains four.

Phrases match whole words, the longest first. Questions, hypotheses, negations and reports about other cases are not
extracted. A contradictory or ambiguous fact is returned as unclear, to be asked: precision is more important than
recall.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise

from slackguide.extraction import reporting
from slackguide.extraction.current_case import Mention, current_mentions
from slackguide.extraction.date_facts import DateFactExtractor
from slackguide.extraction.dates import UNITS, TimeExpression
from slackguide.extraction.discourse import MAX_DISTANCE, Discourse
from slackguide.extraction.lexicon import ABSENCES, ADVERBS, ARTICLES, BADGES, BE, FOLLOWING, NOT_NOW, OPENING, PAGES
from slackguide.extraction.numbers import NumberExtractor
from slackguide.extraction.phrases import PhraseMatch, Phrases
from slackguide.extraction.predicates import TILDE, Predicates
from slackguide.extraction.quantities import QuantityExtractor
from slackguide.extraction.speech import Speech
from slackguide.extraction.tokenizer import Separator, Token, normalize, tokenize
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.knowledge.conditions import NEVER
from slackguide.knowledge.facts import FactSpec, party_facts
from slackguide.knowledge.units import TIMES

MAX_SPAN_LENGTH = 80
"""Maximum characters of the span of text from which a fact was extracted."""

_ONLY_TODAY = "The text says today, not at which hour."
MAX_CORRECTED = 400
"""Maximum distinct words of a text whose spelling is corrected. It bounds the time for long texts of no known words."""

_ANSWERS = {"yes": "yes", "y": "yes", "no": "no", "n": "no", "none": "no"}


@dataclass(frozen=True, slots=True)
class ExtractedFacts:
    """The facts extracted from a text."""

    facts: Mapping[str, str | int]
    """Values by fact name. A number is in the unit of its fact, a date is written `2026-11-21`."""
    spans: Mapping[str, str]
    """Spans of text by fact name, shortened to `MAX_SPAN_LENGTH` characters."""
    unclear: Mapping[str, str]
    """Questions to ask by fact name, for contradictory or ambiguous facts."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """The fact value that a phrase denotes."""

    fact: str
    value: str
    single_word: bool = False
    """Whether the phrase is one word, which has this meaning only in a suitable context."""
    whole_clause: bool = False
    """Whether the phrase must be an entire clause: `leased, broken`."""


class FactExtractor:
    """Extracts a fixed set of facts from texts."""

    def __init__(
        self,
        facts: Mapping[str, FactSpec],
        vocabulary: FactVocabulary,
        common_words: Container[str] = frozenset(),
    ) -> None:
        self._facts = facts
        self._vocabulary = vocabulary
        self._phrases: Phrases[_Meaning] = Phrases(vocabulary, common_words)
        self._predicates: Predicates[_Meaning] = Predicates(vocabulary)
        self._numbers = NumberExtractor(facts, vocabulary)
        self._quantities = QuantityExtractor(facts, vocabulary)
        self._dates = DateFactExtractor(facts, vocabulary)
        self._sides = party_facts(facts, vocabulary.parties)
        self._party = {name: fact.about for name, fact in facts.items() if fact.about}
        for name, fact in facts.items():
            phrases = [*_phrases_of(fact), *(_reporting(fact) if name in self._sides else ())]
            for value, phrase in phrases:
                if TILDE in phrase:
                    self._predicates.add(phrase, _Meaning(name, value))
                else:
                    self._phrases.add(phrase, _Meaning(name, value, single_word=" " not in phrase))
            for word in set(" ".join([*fact.read, *(phrase for _, phrase in phrases)]).replace("|", " ").split()):
                self._phrases.add_word(normalize(word.lower()))
        for unit in (*UNITS, *self._quantities.words):
            self._phrases.add_word(unit)
        for name, value, label in _unique_labels(facts, vocabulary.parties):
            self._phrases.add(label, _Meaning(name, value, whole_clause=True))

    def extract(self, text: str, *, today: date) -> ExtractedFacts:
        """Extract the facts that `text` states. Never raises. Reads at most the first `MAX_CHARACTERS` characters."""
        tokens = tokenize(text)
        if not tokens:
            return ExtractedFacts({}, {}, {})
        distinct = islice(dict.fromkeys((token.text, token.plural) for token in tokens), MAX_CORRECTED)
        corrections = {word: self._correct(*word) for word in distinct}
        for token in tokens:
            token.text = corrections.get((token.text, token.plural), token.text)
        self._vocabulary.fold(tokens)
        discourse = Discourse(tokens, self._vocabulary)
        speech = Speech(tokens, discourse)
        forms = self._phrases.forms(tokens)
        mentions: dict[str, list[Mention]] = {}
        longest = self._longest([*self._phrases.find(tokens, forms), *self._predicates.find(tokens, forms, discourse)])
        said = {at for found in longest.values() for one in found if not one.meaning.whole_clause for at in one.tokens}
        for name, found in longest.items():
            longest[name] = [one for one in found if not one.meaning.whole_clause or said.isdisjoint(one.tokens)]
        starts = {match.start for matches in longest.values() for match in matches}
        for name, matches in longest.items():
            mentions[name] = list(self._mentions(name, matches, discourse, speech, starts))
        self._deny(longest, mentions, discourse)
        for name in self._sides:
            spoken = [Mention(discourse.word(at), at, at + 1) for at in speech.speakers()]
            mentions.setdefault(name, []).extend(spoken)
        quantities = list(self._quantities.extract(tokens, forms, text, discourse))
        for quantity in quantities:
            number = self._number(quantity.fact, quantity.start, quantity.end, quantity.problem, quantity.value)
            mentions.setdefault(quantity.fact, []).append(number)
        starts.update(quantity.start for quantity in quantities)
        for name, time in self._numbers.extract(tokens, forms, text, discourse, starts, today=today):
            mentions.setdefault(name, []).append(self._time(name, time))
        for day in self._dates.extract(tokens, forms, text, discourse, today=today):
            mentions.setdefault(day.fact, []).append(Mention(day.value, day.start, day.end, day.problem))
        return self._resolve(mentions, tokens, text, discourse)

    def _correct(self, word: str, plural: bool) -> str:
        """Return the word without misspellings. The `s` of a plural can belong to the word: `respons`."""
        corrected = self._phrases.correct(word)
        return (corrected and plural and self._phrases.correct(f"{word}s")) or corrected or word

    def _longest(self, found: Iterable[PhraseMatch[_Meaning]]) -> dict[str, list[PhraseMatch[_Meaning]]]:
        """Return the phrase matches of each fact, without those that overlap a longer one."""
        by_fact: dict[str, list[PhraseMatch[_Meaning]]] = {}
        for match in found:
            if match.negated and self._opposite(match.meaning.fact, match.meaning.value) is None:
                continue
            by_fact.setdefault(match.meaning.fact, []).append(match)
        longest: dict[str, list[PhraseMatch[_Meaning]]] = {}
        for name, matches in by_fact.items():
            matches.sort(
                key=lambda match: (
                    match.meaning.whole_clause,
                    -match.size,
                    match.start - match.end,
                    match.start,
                    not match.meaning.value,
                    match.negated,
                )
            )
            taken: set[int] = set()
            for match in matches:
                if taken.isdisjoint(match.tokens):
                    taken.update(match.tokens)
                    longest.setdefault(name, []).append(match)
            longest[name].sort(key=lambda match: match.start)
        return longest

    def _deny(
        self,
        longest: Mapping[str, Sequence[PhraseMatch[_Meaning]]],
        mentions: Mapping[str, list[Mention]],
        discourse: Discourse,
    ) -> None:
        """Replace the mention of the yes/no phrase that an ellipsis denies: `if it was urgent …, but it is not`."""
        for end in discourse.ellipses():
            denied = max(
                (
                    (match.start, name, match)
                    for name, matches in longest.items()
                    if len(self._facts[name].choices) == 2 and name not in self._sides
                    for match in matches
                    if end - MAX_DISTANCE <= match.start < end
                ),
                key=lambda one: one[0],
                default=None,
            )
            if denied:
                start, name, match = denied
                kept = [one for one in mentions[name] if one.start != start]
                value = self._opposite(name, match.meaning.value)
                mentions[name][:] = [*kept, Mention(value, start, end + 1)] if value else kept

    def _mentions(
        self,
        name: str,
        matches: Sequence[PhraseMatch[_Meaning]],
        discourse: Discourse,
        speech: Speech,
        starts: Container[int],
    ) -> Iterator[Mention]:
        """Yield the mentions of one fact, without questions, hypotheses and phrases in an unsuitable context."""
        asked = {
            at
            for at, (match, after) in enumerate(pairwise(matches))
            if match.meaning.value != after.meaning.value and discourse.alternative(match.end, after.start)
        }
        sentence = -1
        for at, match in enumerate(matches):
            if at in asked or at - 1 in asked:
                continue
            answer = _ANSWERS.get(discourse.answer(match.end))
            if answer:
                value = self._answered(match.meaning, answer)
                if value:
                    yield Mention(value, match.start, match.end + 1)
                continue
            if not discourse.states(match.start, match.end) or not self._has_context(name, match, discourse, starts):
                continue
            if name not in self._sides and discourse.is_of_rule(match.end):
                continue
            if discourse.is_desired(match.start, match.end) or discourse.is_compared(match.start, match.end):
                continue
            if name not in self._sides and discourse.is_of_then(match.start, match.end):
                continue
            denial = discourse.denial(match.start)
            if discourse.is_of_other_case(match.end) or discourse.limits_negation(match.start, match.end):
                continue
            if discourse.is_obscured(match.start) or (denial in ABSENCES and self._facts[name].kind == "choice"):
                continue
            negated = match.negated or denial != ""
            doubly = discourse.is_doubly_denied(match.start, match.end)
            if negated and not doubly and self._is_no_yes(match.meaning):
                continue
            if name in self._sides:
                if any(speech.is_contrasted(match.start, other.start) for other in matches if other is not match):
                    continue
                here = discourse.clause(match.start).sentence
                corrected = discourse.is_corrected(matches[at - 1].start, match.start)
                if negated or (here == sentence and not corrected) or not speech.is_said(match.start, match.end):
                    continue
                sentence = here
            value = self._opposite(name, match.meaning.value) if negated else match.meaning.value
            value = self._explicit_answer(name, match, value, discourse) if value is not None else None
            if value == NEVER and (
                discourse.word(match.end) == "it"
                or discourse.is_beside(match.end, self._facts[name].unless)
                or discourse.is_limited(match.end)
            ):
                continue
            if value:
                problem = "The text has a double negation." if doubly else None
                yield Mention(value, match.start, match.end, problem)

    def _is_no_yes(self, meaning: _Meaning) -> bool:
        """Return whether the denial of a phrase says nothing, as the fact has phrases of its own for yes."""
        values = self._facts[meaning.fact].values
        return meaning.value == "no" and "yes" in values and bool(values["yes"].words)

    def _answered(self, meaning: _Meaning, answer: str) -> str | None:
        """Return the value of a phrase that was asked and answered. The label of a yes/no fact has no value itself."""
        if not meaning.value:
            return answer
        return meaning.value if answer == "yes" else self._opposite(meaning.fact, meaning.value)

    def _opposite(self, name: str, value: str) -> str | None:
        """Return the only other value of a fact, or None if there are several."""
        others = [other for other in self._facts[name].choices if other != value]
        return others[0] if len(others) == 1 and not self._facts[name].is_ordered else None

    def _explicit_answer(self, name: str, match: PhraseMatch[_Meaning], value: str, discourse: Discourse) -> str | None:
        """Return the answer after a phrase, as in `under warranty: no`, or `value` if there is none."""
        answer = _ANSWERS.get(discourse.word(match.end))
        separated = discourse.clause(match.end - 1).end == match.end and discourse.separator_before(match.end) in (
            Separator.COLON,
            Separator.BREAK,
        )
        is_answer = self._facts[name].kind == "yes_no" and discourse.word(match.end) in ("yes", "no")
        if not answer or not (separated or is_answer) or discourse.separator_before(match.end + 1) < Separator.COLON:
            return value
        if self._facts[name].kind == "yes_no":
            return answer
        return value if answer == "yes" else self._opposite(name, value)

    def _has_context(
        self, name: str, match: PhraseMatch[_Meaning], discourse: Discourse, starts: Container[int]
    ) -> bool:
        """Return whether the context supports the meaning of the phrase."""
        clause = discourse.clause(match.start)
        following = discourse.word(match.end, within=clause)
        if following in NOT_NOW and not self._facts[name].is_ordered:
            return False
        if discourse.word(match.start) == "open" and discourse.word(match.start + 1, within=clause) in ARTICLES:
            return False  # a verb: `open the settings page`
        if discourse.word(match.start) == "open" and following in PAGES:
            return False
        if self._facts[name].kind == "choice" and name not in self._sides and discourse.is_generic(match.end):
            return False
        if match.meaning.whole_clause:
            before = all(discourse.word(at) in OPENING | BE | {"for"} for at in range(clause.start, match.start))
            return before and all(discourse.word(at) in ADVERBS for at in range(match.end, clause.end))
        party = self._party.get(name)
        if not (match.meaning.single_word or party):
            return True
        if self._facts[name].kind == "choice" and "or" in (following, discourse.word(match.start - 1, within=clause)):
            return False
        known = match.end in starts or following in FOLLOWING or following in self._vocabulary.nouns
        if following and following[0].isalpha() and not known:
            return False
        is_of_person = party is not None and (following in BADGES or following in self._vocabulary.people)
        if discourse.is_wished(match.start) and (is_of_person or following not in self._vocabulary.nouns):
            return False
        return party is None or self._attribute_to_party(party, match, discourse)

    def _attribute_to_party(self, party: str, match: PhraseMatch[_Meaning], discourse: Discourse) -> bool:
        """Return whether the party nearest to the phrase, within its clause, is the one that the fact describes."""
        clause = discourse.clause(match.start)
        inside = {discourse.word(at) for at in range(match.start, match.end)}
        if party in inside:
            return True
        for at in range(match.end, min(match.end + 2, clause.end)):
            if discourse.separator_before(at) >= Separator.COLON:
                break
            if discourse.word(at) in self._vocabulary.parties:
                return discourse.word(at) == party
        for at in range(match.start - 1, max(clause.start, match.start - MAX_DISTANCE) - 1, -1):
            if discourse.word(at) in self._vocabulary.parties:
                return discourse.word(at) == party
        return True

    def _time(self, name: str, time: TimeExpression) -> Mention:
        """Return the mention of a time, in whole units of the fact."""
        unit, minutes, problem = self._facts[name].measure, time.total_minutes, time.problem
        if time.is_date and unit == TIMES["minute"] and problem is None:
            problem = "A day is not an exact number of minutes."
        if time.is_date and minutes == 0 and unit == TIMES["hour"] and problem is None:
            problem = _ONLY_TODAY
        value = minutes // unit.size
        if unit == TIMES["year"] and minutes % TIMES["month"].size == 0:
            value = max(value, minutes // TIMES["month"].size // 12)
        return self._number(name, time.start, time.end, problem, value)

    def _number(self, name: str, start: int, end: int, problem: str | None, value: str | int) -> Mention:
        fact = self._facts[name]
        if problem is None and fact.number(value) is None:
            problem = f"{value} {fact.unit or ''}".strip() + f" is more than {fact.maximum}."
        return Mention(value, start, end, problem)

    def _resolve(
        self, mentions: Mapping[str, Sequence[Mention]], tokens: Sequence[Token], text: str, discourse: Discourse
    ) -> ExtractedFacts:
        facts: dict[str, str | int] = {}
        spans: dict[str, str] = {}
        unclear: dict[str, str] = {}
        for name in self._facts:
            if not mentions.get(name):
                continue
            fact = self._facts[name]
            current = current_mentions(mentions[name], discourse, is_of_case=name not in self._sides)
            values = dict.fromkeys(one.value for one in current if one.problem is None)
            problem = next((one.problem for one in current if one.problem), None)
            if problem:
                unclear[name] = f"{problem} {fact.ask}"
            elif len(values) > 1:
                both = " and ".join(fact.value_label(value) for value in list(values)[:3])
                unclear[name] = f"The text says {both}. {fact.ask}"
            else:
                facts[name] = current[0].value
                spans[name] = _span_text(text, tokens[current[0].start].start, tokens[current[0].end - 1].end)
        return ExtractedFacts(facts, spans, unclear)


def _span_text(text: str, start: int, end: int) -> str:
    span = " ".join(text[start:end].split())
    return span if len(span) <= MAX_SPAN_LENGTH else f"{span[: MAX_SPAN_LENGTH - 1]}…"


def _phrases_of(fact: FactSpec) -> Iterator[tuple[str, str]]:
    for value, spec in fact.values.items():
        for phrase in spec.words:
            yield value, phrase
    for phrase in fact.never_words if fact.never else ():
        yield NEVER, phrase
    if fact.kind == "yes_no":
        yield "", fact.label


def _reporting(fact: FactSpec) -> Iterator[tuple[str, str]]:
    """Yield the phrases that say which party is asking, each with the party."""
    for party in fact.choices:
        for phrase in reporting.phrases_of(party):
            yield party, phrase


def _unique_labels(facts: Mapping[str, FactSpec], parties: Container[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the labels that belong to only one value of one fact, except for parties: `Ended`, but not `Open`."""
    owners: dict[str, list[tuple[str, str, str]]] = {}
    for name, fact in facts.items():
        for value, spec in fact.values.items():
            if value not in parties and value != "none":
                owners.setdefault(spec.label.lower(), []).append((name, value, spec.label))
    yield from (labels[0] for labels in owners.values() if len(labels) == 1)
