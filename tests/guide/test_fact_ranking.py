"""The facts in a text decide between entries that its words fit about equally."""

from __future__ import annotations

from datetime import date

import pytest

from slackguide.guide import Asker, CalibrationStore, Concern, Guide, calibrated_guide
from slackguide.guide.fact_ranking import CONTRADICTION, FactRanking
from slackguide.knowledge import KnowledgeBase

TODAY = date(2026, 11, 20)
MEDIATION = "disputes/send-to-mediation"


@pytest.fixture(scope="module")
def knowledge(guide: Guide) -> KnowledgeBase:
    return guide.knowledge


@pytest.fixture(scope="module")
def ranking(knowledge: KnowledgeBase) -> FactRanking:
    return FactRanking(knowledge)


@pytest.fixture(scope="module")
def calibrated(knowledge: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Guide:
    return calibrated_guide(knowledge, CalibrationStore(tmp_path_factory.mktemp("home")))


def test_nothing_stated_changes_nothing(ranking: FactRanking) -> None:
    assert ranking.adjustments({}) == {}


def test_an_entry_about_another_case_loses(ranking: FactRanking) -> None:
    adjustments = ranking.adjustments({"payment_kind": "bonus"})
    assert adjustments[MEDIATION] < -CONTRADICTION / 2
    assert adjustments["disputes/bonus-payments"] > 0
    by_client = ranking.adjustments({"reporter": "client"})
    assert by_client["disputes/fixed-price-freelancer"] < 0 < by_client["disputes/fixed-price-client"]


def test_a_number_outside_what_an_entry_is_about_contradicts_it(ranking: FactRanking) -> None:
    retention = "disputes/client-retention"
    inside, outside = (ranking.adjustments({"days_since_last_payment": days})[retention] for days in (45, 12))
    assert outside == pytest.approx(inside - CONTRADICTION)
    assert ranking.adjustments({"days_since_last_payment": "25..40"})[retention] == inside


def test_a_fact_that_few_entries_depend_on_says_more(ranking: FactRanking, knowledge: KnowledgeBase) -> None:
    adjustments = ranking.adjustments({"only_problem": "yes", "client_segment": "vsb"})
    assert max(adjustments, key=lambda id: adjustments[id]) == "disputes/abusive-communication"
    assert 0 < adjustments[MEDIATION] < 1
    assert set(adjustments) <= set(knowledge.entries)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("freelancer wants a dispute: client is abusive, that is the only problem, fixed price, escrow funded",
         "disputes/abusive-communication"),
        ("Client says FL is abusive and that is the only issue. Hourly, paid 12 days ago, mid market",
         "disputes/abusive-communication"),
        ("Client wants money back of an expense payment, FP, escrow empty, TR freelancer", "disputes/bonus-payments"),
        ("can we send to mediation a misc payment the client made 10 days ago", "disputes/bonus-payments"),
        ("unauthorized hours on an hourly contract, paid 12 days ago, client wants a dispute", "disputes/hourly-abuse"),
        ("no dispute, CL only wants another freelancer instead, hourly, paid 10 days ago", "disputes/talent-services"),
        ("client disagrees with last week's hours, hourly contract, mid market", "disputes/hourly-in-product"),
    ],
)  # fmt: skip
def test_the_entry_that_models_the_case_wins_over_mediation(text: str, entry: str, calibrated: Guide) -> None:
    assert calibrated.answer(Concern(text), Asker(), today=TODAY).matches[0].id == entry


def test_facts_that_are_given_count_like_those_in_the_text(guide: Guide) -> None:
    text = "wants the money back that is in escrow on a fixed price contract"
    entry = "disputes/fixed-price-client"

    def confidence(reporter: str) -> float:
        outcome = guide.answer(Concern(text, {"reporter": reporter}), Asker(), today=TODAY)
        return next((match.confidence for match in outcome.matches if match.id == entry), 0.0)

    assert confidence("client") > confidence("freelancer")
