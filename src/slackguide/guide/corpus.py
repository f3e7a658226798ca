"""Build the matcher's input from a knowledge base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slackguide.knowledge import Entry, KnowledgeBase
from slackguide.matching import CriticalPatterns, EntryDocument, Matcher, Vocabulary
from slackguide.matching.calibration import calibrate
from slackguide.matching.scoring import MatcherCalibration, Weights
from slackguide.matching.types import Recall, learn_anew


@dataclass(frozen=True, slots=True)
class Corpus:
    """The inputs of a matcher."""

    documents: tuple[EntryDocument, ...]
    vocabulary: Vocabulary
    critical_patterns: tuple[CriticalPatterns, ...]
    out_of_scope: tuple[str, ...] = ()
    pointers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, knowledge: KnowledgeBase) -> Corpus:
        """Collect the texts of every entry, the glossary, and the patterns of critical entries."""
        entries = knowledge.entries.values()
        return cls(
            documents=tuple(_document(entry) for entry in entries),
            vocabulary=Vocabulary(abbreviations=knowledge.abbreviations, synonyms=knowledge.synonyms),
            critical_patterns=tuple(_critical_patterns(entry) for entry in entries if entry.signs is not None),
            out_of_scope=knowledge.out_of_scope,
            pointers=knowledge.pointers,
        )

    def matcher(self, weights: Weights | None = None, recall: Recall = learn_anew) -> Matcher:
        """Build a matcher from the corpus. `weights` are the fitted weights; None loads those in the package.

        `recall` returns what was learnt before from the same corpus.
        """
        return Matcher(
            self.documents,
            self.vocabulary,
            signs=self.critical_patterns,
            out_of_scope=self.out_of_scope,
            pointers=self.pointers,
            weights=weights,
            recall=recall,
        )

    def calibrate(self, prior: MatcherCalibration | None = None) -> MatcherCalibration:
        """Learn the calibration of the matcher from the corpus itself. `prior` defaults to the shipped one."""
        return calibrate(self.documents, self.vocabulary, self.out_of_scope, prior=prior)


def _document(entry: Entry) -> EntryDocument:
    steps = [step.text for step in (*entry.warnings, *entry.path)]
    targets = [
        name for rule in entry.rules for target in (rule.target, *rule.also) for name in (target.name, *target.also)
    ]
    related = [article.title for article in entry.see_also]
    body = " \n".join([*entry.keywords, *steps, *dict.fromkeys(targets), *related])
    return EntryDocument(
        id=entry.id,
        title=entry.title,
        phrasings=entry.concerns,
        tickets=entry.tickets,
        body=body,
        distinguish_from=entry.distinguish_from,
    )


def _critical_patterns(entry: Entry) -> CriticalPatterns:
    assert entry.signs is not None
    patterns = entry.signs
    messages = entry.messages
    return CriticalPatterns(
        id=entry.id,
        message=patterns.message,
        clear=patterns.clear,
        weak=patterns.weak,
        exclusions=patterns.exclusions,
        serious=messages.serious if messages else (),
        harmless=messages.harmless if messages else (),
    )
