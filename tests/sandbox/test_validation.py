"""The validators report problems for any input and never raise."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from slackguide.sandbox.block_kit.state import input_errors, state_of, with_ids
from slackguide.sandbox.block_kit.validation import check_message_blocks, check_view, too_long, visible_text
from slackguide.sandbox.id_generator import IdGenerator
from tests.sandbox.test_block_kit import GOOD
from tests.support.bolt_app import modal

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
WORDS = st.sampled_from(["type", "text", "blocks", "elements", "options", "button", "section", "plain_text", "input"])
TREES = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value within a JSON tree."""
    found = [path] if path else []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        found += spots(inner, (*path, key))
    return found


SPOTS = spots(GOOD)


@settings(deadline=None)
@given(TREES)
def test_any_json_is_judged(tree: Any) -> None:
    for problem in check_message_blocks(tree) + check_view(tree):
        assert problem.rule
        assert problem.slack().startswith("[ERROR] ")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SPOTS), TREES)
def test_good_blocks_with_one_thing_wrong_are_judged(spot: tuple[Any, ...], tree: Any) -> None:
    blocks = copy.deepcopy(GOOD)
    place: Any = blocks
    for key in spot[:-1]:
        place = place[key]
    place[spot[-1]] = tree
    problems = check_message_blocks(blocks)
    if not problems:
        filled = with_ids(blocks, IdGenerator(seed="x"))
        values = state_of(filled)
        assert set(input_errors(filled, values)) <= {block["block_id"] for block in filled}
        json.dumps(values)
        assert too_long(filled) == (sum(len(text) for text in visible_text(filled)) > 12_000)


def test_ids_are_filled_in_without_touching_what_was_sent() -> None:
    view = modal(*GOOD)
    before = copy.deepcopy(view)
    filled = with_ids(view["blocks"], IdGenerator(seed="x"))
    assert view == before
    assert all("block_id" in block for block in filled)
    assert len({block["block_id"] for block in filled}) == len(filled)
