"""What a form's declaration has to hold to beyond its types: Slack's limits and the facts that fill it in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from slackguide.knowledge.facts import FactDefinition
from slackguide.knowledge.faults import did_you_mean
from slackguide.knowledge.forms import Form, FormField
from slackguide.knowledge.pattern_checks import pattern_fault
from slackguide.knowledge.yaml_reader import Place
from slackguide.knowledge.yaml_reader import Source as YamlSource

SELECT_LIMIT = 100
"""Most options of a Slack select menu."""


def note_form_faults(
    id: str, form: Form, facts: Mapping[str, FactDefinition], unsound: Collection[str] | None, source: YamlSource
) -> None:
    """Notes every fault of the form `id` at its place.

    `unsound` are facts that are declared, but not soundly: to name one is no second fault. None: they are not known.
    """
    for name, field in form.fields.items():
        place: Place = ("forms", id, "fields", name)
        _check_options(field, source, place)
        _check_numbers(field, source, place)
        _check_patterns(field, source, place)
        if field.fact is not None and unsound is not None and field.fact not in unsound:
            _check_fact(field, facts, source, (*place, "fact"))


def _check_options(field: FormField, source: YamlSource, place: Place) -> None:
    choosing = field.kind in ("choice", "choices")
    if choosing and not field.options:
        source.fault(place, f"a {field.kind} field needs `options`")
    if not choosing and field.options:
        source.fault((*place, "options"), "`options` belong to a choice or choices field")
    if len(field.options) > SELECT_LIMIT:
        source.fault((*place, "options"), f"{len(field.options)} options, Slack shows at most {SELECT_LIMIT}")
    if len(set(field.options.values())) < len(field.options):
        source.fault((*place, "options"), "two options have the same label: nobody could tell them apart")


def _check_numbers(field: FormField, source: YamlSource, place: Place) -> None:
    if field.max_length is not None and field.min_length > field.max_length:
        source.fault((*place, "min_length"), "`min_length` is above `max_length`: nothing could be typed")
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        source.fault((*place, "minimum"), "`minimum` is above `maximum`: no number would do")
    if field.kind != "number" and (field.minimum is not None or field.maximum is not None):
        source.fault(place, "`minimum` and `maximum` belong to a number field")


def _check_patterns(field: FormField, source: YamlSource, place: Place) -> None:
    if field.pattern is not None and (fault := pattern_fault(field.pattern, "fullmatch")) is not None:
        source.fault((*place, "pattern"), fault)
    if field.read is None:
        return
    if (fault := pattern_fault(field.read, "search")) is not None:
        source.fault((*place, "read"), fault)
    elif re.compile(field.read).groups != 1:
        source.fault((*place, "read"), "`read` needs exactly one group, ( ), around what it reads")


def _check_fact(field: FormField, facts: Mapping[str, FactDefinition], source: YamlSource, place: Place) -> None:
    fact = facts.get(field.fact or "")
    if fact is None:
        source.fault(place, f"unknown fact `{field.fact}`{did_you_mean(field.fact or '', facts)}")
    elif fact.kind != "number" and field.options and (lost := [c for c in fact.choices if c not in field.options]):
        source.fault(place, f"the fact's value `{lost[0]}` is no option of this field: what is known would be lost")
