"""Labelled cases and the observations made on them."""

from __future__ import annotations

from dataclasses import dataclass

from slackguide.evaluation.prediction import Prediction


@dataclass(frozen=True, slots=True)
class LabelledCase:
    """A labelled question with where it stands; `ids` are the acceptable entries, none: out of scope."""

    file: str
    line: int
    text: str
    ids: tuple[str, ...]

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"

    @property
    def in_scope(self) -> bool:
        """Whether some entry answers it."""
        return bool(self.ids)


@dataclass(frozen=True, slots=True)
class Observation:
    """What the guide said to a case, and how long it took."""

    case: LabelledCase
    prediction: Prediction
    seconds: float = 0.0

    def ranked(self, ranks: int) -> bool:
        """Whether an acceptable entry is among the first `ranks` of the ranking."""
        return any(id in self.case.ids for id in self.prediction.ranking[:ranks])

    @property
    def hit(self) -> bool:
        """Whether an acceptable entry is among those shown."""
        return any(id in self.case.ids for id in self.prediction.shown)

    @property
    def answered(self) -> bool:
        """Whether one entry was given as the answer."""
        return self.prediction.outcome == "answer"

    @property
    def wrong(self) -> bool:
        """Whether the answer given is not acceptable; to a question out of scope every answer is wrong."""
        return self.answered and not self.hit
