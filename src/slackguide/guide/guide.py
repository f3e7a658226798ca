"""The guide: answer a concern with an outcome. Deterministic; uses no network and no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, datetime

from slackguide.errors import UnusableInput
from slackguide.extraction.extractor import ExtractedFacts, FactExtractor
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.guide.conversation import TURN_CHARACTERS, ConversationState, Reply, Turn, recent_turns
from slackguide.guide.corpus import Corpus
from slackguide.guide.fact_ranking import FactRanking
from slackguide.guide.note_templates import BLANK, fill_note
from slackguide.guide.outcomes import (
    Answer,
    Asker,
    Choices,
    Concern,
    NoAnswer,
    Outcome,
    RankedEntry,
    Social,
    StatedConcern,
)
from slackguide.guide.replies import Replies
from slackguide.guide.rounded_times import rounded_at_a_limit
from slackguide.knowledge import Entry, KnowledgeBase, did_you_mean
from slackguide.knowledge.conditions import FactValue, amount_range_of
from slackguide.knowledge.units import TIMES
from slackguide.labels import Label
from slackguide.matching import Alert, ConcernMatch, Match, Matcher, Matching, SmallTalk
from slackguide.matching.calibration import learn_shift
from slackguide.matching.scoring import MatcherCalibration, shipped_weights
from slackguide.matching.types import Recall, learn_anew
from slackguide.matching.wordlist import common_words
from slackguide.text import is_emoji_only, normalize, readings
from slackguide.triage import Triage

EXACT = 1.0
"""The confidence of an entry that is requested by its id."""


_EXACT_TIMES = (TIMES["hour"], TIMES["day"])
"""Units in which a time in whole weeks or months is rounded."""


class Guide:
    """Answers concerns from one knowledge base. Immutable and safe to share between threads."""

    def __init__(
        self, knowledge: KnowledgeBase, calibration: MatcherCalibration | None = None, recall: Recall = learn_anew
    ) -> None:
        """Build the guide. `calibration` is that of the knowledge base; None answers with the shipped one.

        `recall` returns what was learnt before from the same knowledge base.
        """
        self.knowledge = knowledge
        self.is_calibrated = calibration is not None
        self.triage = Triage(knowledge)
        vocabulary = FactVocabulary.of_base(knowledge)
        self._extractor = FactExtractor(knowledge.read_facts, vocabulary, common_words())
        matcher = Corpus.of(knowledge).matcher(recall=recall)
        self._matcher = matcher if calibration is None else matcher.with_calibration(calibration)
        self._fact_ranking = FactRanking(knowledge)
        facts = knowledge.facts.items()
        self._in_hours = frozenset(name for name, fact in facts if fact.measure == TIMES["hour"])
        self._rounded = frozenset(name for name, fact in facts if fact.measure in _EXACT_TIMES)
        self._replies = Replies(self)

    @property
    def matcher(self) -> Matcher:
        """The matcher of the knowledge base."""
        return self._matcher

    @property
    def has_shipped_calibration(self) -> bool:
        """Whether the confidence is estimated from other knowledge bases."""
        return self._matcher.calibration == shipped_weights().calibration

    def with_calibration(self, calibration: MatcherCalibration) -> Guide:
        """Return a guide with the same knowledge and index, and this calibration."""
        guide = copy(self)
        guide._matcher = self._matcher.with_calibration(calibration)
        guide._replies = Replies(guide)
        guide.is_calibrated = True
        return guide

    def at(self, now: datetime) -> Guide:
        """Return the guide of a moment. Without one, the facts of the clock are unknown."""
        if self.knowledge.clock is None:
            return self
        guide = copy(self)
        guide.triage = self.triage.at(now)
        guide._replies = self._replies.of(guide)
        return guide

    def with_shift(self, shift: float) -> Guide:
        """Return a guide whose confidence in the first entry is shifted by `shift` (log-odds)."""
        calibration = self._matcher.calibration
        return self.with_calibration(replace(calibration, question_shift=calibration.question_shift + shift))

    def learn_shift(self, labels: Iterable[Label], *, today: date) -> float:
        """Return the shift under which the labels are most probable. Labels of removed entries do not count."""
        answers = []
        for label in labels:
            reading = normalize(label.text or "")
            named = {*label.ids, label.rejected} - {None}
            if not reading or (named and named.isdisjoint(self.knowledge.entries)):
                continue
            adjustments = self._fact_ranking.adjustments(self.extract(reading, today).facts)
            first, odds = self._matcher.first(reading, adjustments)
            is_right = label.judge(first)
            if is_right is not None:
                answers.append((odds, is_right))
        return learn_shift(answers)

    def answer(self, concern: Concern, asker: Asker, *, today: date) -> Outcome:
        """Return the outcome for a concern. Relative dates in its text are resolved against `today`.

        Raises `UnusableInput` if the concern refers to an entry that does not exist.
        """
        hidden = self.knowledge.hidden_from(*asker.roles)
        if concern.entry is not None:
            return self._by_id(concern, concern.entry, hidden, today)
        reading = normalize(concern.text)
        extracted = self.extract(reading, today)
        adjustments = self._fact_ranking.adjustments(self._facts(concern, extracted))
        matching = self._matcher.match(reading, hidden=hidden, adjustments=adjustments)
        social = self.small_talk(concern.text, reading, matching)
        if social is not None:
            return Social(0.0, (), (), kind=social)
        return self._outcome(concern, reading, matching, extracted, today)

    def reply(self, conversation: ConversationState, turn: Turn, asker: Asker, *, today: date) -> Reply:
        """Return the conversation after a turn, and the outcome. The conversation is a value: the old one stays."""
        return self._replies.reply(conversation, turn, asker, today=today)

    def reply_to(
        self,
        before: Sequence[Turn],
        text: str,
        asker: Asker,
        *,
        today: date,
        check: Callable[[], object] = lambda: None,
    ) -> Reply:
        """Return the reply to a message after these turns, of which only the last ones count (see `recent_turns`).

        Each is read once. `check` is called before each, and may raise to give up.
        """
        conversation = ConversationState()
        for turn in recent_turns(before, TURN_CHARACTERS - len(text)):
            check()
            conversation = self.reply(conversation, turn, asker, today=today).conversation
        check()
        return self.reply(conversation, text, asker, today=today)

    def replies(self, texts: Sequence[str], asker: Asker, *, today: date) -> tuple[Reply, ...]:
        """Return the replies to the messages of one conversation, each like `reply_to` with those before it."""
        replies: list[Reply] = []
        for at, text in enumerate(texts):
            before = texts[:at]
            if replies and list(recent_turns(before, TURN_CHARACTERS - len(text))) == list(before):
                replies.append(self.reply(replies[-1].conversation, text, asker, today=today))
            else:
                replies.append(self.reply_to(before, text, asker, today=today))
        return tuple(replies)

    def match(self, text: str, asker: Asker) -> Matching:
        """Match a text against the entries that are visible to the asker."""
        return self._matcher.match(normalize(text), hidden=self.knowledge.hidden_from(*asker.roles))

    def concern_of(self, text: str) -> str:
        """Return a text, normalized, without the greetings, thanks and signature around the concern."""
        return self._matcher.concern_of(normalize(text))

    def unknown_words(self, text: str) -> frozenset[str]:
        """Return the words of a text that the knowledge base does not know, in lower case."""
        return self._matcher.unknown_words(self.concern_of(text))

    def facts_in(self, text: str, *, today: date) -> Mapping[str, FactValue]:
        """Return the facts that can be extracted from the text alone."""
        return self.extract(normalize(text), today).facts

    def explain_match(self, text: str, id: str) -> tuple[str, ...]:
        """Return the words that contributed most to the match of `text` with the entry `id`."""
        return self._matcher.explain(normalize(text), id)

    def extract(self, reading: str, today: date) -> ExtractedFacts:
        """Extract facts from a normalized text. Ask for what a line break makes ambiguous."""
        concern = self._matcher.concern_of(reading)
        first, *others = (self._extractor.extract(one, today=today) for one in readings(concern))
        for other in others:
            names = {*first.facts, *other.facts}
            torn = {name for name in names if first.facts.get(name) != other.facts.get(name)}
            first = ExtractedFacts(
                {name: value for name, value in first.facts.items() if name not in torn},
                {name: span for name, span in first.spans.items() if name not in torn},
                {**first.unclear, **other.unclear, **{name: self.knowledge.facts[name].ask for name in torn}},
            )
        return first

    def _outcome(
        self, concern: Concern, reading: str, matching: Matching, extracted: ExtractedFacts, today: date
    ) -> Outcome:
        matches = tuple(self._ranked_entry(match) for match in matching.matches)
        if matching.outcome == "answer":
            return self._answer(
                self.knowledge.entries[matches[0].id], concern, extracted, matches, matching.alerts, matching.urgent,
                runner_up=self._ranked_entry(matching.runner_up) if matching.runner_up else None,
            )  # fmt: skip
        facts = self._facts(concern, extracted)
        if matching.outcome == "choices":
            offered = tuple(self._with_destination(match, facts) for match in matches[: matching.offered])
            return Choices(
                matching.confidence,
                (*offered, *matches[matching.offered :]),
                matching.alerts,
                facts=facts,
                offered=matching.offered,
                concerns=tuple(self._stated_concern(one, concern, today) for one in matching.concerns),
                language=matching.language,
            )
        pointer = self._matcher.pointer(reading)
        return NoAnswer(matching.confidence, matches, matching.alerts, pointer, facts=facts, language=matching.language)

    def _stated_concern(self, one: ConcernMatch, concern: Concern, today: date) -> StatedConcern:
        facts = self._facts(concern, self.extract(one.text, today))
        return StatedConcern(one.text, self._with_destination(self._ranked_entry(one.match), facts))

    def _facts(self, concern: Concern, extracted: ExtractedFacts) -> Mapping[str, FactValue]:
        """Return the given facts and the extracted ones that the agent neither gave nor removed."""
        overridden = {*concern.facts, *concern.dropped}
        return {
            **{name: value for name, value in extracted.facts.items() if name not in overridden},
            **concern.facts,
        }

    def small_talk(self, text: str, reading: str, matching: Matching) -> SmallTalk | None:
        """Return the kind of a text, normalized to `reading`, in which nothing is asked; None if it asks anything.

        What may be said by somebody at risk is no small talk. A weak sign counts only in a good-bye.
        """
        kind = self._matcher.small_talk(reading)
        if not reading and is_emoji_only(text):
            kind = SmallTalk.ACKNOWLEDGEMENT
        first = matching.matches[0].id if matching.offered else None
        is_doubtful = first in self._matcher.detected or (kind is SmallTalk.GOODBYE and matching.alerts)
        return None if is_doubtful else kind

    def _by_id(self, concern: Concern, id: str, hidden: frozenset[str], today: date) -> Outcome:
        entry = self.knowledge.entries.get(id)
        if entry is None:
            raise UnusableInput(f"unknown entry `{id}`{did_you_mean(id, self.knowledge.entries)}")
        if id in hidden:
            return NoAnswer(0.0, (), ())
        matches = (RankedEntry(id, entry.title, EXACT),)
        extracted = self.extract(normalize(concern.text), today)
        return self._answer(entry, concern, extracted, matches, (), False)

    def _answer(
        self,
        entry: Entry,
        concern: Concern,
        extracted: ExtractedFacts,
        matches: tuple[RankedEntry, ...],
        alerts: tuple[Alert, ...],
        urgent: bool,
        runner_up: RankedEntry | None = None,
    ) -> Answer:
        overridden = {*concern.facts, *concern.dropped}
        spans = {name: span for name, span in extracted.spans.items() if name not in overridden}
        spans |= concern.spans
        facts = self._facts(concern, extracted)
        exact = {name: span for name, span in spans.items() if name in self._rounded}
        rounded = rounded_at_a_limit(self.triage, entry.id, facts, exact, in_hours=self._in_hours)
        facts = {name: value for name, value in facts.items() if name not in rounded}
        unclear = {**extracted.unclear, **{name: self._ask_exactly(name, spans[name]) for name in rounded}}
        decision = self.triage.decide(entry.id, facts, concern.unknown)
        known = [name for name in decision.missing if name in facts]
        between = {name: question for name in known if (question := self._ask_whole(name, facts[name]))}
        unclear |= between
        template = self.knowledge.notes[decision.note].text if decision.note else None
        return Answer(
            confidence=matches[0].confidence,
            matches=matches,
            alerts=alerts,
            facts=facts,
            entry=entry,
            decision=decision,
            note=fill_note(template, self.knowledge, facts, self._current_text(concern, extracted, facts))
            if template
            else None,
            extracted={name: span for name, span in spans.items() if name not in rounded},
            unclear={
                name: question
                for name, question in unclear.items()
                if name in rounded or name in between or name not in overridden
            },
            urgent=urgent,
            runner_up=runner_up,
        )

    def _current_text(self, concern: Concern, extracted: ExtractedFacts, facts: Mapping[str, FactValue]) -> str:
        """Return the concern's text with the facts as they are now, where another value was given later."""
        text = concern.text
        for name, value in extracted.facts.items():
            if name in {*concern.facts, *concern.dropped} and facts.get(name) != value:
                now = self.knowledge.facts[name].value_label(facts[name]) if name in facts else BLANK
                text = text.replace(extracted.spans[name], now)
        return text

    def _ask_exactly(self, name: str, span: str) -> str:
        return f"“{span}” can be on either side of a limit. {self.knowledge.facts[name].ask}"

    def _ask_whole(self, name: str, value: FactValue) -> str | None:
        """Return the question about an amount with cents between two whole ones that rules tell apart, or None."""
        ends = amount_range_of(str(value))
        if ends is None:
            return None
        fact = self.knowledge.facts[name]
        return f"{fact.value_label(value)} is between {ends[0]} and {ends[1]}, where the answer changes. {fact.ask}"

    def _with_destination(self, match: RankedEntry, facts: Mapping[str, FactValue]) -> RankedEntry:
        return replace(match, destination=self.triage.destination(match.id, facts))

    def _ranked_entry(self, match: Match) -> RankedEntry:
        return RankedEntry(match.id, self.knowledge.entries[match.id].title, match.confidence)
