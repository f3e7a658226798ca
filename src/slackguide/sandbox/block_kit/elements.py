"""Block elements: which there are, where each may stand, and Slack's limits on them.

Limits are those of docs.slack.dev/reference/block-kit. Elements the bot has no use for are refused as unsupported.
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
    broken,
    most,
)

# The property of an element's state that holds what the person chose, as in `view.state.values`.
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
MAX_TEXT = 3000
DATE = r"^\d{4}-\d{2}-\d{2}$"
NUMBER = r"^-?\d+(\.\d+)?$"

Placeholder = Annotated[PlainText, most(150)]
Choices = Annotated[list[Option], Field(min_length=1, max_length=10)]
Number = Annotated[str, Field(pattern=NUMBER)]


class _Element(TypedDict):
    action_id: NotRequired[Id]


class _Focusable(_Element):
    focus_on_load: NotRequired[bool]


class _Confirmed(_Focusable):
    confirm: NotRequired[Confirm]


class _Select(_Confirmed):
    placeholder: NotRequired[Placeholder]


class _StaticSelect(_Select):
    options: NotRequired[Annotated[list[PlainOption], Field(min_length=1, max_length=100)]]
    option_groups: NotRequired[Annotated[list[OptionGroup], Field(min_length=1, max_length=100)]]


class _Typed(_Focusable):
    placeholder: NotRequired[Placeholder]
    dispatch_action_config: NotRequired[Any]


class Button(_Element):
    type: Literal["button"]
    text: Annotated[PlainText, most(75)]
    url: NotRequired[Url]
    value: NotRequired[Annotated[str, Field(max_length=2000)]]
    style: NotRequired[Style]
    confirm: NotRequired[Confirm]
    accessibility_label: NotRequired[Annotated[str, Field(min_length=1, max_length=75)]]


class Overflow(_Element):
    type: Literal["overflow"]
    options: Annotated[list[OverflowOption], Field(min_length=1, max_length=5)]
    confirm: NotRequired[Confirm]


class Checkboxes(_Confirmed):
    type: Literal["checkboxes"]
    options: Choices
    initial_options: NotRequired[Choices]


class RadioButtons(_Confirmed):
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


class PlainTextInput(_Typed):
    type: Literal["plain_text_input"]
    initial_value: NotRequired[str]
    multiline: NotRequired[bool]
    min_length: NotRequired[Annotated[int, Field(ge=0, le=MAX_TEXT)]]
    max_length: NotRequired[Annotated[int, Field(ge=1, le=MAX_TEXT)]]


class UrlInput(_Typed):
    type: Literal["url_text_input"]
    initial_value: NotRequired[str]


class NumberInput(_Typed):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    min_value: NotRequired[Number]
    max_value: NotRequired[Number]
    initial_value: NotRequired[Number]


def _initial(element: Any) -> Any:
    """`initial_option(s)` must equal one of the options, to the letter."""
    groups = element.get("option_groups", ())
    known = [*element.get("options", ()), *(option for group in groups for option in group["options"])]
    for key in ("initial_option", "initial_options"):
        wanted = element.get(key, [])
        if any(option not in known for option in (wanted if isinstance(wanted, list) else [wanted])):
            raise broken(f"{key} must match one of the options", f"`{key}` equals one of the options", at=key)
    return element


def _options(select: Any) -> Any:
    if ("options" in select) == ("option_groups" in select):
        raise broken("either options or option_groups is required", "A select has `options` or `option_groups`")
    return _initial(select)


def _initial_value(text_input: Any) -> Any:
    high = text_input.get("max_length", MAX_TEXT)
    if len(text_input.get("initial_value", "")) > high:
        rule = f"Initial value: at most {high} characters"
        raise broken(f"must be less than {high + 1} characters", rule, at="initial_value")
    return text_input


_Picked = (
    Annotated[Checkboxes, AfterValidator(_initial)]
    | Annotated[RadioButtons, AfterValidator(_initial)]
    | Annotated[StaticSelect, AfterValidator(_options)]
    | ExternalSelect
    | UsersSelect
    | DatePicker
)
_Several = Annotated[MultiStaticSelect, AfterValidator(_options)]
_Text = Annotated[PlainTextInput, AfterValidator(_initial_value)] | UrlInput | NumberInput

ActionsElement = Annotated[_Picked | Button | Overflow, Field(discriminator="type")]
SectionElement = Annotated[_Picked | _Several | Button | Overflow, Field(discriminator="type")]
InputElement = Annotated[_Picked | _Several | _Text, Field(discriminator="type")]
