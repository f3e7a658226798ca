"""`slackguide suggest`: suggest additions to the knowledge base from questions that were asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.database import open_database
from slackguide.cli.guides import guide_of, load_base
from slackguide.cli.options import (
    DEFAULT_KNOWLEDGE,
    DayOption,
    JsonOption,
    KnowledgeOption,
    SinceOption,
    beginning_of,
    today_or,
)
from slackguide.cli.output import fail, info, print_json, track
from slackguide.cli.suggest_output import print_suggestions, suggestions_json
from slackguide.cli.suggest_review import Review
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.models import Escalation
from slackguide.escalation.resolution import ResolutionCode
from slackguide.evaluation.asked_questions import AskedQuestion, read_asked
from slackguide.evaluation.suggestions import Suggestions, suggest

FEEDBACK_LIMIT = 20_000

CONFIRMED = (ResolutionCode.RIGHT_PLACE, ResolutionCode.IN_GUIDE)
"""The resolution codes that say that an escalation was about its entry."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command("suggest")
    def suggest_(
        files: Annotated[
            list[Path] | None,
            typer.Argument(
                help='Questions that were asked: JSON Lines with "text" (.jsonl), or ticket subjects (.csv). '
                "Without files: the questions of feedback and escalations in the database.",
                metavar="[FILE…]",
            ),
        ] = None,
        interactive: Annotated[
            bool, typer.Option("--interactive", help="Ask for a key at each suggestion, and write what is accepted.")
        ] = False,
        column: Annotated[
            str | None, typer.Option("--column", metavar="NAME", help="The heading of the questions in a CSV file.")
        ] = None,
        limit: Annotated[
            int, typer.Option("--limit", min=1, metavar="NUMBER", help="Maximum suggestions of each kind.")
        ] = 20,
        since: SinceOption = None,
        today: DayOption = None,
        knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
        json: JsonOption = False,
    ) -> None:
        """Suggest concerns, glossary lines and phrasings to add, from questions that were asked.

        With --interactive, accepted ones are written into the YAML files. Exits 0, or 2 if the input is invalid.
        """
        if interactive and json:
            fail("--interactive asks for keys, --json prints for programs: use one of them.")
        base = load_base(knowledge)
        day = today_or(today)
        questions = _questions(files, column) if files else _stored_questions(since)
        if not questions:
            fail("no questions: nothing to suggest from.")
        found = suggest(guide_of(base), questions, today=day, progress=track)
        found = _limited(found, limit)
        if json:
            print_json(suggestions_json(found))
            return
        print_suggestions(found, asked=len(questions), details=not interactive)
        if interactive:
            Review(knowledge, base).run(found)
        elif found.clusters or found.unanswered or found.words or found.phrasings:
            info("Nothing was written: --interactive asks for each of them.")


def _questions(files: Sequence[Path], column: str | None) -> list[AskedQuestion]:
    questions: list[AskedQuestion] = []
    for path in files:
        read = read_asked(path, column)
        questions += read.questions
        if read.skipped:
            info(f"{path}: left out {read.skipped:,} without a question.")
    return questions


def _stored_questions(since: date | None) -> list[AskedQuestion]:
    """Return the questions of feedback and escalations that are not erased."""
    from slackguide.storage.feedback import Verdict

    at = beginning_of(since)
    with open_database() as repositories:
        feedback = [
            AskedQuestion(
                one.question,
                entry=one.entry_id if one.verdict is Verdict.HELPFUL else None,
                rejected=one.entry_id if one.verdict is Verdict.NOT_THIS else None,
            )
            for one in repositories.feedback.list(since=at, limit=FEEDBACK_LIMIT)
            if one.question
        ]
        escalations = repositories.escalations.iterate(EscalationFilter(since=at))
        return [*feedback, *(_of_escalation(one, one.question) for one in escalations if one.question)]


def _of_escalation(one: Escalation, question: str) -> AskedQuestion:
    is_confirmed = one.resolution is not None and one.resolution.code in CONFIRMED
    return AskedQuestion(question, entry=one.entry_id if is_confirmed else None)


def _limited(found: Suggestions, limit: int) -> Suggestions:
    return Suggestions(
        found.clusters[:limit], found.unanswered[:limit], found.words[:limit], found.phrasings[:limit], found.counts
    )
