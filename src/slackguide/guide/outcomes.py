"""The outcomes of a concern: an answer, choices, or no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from slackguide.knowledge import Destination, Entry, Role
from slackguide.knowledge.conditions import FactValue
from slackguide.matching import Alert, SmallTalk
from slackguide.triage import Decision

NEAR_FROM = 0.01
"""The minimum confidence of a candidate that is worth showing where nothing fits."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A request to the guide: the agent's text, the known facts, and the entry if it is already known."""

    text: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    entry: str | None = None
    dropped: frozenset[str] = frozenset()
    """Facts that the agent removed although the text contains them."""
    unknown: frozenset[str] = frozenset()
    """Facts that the agent does not know. What the text or `facts` state is known all the same."""
    spans: Mapping[str, str] = field(default_factory=dict)
    """For given facts that come from another text, the span of that text."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The properties of the asker that the answer depends on."""

    role: Role = "agent"
    """`agent` or `team_lead`."""
    more_roles: frozenset[Role] = frozenset()
    """The other roles of the knowledge base that the asker has."""

    @property
    def roles(self) -> frozenset[Role]:
        """All roles of the asker."""
        return self.more_roles | {self.role}


LEAST_PRIVILEGED = Asker("agent")
"""The role with the fewest permissions. Public messages and cards are rendered for it."""


@dataclass(frozen=True, slots=True)
class RankedEntry:
    """A candidate entry. `confidence` is the calibrated probability (0 to 1) that it is the correct one."""

    id: str
    title: str
    confidence: float
    destination: Destination | None = None
    """The destination, if the known facts settle it."""


@dataclass(frozen=True, slots=True)
class BaseOutcome:
    """The fields of every outcome: the candidate entries, best first, the alerts, and the facts.

    `facts` are those given and those extracted from the text, without those that an entry implies or assumes.
    """

    confidence: float
    matches: tuple[RankedEntry, ...]
    alerts: tuple[Alert, ...]
    facts: Mapping[str, FactValue] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True, slots=True)
class Answer(BaseOutcome):
    """The outcome with one entry as the answer, and the decision of its table for the known facts."""

    entry: Entry
    decision: Decision
    note: str | None
    """The filled note template."""
    extracted: Mapping[str, str]
    """For each fact extracted from the agent's text, the span of text that it was extracted from."""
    unclear: Mapping[str, str]
    """For each fact that the text mentions ambiguously, the question to ask."""
    urgent: bool
    """Whether a clear pattern of a critical concern ranked this entry first, regardless of the other matches."""
    runner_up: RankedEntry | None = None
    """The second entry where the first is likely but not certain: to be shown as another possibility."""


@dataclass(frozen=True, slots=True)
class StatedConcern:
    """One of several concerns in a text."""

    text: str
    """The part of the text that states it."""
    entry: RankedEntry
    """The best match. Its `destination` is the one for the facts in this part and those given, if they settle it."""


@dataclass(frozen=True, slots=True)
class Choices(BaseOutcome):
    """The outcome with two to four candidate entries, from which the agent selects one."""

    offered: int
    """The number of `matches` to offer, from the best."""
    concerns: tuple[StatedConcern, ...] = ()
    """The concerns of the text, if it states several."""
    language: str | None = None
    """The language of a text that is not in English, as far as it is recognized."""


@dataclass(frozen=True, slots=True)
class NoAnswer(BaseOutcome):
    """The outcome without a confident match. `matches` may contain candidates below the threshold."""

    pointer: str | None = None
    """A sentence that says whom to ask instead, if the text is about a topic that is known to be out of scope."""
    language: str | None = None
    """The language of a text that is not in English, as far as it is recognized."""

    @property
    def near(self) -> tuple[RankedEntry, ...]:
        """The candidates that are worth showing."""
        return tuple(match for match in self.matches if match.confidence >= NEAR_FROM)


@dataclass(frozen=True, slots=True)
class Social(BaseOutcome):
    """The outcome for small talk: nothing was asked, and no critical concern shows. There are no matches."""

    kind: SmallTalk

    @property
    def reply(self) -> str:
        """The reply, one short line."""
        return REPLIES[self.kind]


REPLIES = {
    SmallTalk.THANKS: "You're welcome.",
    SmallTalk.GOODBYE: "Bye! I'm here when you need me.",
    SmallTalk.GREETING: "Hello! Describe a case in a sentence, and I'll tell you where it goes.",
    SmallTalk.ACKNOWLEDGEMENT: "OK. Describe the next case when you have one.",
}

Outcome: TypeAlias = Answer | Choices | NoAnswer | Social
