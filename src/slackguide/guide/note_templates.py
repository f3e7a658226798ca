"""Fill a ticket note with the known facts; leave a blank for each unknown one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue

BLANK = "____"
QUESTION_LIMIT = 600
"""Maximum characters of the agent's text that are copied into a note."""

_PLACEHOLDER = re.compile(r"\{([a-z0-9_-]+)\}")


def fill_note(template: str, knowledge: KnowledgeBase, facts: Mapping[str, FactValue], question: str) -> str:
    """Return the note with its placeholders filled: facts with their labels, the summary with the agent's text.

    A placeholder without a value becomes `BLANK`.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in facts:
            return knowledge.facts[name].value_label(facts[name])
        for form in knowledge.forms.values():
            field = form.fields.get(name)
            if field is None:
                continue
            if field.fact in facts and field.fact is not None:
                return knowledge.facts[field.fact].value_label(facts[field.fact])
            if field.prefill == "concern" and question:
                return question if len(question) <= QUESTION_LIMIT else f"{question[:QUESTION_LIMIT]}…"
        return BLANK

    return _PLACEHOLDER.sub(value, template)
