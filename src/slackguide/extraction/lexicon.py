"""Closed word classes of English: what decides whether something is stated, asked, supposed or denied, and of whom."""

from __future__ import annotations

from typing import Final


def _these(words: str) -> frozenset[str]:
    return frozenset(words.split())


PARTIES: Final = {
    **dict.fromkeys(("client", "cl", "buyer", "hirer"), "client"),
    **dict.fromkeys(("freelancer", "fl", "contractor", "talent"), "freelancer"),
}
"""What the two sides of a contract are called."""

SIDES: Final = frozenset(PARTIES.values())

ARTICLES: Final = _these("a an the his her their its my our your this that")
BE: Final = _these("is are was were")
BEING: Final = BE | _these("be been being has have had")
PASSIVE: Final = BE | _these("be been being got")
ADVERBS: Final = _these(
    "just already still now currently also only really even actually quite yet all some about here then always "
    "again simply"
)
SKIPPED: Final = ARTICLES | BEING | ADVERBS
"""Words that may stand within a phrase."""

NEGATIONS: Final = _these("not never")
DENIALS: Final = NEGATIONS | _these("no neither nor without non hardly instead than")
BESIDE_DENIALS: Final = ARTICLES | ADVERBS | BE | _these("any of in be been yet longer rather for more")
"""Words that may stand between a denial and what it denies."""

AUXILIARIES: Final = BE | _these("do doe does did has have had can could should shall will would may might")
HAVING: Final = _these("has have had is was")
SUBJECTS: Final = (
    ARTICLES
    | frozenset(PARTIES)
    | _these("it he she they we i you u there these those someone anyone user customer contract ticket account")
)
ASKING: Final = _these("which where who whom what how when why whose")
JOINING: Final = _these("and but so then because or")
OPENING: Final = JOINING | ADVERBS | _these("hi hello hey team ok okay please pls well question")
"""Words before the first that counts in a clause."""

SUPPOSING: Final = _these(
    "if whether unless suppose supposing assuming maybe perhaps possibly might probably until once imagine except "
    "unlike formerly previously"
)
SUPPOSING_BEFORE: Final = {"would": "be", "should": "be", "could": "be", "in": "case", "used": "to"}
"""Words that suppose only before one other."""

IDLE_IF: Final = _these("possible needed necessary so any")
"""After these `if` supposes nothing: `if possible`."""

FOUND_OUT: Final = _these("know see tell check find verify determine identify confirm tag")
MEANING: Final = _these("mean count qualify matter differ difference definition define stand")
TOWARDS: Final = _these("for about over regarding re")

ELSEWHERE: Final = _these(
    "another other previous different separate unrelated last earlier prior old second first similar"
)
CASES: Final = _these("contract case ticket dispute client freelancer job one account project order")
"""`his other contract`, `my last case`: what is said there is not about the one at hand."""

WISHED: Final = _these(
    "become becoming became requirement lost lose losing want need used supposed ask asking apply applied offer "
    "quote requesting own get getting earn referral signup welcome send assign route forward contact transfer"
)
"""Words after which a status is wished for, lost, or the name of a team, rather than stated."""

OWNING: Final = _these("run own start started open opened")
GONE: Final = _these("vanished disappeared gone removed lost missing")

HEADS: Final = _these(
    "contract job project dispute case client freelancer account acct company payment ticket order customer "
    "segment work user suspension susp hold matter issue request badge tier level status org business type "
    "agreement engagement side concern escalation profile ae milestone gig"
)
"""Nouns that an attribute can stand before and still be said of the case."""

FOLLOWING: Final = _these(
    "and or but with w for from in on at is are was were has had have who that so as by per because since where "
    "which what how can should do does not no yes we i he she they it last paid released ended closed when if "
    "while after before client freelancer to then ty thanks thx please pls asap here now only too yet still also "
    "sent via against the my his her escrow fund want say ask"
)
"""Words that may follow a one-word phrase; before any other word it is part of something else: `hourly updates`."""

ORDINARY: Final = _these("hr pc pr mm lb sb dc ce ent tr ms esc med cr cs")
"""Shorthand that in lower case can be something else: hour, computer, public relations, hmm, pound, somebody …"""

COMPANIONS: Final = _these(
    "client freelancer cl fl buyer hirer talent contractor contract job project account acct dispute case segment "
    "order suspension susp hold agent company ticket"
)
"""Words beside which shorthand is shorthand even in lower case, or after `my`."""

OWNERS: Final = _these("my his her their your our in from new washington old work")
"""After these `PC`, `HR` and `DC` are a computer, a department and a city."""

LOOK_ALIKES: Final = _these(
    "contact contrast protect expanse contacted contacting relapse freelance insurance refuted noticing nothings "
    "clients opened closer"
)
"""Words of their own, one letter away from one that a phrase holds."""

AGO: Final = _these("ago back prior earlier agos")
LATEST: Final = _these("last latest recent")
NOT_LATEST: Final = _these("first previous next initial second other another no")
BESIDE_TIMES: Final = _these(
    "a an the is was were been be has had it him her them us me to on at of for made done processed happened sent "
    "via out just already only also money this that client freelancer his their by went about since back in"
)
"""Words that may stand between a noun and its time: `payment to the freelancer was made on …`."""

OTHER_MATTERS: Final = _these(
    "and but who that which before after when while because so not started began hired wrote asked within until "
    "every since if or first for"
)
"""Words after which a time belongs to something else than the event before them."""

OTHER_EVENTS: Final = _these(
    "filed opened contacted replied asked requested wrote submitted disputed created started hired posted "
    "reported dispute declined refused suspended rejected"
)
LIMITS: Final = _these("to within until in first for of maximum max only than every")
"""Words that make a number a rule's limit: `up to 60 days after the last payment`."""
