"""Check the definition of a form beyond its types: Slack's limits and references to facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from slackguide.knowledge.diagnostics import did_you_mean
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.forms import Form, FormField
from slackguide.knowledge.pattern_checks import pattern_error
from slackguide.knowledge.yaml_source import KeyPath, YamlSource

DATE_UNITS = ("days", "hours")
"""Units of a fact that prefills a date."""

SELECT_LIMIT = 10_000
"""Maximum options of a Slack select menu: 100 groups of 100."""


def check_form_definition(
    id: str, form: Form, facts: Mapping[str, FactSpec], invalid: Collection[str] | None, source: YamlSource
) -> None:
    """Report every error of the form `id` at its position.

    `invalid` are facts whose declarations have errors. References to them are not reported again. None means that
    they cannot be determined.
    """
    for name, field in form.fields.items():
        key_path: KeyPath = ("forms", id, "fields", name)
        _check_options(field, source, key_path)
        _check_phrases(field, source, key_path)
        _check_numbers(field, source, key_path)
        _check_patterns(field, source, key_path)
        if field.fact is not None and invalid is not None and field.fact not in invalid:
            _check_fact(field, facts, source, (*key_path, "fact"))


def _check_options(field: FormField, source: YamlSource, key_path: KeyPath) -> None:
    choosing = field.kind in ("choice", "choices")
    if choosing and not field.options:
        source.report(key_path, f"a {field.kind} field needs `options`")
    if not choosing and field.options:
        source.report((*key_path, "options"), "`options` belong to a choice or choices field")
    if len(field.options) > SELECT_LIMIT:
        source.report((*key_path, "options"), f"{len(field.options):,} options, Slack shows at most {SELECT_LIMIT:,}")
    if len(set(field.options.values())) < len(field.options):
        source.report((*key_path, "options"), "two options have the same label: make them distinct")


def _check_phrases(field: FormField, source: YamlSource, key_path: KeyPath) -> None:
    for option in field.phrases.keys() - field.options.keys():
        hint = did_you_mean(option, field.options)
        source.report((*key_path, "phrases", option), f"`{option}` is not an option of this field{hint}")


def _check_numbers(field: FormField, source: YamlSource, key_path: KeyPath) -> None:
    if field.max_length is not None and field.min_length > field.max_length:
        source.report((*key_path, "min_length"), "`min_length` is above `max_length`: no text is valid")
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        source.report((*key_path, "minimum"), "`minimum` is above `maximum`: no number is valid")
    if field.kind != "number" and (field.minimum is not None or field.maximum is not None):
        source.report(key_path, "`minimum` and `maximum` belong to a number field")


def _check_patterns(field: FormField, source: YamlSource, key_path: KeyPath) -> None:
    if field.pattern is not None and (diagnostic := pattern_error(field.pattern, "fullmatch")) is not None:
        source.report((*key_path, "pattern"), diagnostic)
    if field.read is None:
        return
    if (diagnostic := pattern_error(field.read, "search")) is not None:
        source.report((*key_path, "read"), diagnostic)
    elif re.compile(field.read).groups != 1:
        source.report((*key_path, "read"), "`read` needs exactly one group, ( ), around the value")


def _check_fact(field: FormField, facts: Mapping[str, FactSpec], source: YamlSource, key_path: KeyPath) -> None:
    fact = facts.get(field.fact or "")
    named = () if fact is None else tuple(fact.values) if fact.kind == "checklist" else fact.choices
    if fact is None:
        source.report(key_path, f"unknown fact `{field.fact}`{did_you_mean(field.fact or '', facts)}")
    elif field.kind == "date" and fact.kind != "date" and fact.unit not in DATE_UNITS:
        source.report(key_path, "a date needs a fact that is a date, or has the unit days or hours")
    elif fact.kind == "checklist" and field.kind != "choices":
        source.report(key_path, "a checklist fills in a choices field only")
    elif not fact.is_ordered and field.options and (other := [c for c in named if c not in field.options]):
        source.report(key_path, f"the fact's value `{other[0]}` is not an option of this field: add it")
