"""The block elements of Block Kit, the blocks that each may be in, and Slack's limits.

The limits are those of docs.slack.dev/reference/block-kit/block-elements. An element that slackguide does not use is
invalid.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from slackguide.sandbox.block_kit.objects import (
    Confirm,
    Id,
    Option,
    OptionGroup,
    OverflowOption,
    PlainOption,
    PlainText,
    Style,
    Url,
    max_length,
    rule_error,
)

STATE_KEY = {
    "plain_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "datepicker": "selected_date",
}
"""The key of the value in an element's state, as in `view.state.values`, by type of element."""

MAX_TEXT = 3000
DATE = r"^\d{4}-\d{2}-\d{2}$"
NUMBER = r"^-?\d+(\.\d+)?$"

Placeholder = Annotated[PlainText, max_length(150)]
Choices = Annotated[list[Option], Field(min_length=1, max_length=10)]
Number = Annotated[str, Field(pattern=NUMBER)]


class _Element(TypedDict):
    action_id: NotRequired[Id]


class _Focusable(_Element):
    focus_on_load: NotRequired[bool]


class _Confirmable(_Focusable):
    confirm: NotRequired[Confirm]


class _Select(_Confirmable):
    placeholder: NotRequired[Placeholder]


class _StaticSelect(_Select):
    options: NotRequired[Annotated[list[PlainOption], Field(min_length=1, max_length=100)]]
    option_groups: NotRequired[Annotated[list[OptionGroup], Field(min_length=1, max_length=100)]]


class _TextInput(_Focusable):
    placeholder: NotRequired[Placeholder]
    dispatch_action_config: NotRequired[Any]


class Button(_Element):
    type: Literal["button"]
    text: Annotated[PlainText, max_length(75)]
    url: NotRequired[Url]
    value: NotRequired[Annotated[str, Field(max_length=2000)]]
    style: NotRequired[Style]
    confirm: NotRequired[Confirm]
    accessibility_label: NotRequired[Annotated[str, Field(min_length=1, max_length=75)]]


class Overflow(_Element):
    type: Literal["overflow"]
    options: Annotated[list[OverflowOption], Field(min_length=1, max_length=5)]
    confirm: NotRequired[Confirm]


class Checkboxes(_Confirmable):
    type: Literal["checkboxes"]
    options: Choices
    initial_options: NotRequired[Choices]


class RadioButtons(_Confirmable):
    type: Literal["radio_buttons"]
    options: Choices
    initial_option: NotRequired[Option]


class DatePicker(_Select):
    type: Literal["datepicker"]
    initial_date: NotRequired[Annotated[str, Field(pattern=DATE)]]


class StaticSelect(_StaticSelect):
    type: Literal["static_select"]
    initial_option: NotRequired[PlainOption]


class MultiStaticSelect(_StaticSelect):
    type: Literal["multi_static_select"]
    initial_options: NotRequired[Annotated[list[PlainOption], Field(min_length=1)]]
    max_selected_items: NotRequired[Annotated[int, Field(ge=1, le=100)]]


class ExternalSelect(_Select):
    type: Literal["external_select"]
    min_query_length: NotRequired[Annotated[int, Field(ge=0, le=1000)]]
    initial_option: NotRequired[PlainOption]


class UsersSelect(_Select):
    type: Literal["users_select"]
    initial_user: NotRequired[Id]


class PlainTextInput(_TextInput):
    type: Literal["plain_text_input"]
    initial_value: NotRequired[str]
    multiline: NotRequired[bool]
    min_length: NotRequired[Annotated[int, Field(ge=0, le=MAX_TEXT)]]
    max_length: NotRequired[Annotated[int, Field(ge=1, le=MAX_TEXT)]]


class UrlInput(_TextInput):
    type: Literal["url_text_input"]
    initial_value: NotRequired[str]


class NumberInput(_TextInput):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    min_value: NotRequired[Number]
    max_value: NotRequired[Number]
    initial_value: NotRequired[Number]


def _check_initial_options(element: Any) -> Any:
    """Require `initial_option` or `initial_options` to equal one of the options."""
    groups = element.get("option_groups", ())
    options = [*element.get("options", ()), *(option for group in groups for option in group["options"])]
    for key in ("initial_option", "initial_options"):
        initial = element.get(key, [])
        if any(option not in options for option in (initial if isinstance(initial, list) else [initial])):
            raise rule_error(f"{key} must match one of the options", f"`{key}` equals one of the options", at=key)
    return element


def _check_options(select: Any) -> Any:
    if ("options" in select) == ("option_groups" in select):
        raise rule_error("either options or option_groups is required", "A select has `options` or `option_groups`")
    return _check_initial_options(select)


def _check_initial_value(text_input: Any) -> Any:
    maximum = text_input.get("max_length", MAX_TEXT)
    if len(text_input.get("initial_value", "")) > maximum:
        rule = f"Initial value: at most {maximum} characters"
        raise rule_error(f"must be less than {maximum + 1} characters", rule, at="initial_value")
    return text_input


_Choice = (
    Annotated[Checkboxes, AfterValidator(_check_initial_options)]
    | Annotated[RadioButtons, AfterValidator(_check_initial_options)]
    | Annotated[StaticSelect, AfterValidator(_check_options)]
    | ExternalSelect
    | UsersSelect
    | DatePicker
)
_MultiSelect = Annotated[MultiStaticSelect, AfterValidator(_check_options)]
_TextElement = Annotated[PlainTextInput, AfterValidator(_check_initial_value)] | UrlInput | NumberInput

ActionsElement = Annotated[_Choice | Button | Overflow, Field(discriminator="type")]
SectionElement = Annotated[_Choice | _MultiSelect | Button | Overflow, Field(discriminator="type")]
InputElement = Annotated[_Choice | _MultiSelect | _TextElement, Field(discriminator="type")]
