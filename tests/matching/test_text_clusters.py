"""Clusters of texts about one concern."""

from __future__ import annotations

import numpy as np
import pytest

from slackguide.matching import Vocabulary
from slackguide.matching.text_clusters import clusters, similarities

TEXTS = (
    "book a meeting room",
    "how do I book a meeting room",
    "the chair is broken",
    "meeting room booking for friday",
    "xylophone quartet",
)


def test_texts_of_one_concern_are_grouped() -> None:
    similarity = similarities(TEXTS, ["the invoice is wrong", "the badge is lost"], Vocabulary())
    assert np.allclose(similarity, similarity.T, atol=1e-5)
    assert np.allclose(np.diag(similarity), 1.0, atol=1e-5)
    groups = clusters(similarity, threshold=0.27, smallest=3)
    assert [sorted(group) for group in groups] == [[0, 1, 3]]


def test_a_synonym_makes_texts_similar() -> None:
    texts = ("my laptop is slow", "my notebook is slow")
    without = similarities(texts, (), Vocabulary())[0, 1]
    assert similarities(texts, (), Vocabulary(synonyms=(("laptop", "notebook"),)))[0, 1] > without


@pytest.mark.parametrize(("smallest", "expected"), [(2, [[1, 0, 2], [3, 4]]), (3, [[1, 0, 2]]), (4, [])])
def test_a_group_is_a_centre_and_what_is_near_it(smallest: int, expected: list[list[int]]) -> None:
    near = np.eye(5, dtype=np.float32)
    for first, second, value in ((0, 1, 0.9), (1, 2, 0.8), (2, 3, 0.4), (3, 4, 0.7)):
        near[first, second] = near[second, first] = value
    assert clusters(near, threshold=0.6, smallest=smallest) == expected


def test_no_texts_have_no_groups() -> None:
    assert clusters(np.zeros((0, 0), dtype=np.float32), threshold=0.5, smallest=2) == []
