"""A small knowledge base for the matcher, and a matcher on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from slackguide.matching import CriticalPatterns, EntryDocument, Matcher, Vocabulary
from slackguide.matching.calibration import calibrate

DOCUMENTS = (
    EntryDocument(
        id="disputes/send-to-mediation",
        title="Send a case to Mediation",
        phrasings=(
            "CL wants mediation, contract ended last week",
            "both sides disagree about a milestone that was already paid, who takes over",
            "which queue takes a case for the mediators",
            "the two of them cannot agree on the money and want somebody neutral",
        ),
        body="Set the form to Dispute Ticket Form. Assign the ticket to the HV Mediation queue.",
        distinguish_from=("disputes/refund-timing",),
    ),
    EntryDocument(
        id="disputes/refund-timing",
        title="When an accepted dispute's refund shows",
        phrasings=(
            "FL accepted the dispute, when does the refund appear",
            "client cannot see the money back on his account yet",
            "how long until the reimbursement is visible to the buyer",
        ),
        body="The refund appears instantly under pending transactions.",
    ),
    EntryDocument(
        id="suspensions/find-reason",
        title="Find out why an account is suspended",
        phrasings=(
            "where do I see why the account is suspended",
            "user is locked out and asks for the reason",
            "reason for a block on the profile",
        ),
        body="Open the suspension page and read the tile.",
    ),
    EntryDocument(
        id="suspensions/resume",
        title="Resume (lift) a suspension",
        phrasings=(
            "how do I lift a suspension after the card was updated",
            "client paid the past due balance, unblock him",
            "take the hold off the account",
        ),
        body="Select the suspension to resume and give a reason.",
    ),
    EntryDocument(
        id="conduct/verbally-abusive",
        title="User is verbally abusive",
        phrasings=(
            "caller keeps swearing at me, may I hang up",
            "customer uses racial slurs on chat",
            "how many warnings before I end an abusive call",
        ),
        body="Give one warning, then disconnect and tell the team lead.",
    ),
    EntryDocument(
        id="conduct/self-harm",
        title="Threat of self-harm or suicide",
        phrasings=("user threatens suicide", "someone says he will hurt himself", "which macro for a self-harm threat"),
        body="Use the macro and open the child ticket.",
    ),
    EntryDocument(
        id="lead/ban-from-chat",
        title="Ban a user from chat",
        phrasings=("ban this user from chat", "he floods the chat, block him there"),
        body="Team Leads only.",
    ),
)

VOCABULARY = Vocabulary(
    abbreviations={"cl": ("client",), "fl": ("freelancer",), "fp": ("fixed price",), "esc": ("escrow", "escalate")},
    synonyms=(("locked", "blocked", "frozen", "shut off", "suspended"), ("refund", "money back", "reimbursement")),
)

SIGNS = CriticalPatterns(
    id="conduct/self-harm",
    message="If anyone may be at risk, open this first.",
    clear=(
        "suicide",
        "kill myself",
        "hurt myself",
        "end my life",
        "want to die",
        "no reason to live",
        "never wake up again",
    ),
    weak=("cannot go on", "nobody will miss me"),
    exclusions=("suicide squad", "kill the contract", "die laughing"),
)

LEARNT = replace(
    SIGNS,
    serious=(
        "He asked me to tell his daughter that he is sorry for everything",
        "she says tomorrow there will be no one left to suspend",
        "FL is giving away all that he owns and says goodbye to everybody",
        "the caller is standing on the roof and cries",
    ),
    harmless=(
        "he asked me to tell his client that he is sorry for the delay",
        "she says tomorrow she will pay, so no one is left to remind",
        "the roof of the office leaks, FL says goodbye to his laptop",
        "he wants to die his hair green for the video call",
    ),
)
ELSEWHERE = (
    "how many connects does a boosted proposal cost",
    "how do I buy connects for a proposal",
    "connects of a boosted job were not returned",
    "where do I see my connects",
)

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher(DOCUMENTS, VOCABULARY, signs=[SIGNS])


@pytest.fixture(scope="session")
def calibrated(matcher: Matcher) -> Matcher:
    return matcher.with_calibration(calibrate(DOCUMENTS, VOCABULARY))
