"""Word classes of English, used to classify clauses and to resolve the context of phrases.

The words of a trade are in the knowledge base: see `FactVocabulary`.
"""

from __future__ import annotations


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ARTICLES = _word_set("a an the his her their its my our your this that")
POSSESSIVE = _word_set("his her their my our")
BE = _word_set("is are was were")
BEING = BE | _word_set("be been being has have had")
PASSIVE = BE | _word_set("be been being got")
ADVERBS = _word_set(
    "just already still now currently also only really even actually quite yet all some about here then always "
    "again simply fully completely totally entirely recently"
)
SKIPPED = ARTICLES | BEING | ADVERBS
"""Words that are skipped within a phrase."""

SUPPORTING = _word_set("do doe did can could will would should")
"""Verbs that are skipped within a phrase before `not`: `did not suspend`."""

NEGATIONS = _word_set("not never")
DENIALS = NEGATIONS | _word_set("no neither nor without non hardly instead than nobody nothing none noone")
ABSENCES = _word_set("no without none")
"""Negations that state that there is no such thing, not that it has another value: `no open ticket`."""

QUANTITIES = _word_set("part half all everything only some")
"""Objects that limit a negation: `did not send everything`."""

MODALS = _word_set("would should could may might")
"""Verbs that make the next verb no statement: `would refuse`."""

UNDONE = _word_set("failed declined bounced reversed refunded returned cancelled canceled")
"""What has become of an event that does not count: `the payment of 30 October failed`."""

BESIDE_DENIALS = (
    ARTICLES
    | ADVERBS
    | BE
    | _word_set(
        "any of in be been yet longer it rather for more one related to about like treat as have has had got get see "
        "find found hold holding seem appear put able cent penny dime single"
    )
)
"""Words that can stand between a negation and its scope."""

AUXILIARIES = BE | _word_set("do doe does did has have had can could should shall will would may might")
HAVING = _word_set("has have had is was")
SUBJECTS = ARTICLES | _word_set(
    "it he she they we i you u there these those someone anyone user customer ticket account"
)
ASKING = _word_set("which where who whom what how when why whose")
JOINING = _word_set("and but so then because or")
OPENING = JOINING | ADVERBS | _word_set("hi hello hey team ok okay please pls well question yes yep yeah")
"""Words that are skipped at the beginning of a clause."""

SUPPOSING = _word_set(
    "if whether unless suppose supposing assuming maybe perhap possibly suspect might probably until once imagine "
    "assume presume guess doubt thought believed hypothetically supposedly allegedly provided "
    "providing except unlike formerly previously either"
)
SUPPOSING_BEFORE = {
    "will": "be",
    "would": "be",
    "should": "be",
    "could": "be",
    "in": "case",
    "used": "to",
    "event": "the",
    "let": "say",
    "at": "first",
    "was": "first",
    "smell": "like",
    "sound": "like",
    "feel": "like",
    "might": "be",
    "may": "be",
}
"""Words that introduce a hypothesis only before one other word."""

OPINIONS = _word_set("say think believe certain sure")
"""Verbs after whose negation nothing is stated: `I don't think it is closed`."""


ONCE = _word_set("formerly previously thought first believed")
"""Words of a state that is over. What follows them is no condition."""

NOW = _word_set("now today currently nowadays meanwhile reopened again presently anymore since")
NOW_PAIRS = {
    ("these", "day"),
    ("this", "morning"),
    ("at", "present"),
    ("at", "moment"),
    ("in", "meantime"),
    ("as", "of"),
}
PAST = _word_set(
    "was were had once earlier before previously formerly initially originally back yesterday first past started"
)
_LAST_PAIRS = {("last", one) for one in _word_set("year month week night spring summer autumn winter time")}
PAST_PAIRS = {("used", "to"), ("to", "begin"), *_LAST_PAIRS}
"""Words of a clause about another time than now. They count only if another clause says something else."""

MAX_DOUBT = 4
"""The clauses in which a doubt can follow."""

DOUBTS = {
    ("who", "know"), ("no", "idea"), ("no", "clue"), ("not", "sure"), ("not", "certain"), ("not", "convinced"),
    ("not", "know"), ("not", "tell"), ("not", "say"), ("not", "100"), ("hard", "to", "tell"), ("hard", "to", "say"),
    ("which", "is", "it"), ("which", "one"), ("which", "is", "right"), ("which", "is", "correct"), ("unsure",),
    ("unclear",), ("conflicting",), ("contradictory",), ("need", "to", "check"), ("have", "to", "check"),
    ("not", "checked", "yet"),
}  # fmt: skip
AFTER_DOUBT = _word_set("which either yet though honestly tbh now really right so sorry")
"""Words after a doubt that are not its object."""

MEANING = _word_set("mean count qualify matter differ difference definition define stand")
TOWARDS = _word_set("for about over regarding re")

ELSEWHERE = _word_set(
    "another other previous different separate unrelated last earlier prior old second first similar "
    "friend brother sister husband wife neighbor former"
)

CLOSING = (JOINING | SUPPOSING | ASKING | DENIALS) - NEGATIONS - {"once", "how"}
"""Words at which a gap of a phrase ends."""

FORMER = _word_set("earlier previous prior old former")
"""Words of `ELSEWHERE` before which any noun is of another time: `the earlier repair was free`."""

CORRECTING = _word_set(
    "oop apologie er err uh strike nvm ignore sorry correction wait oops ooops edit edited mean meant scratch typo "
    "nah nope actually rereading checked "
    "bad rather mistake wrong apologies turns looked hm hmm update"
)
"""Words after which a value replaces those before: `leased, sorry, bought`."""

FOCUS_PAIRS = {
    ("this", "one"),
    ("one", "i"),
    ("one", "he"),
    ("one", "she"),
    ("we", "talk"),
    ("we", "are"),
    ("to", "our"),
    ("at", "hand"),
}
SEVERAL = _word_set("two 2 both three 3 several multiple")
"""Words before the plural of a noun of `CASES`: `two laptops`."""

NOUN_VERBS = _word_set("dispute claim request report")
"""Verbs that are nouns without an ending and an object: `owner disputes the bill`, but `owner dispute`."""

ADDRESSING = _word_set("ask asked asking contact contacted contacting write wrote writing called messaged emailed")
"""Verbs whose object is the person addressed: `asked the owner`."""

TELLING = ADDRESSING | _word_set(
    "told tell tells telling says said say writes informed informs explained promised replied"
)
"""Verbs after which the other party is addressed: what follows is not said to us: `told the tenant that he wants …`."""

SAYING = _word_set("say said claim claims claimed")

WHILE = _word_set("when after before while once")
"""Words that begin a clause about another time: `when she asked for the app`."""

OF_A_PARTY = _word_set("side account acct profile login")
"""Nouns after the name of a party that denote one of several accounts of a person: `his tenant side`."""

BADGES = _word_set("badge status tier level")
WANTING = _word_set("want need wish like expect demand")

UNSURE = _word_set("i we think believe it she he they so")
"""Words before a question that is worded as a statement: `I think it's leased?`."""

SUSPECTING = _word_set("think believe fear hope suspect wonder")
"""Verbs after which somebody else's opinion stands: `he thinks a robot suspended him`. Not `I think`."""

PAGES = _word_set("page link tab detail overview list view")
"""Nouns of what an agent opens: `open settings page`."""

CHANGES = _word_set("change revision edit rework modification correction fix")
"""What one party requests of the other, not of us."""

SPEAKING = _word_set("i my we me our hi hello hey please pls")
"""Words with which a quoted speaker begins: `tenant: I paid him`."""

FOCUS = _word_set("mine ours question concerned present asking writing himself herself own current")
"""Words in a clause about the case at hand, in a text about several cases."""

ACQUAINTANCES = _word_set(
    "colleague coworker cousin roommate teammate brother sister wife husband friend neighbor neighbour buddy flatmate "
    "mother father son daughter mum mom dad uncle aunt boyfriend girlfriend fiance spouse"
)
"""People whose case is not the one at hand."""

WISHED = _word_set(
    "become becoming became requirement lost lose losing want need used supposed ask asking apply applied "
    "offer quote requesting own get getting earn earned earning look looking search searching seek seeking "
    "hire hiring prefer welcome send assign route forward contact transfer"
)
"""Words after which a status is not a statement, but a wish, a loss or the name of a team."""


PEOPLE = _word_set("user customer agent colleague person someone manager friend")
"""Nouns that `he`, `she` and `who` can refer to."""

CASES = _word_set("case ticket account acct order user agent person customer one")
"""Nouns of which a person has several: after a word of `ELSEWHERE`, they denote another case: `my last ticket`."""

NOUNS = (
    PEOPLE
    | CASES
    | _word_set(
        "payment question chat concern issue problem matter request link page post money fund balance step button "
        "company firm employer work badge tier level status org business type agreement side escalation profile "
        "group category class tag label mark"
    )
)
"""Nouns that a fact can be said of, in any trade."""

PERSONAL = _word_set("he she who")
PRONOUNS = PERSONAL | _word_set("it they this that which one")
CONTINUING = (
    CORRECTING
    | PRONOUNS
    | BE
    | ADVERBS
    | _word_set("no not i so and but or make should be say read to let me only of for ago back prior earlier")
)
"""Words beside a time that corrects or continues the number before."""

PREPOSITIONS = _word_set("of for on in from with w about to by at between per")
LINKING = (
    ARTICLES
    | ADVERBS
    | BEING
    | PREPOSITIONS
    | _word_set(
        "as not never no been being got get come came stay stayed remain remained show showing shown marked longer "
        "anymore do doe did to me us have apparently until"
    )
)
"""Words that can stand between a subject and its predicate: `the ticket has not been solved yet`."""

FOLLOWING = _word_set(
    "and or but with w for of from in on at is are was were has had have who that so as by per because since "
    "where which what how can should do does not no yes we i he she they it last paid released ended closed "
    "when if while after before to then ty thanks thx please pls asap here now only too yet "
    "still also sent via against the one my his her want say ask under next according right beside behind within "
    "inside among above below without"
)
"""Words that can follow a one-word phrase. Before any other word it has another meaning: `leased cars`."""

ORDINARY = _word_set("hr pc pr mm lb sb dc ce ent tr ms cr cs")
"""Abbreviations that are ambiguous in lower case: hour, computer, public relations, hmm, pound, somebody …"""

OWNED = _word_set("pc hr dc")
OWNERS = _word_set("my his her their your our in from new old work washington")
"""Words after which `PC`, `HR` and `DC` denote a computer, a department and a city."""

IRREGULAR = _word_set("paid sent went got spent")
"""Verbs in the past that do not end in `ed`."""

AGO = _word_set("ago back prior earlier agos")
LATEST = _word_set("last latest recent")
BEFORE = AGO | _word_set("once before")
THEN = _word_set("when before until till")
_MONTHS = _word_set(
    "january february march april may june july august september october november december spring summer autumn winter"
)
THEN_PAIRS = {("back", "in"), ("in", "past"), *_LAST_PAIRS, *(("in", month) for month in _MONTHS)}
"""Words after a state that was, and need not be: `the ticket was open last week`."""

NOT_NOW = _word_set("tomorrow until till")
"""Words after which a predicate does not hold now: `was active until May`."""

NOT_LATEST = _word_set("first previous next initial second other another no")
BESIDE_TIMES = _word_set(
    "a an the is was were been be has had it him her them us me to on at of for made done processed happened "
    "sent via out just already only also money this that his their by went about since back "
    "in"
)
"""Words that can stand between a noun and its time: `payment to the owner was made on …`."""

OTHER_MATTERS = _word_set(
    "and but who that which before after when while because so not started began hired wrote asked within until "
    "every since if or first for"
)
"""Words after which a time does not belong to the preceding event."""

OTHER_EVENTS = _word_set(
    "filed opened contacted replied asked requested wrote submitted disputed created started hired posted "
    "reported dispute declined refused suspended rejected"
)
LIMITS = _word_set("after to within until in first for of maximum max only than every")
"""Words that make a number the limit of a rule: `up to 60 days after the last payment`."""
