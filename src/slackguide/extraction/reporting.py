"""The phrases that say which party is asking: `the tenant says …`, `reported by the owner`."""

from __future__ import annotations

from collections.abc import Iterator

PLACE = "PARTY"

_PHRASES = """
PARTY says|said|wants|wanted|wanna|asks|asked|asking|reports|reported|reporting|claims|claimed|claiming
PARTY complains|complained|complaining|requests|requested|requesting|insists|demands|demanding
PARTY states|stated|alleges|argues|thinks|needs|inquiring|enquiring
PARTY ~ wants|asks|asking|writes|writing|reports|reporting|complains|complained|complaining|inquires|enquires
PARTY ~ disputes|disputed|disputing|claims|requests|requested|requesting|demands|demanding|wonders|wondering|says|said
PARTY ~ thinks|believes|suspects|worries|worried|threatens|threatening|hoping|begging|insisting|pushing
PARTY ~ asked us|about|for|if|how|whether|to|why|what|where|me
PARTY ~ wrote|writes us|in|me|that|about|support
PARTY ~ wrote|writes to us|me|support
PARTY ~ written|mailed|emailed|messaged|texted|phoned us|in|support
PARTY ~ reported it|this|the|a|that|us
PARTY ~ wants to know
PARTY ~ wants us|to|it|this
PARTY ~ wants it|money|refund back
PARTY ~ wants a refund
PARTY ~ wants|wanted to file|open
PARTY ~ would like
PARTY like|likes|wish|wishes to
PARTY ~ needs us|our|help
PARTY ~ expects|hopes us
PARTY ~ hopes we|you|support
PARTY ~ contacted|contacting|contacts us|me|support
PARTY ~ mentions|mentioned|explains|explained|tells that
PARTY ~ has a complaint|question|request|inquiry
PARTY only|main complaint|question|concern
PARTY has a|an complaint|question|request|inquiry|concern|doubt
PARTY having a doubt|question
PARTY called|calls|calling in|us|about|support
PARTY emailed|mailed|phoned|chatted|messaged|texted in|us|me|support
PARTY reaching|reached|reaches out
PARTY tells|told me|us
PARTY came to us
PARTY on the line|phone
PARTY on|in chat
PARTY opened|filed|submitted|raised|sent a|the ticket
PARTY pushing for
PARTY side asking
PARTY via chat|email|phone|mail
PARTY email|mail|message says
PARTY informs us
PARTY filed|submitted|raised a|an complaint|request|appeal|claim
talking|speaking to|with PARTY
PARTY keeps asking|insisting|pushing|demanding|complaining|pinging
PARTY keeps on asking|insisting|pushing|demanding|complaining|pinging
PARTY chasing
PARTY following|followed up
PARTY f/u|fu
PARTY ticket|tix|tkt|inquiry
hi|hello PARTY here
I am PARTY
reporter|requester|requestor|sender|caller|submitter PARTY
requester|requestor is PARTY
reported|raised|submitted|written|sent|opened by PARTY
ticket|chat|email|call from|with PARTY
ticket|chat|email|call of this PARTY
it|this|ticket|case comes|came from PARTY
inquiry|question|request|complaint by|from|of PARTY
question|request|complaint|inquiry came|comes from PARTY
who asks|reports|asking|writing PARTY
PARTY ~ the one writing|asking|reporting|contacting
says|asks|writes PARTY about
PARTY ~ not heard back
PARTY ~ introduced|introduces himself|herself
PARTY upset|angry and in chat
PARTY complaint
PARTY ~ appeals|appealed|appealing|inquired
appeal|report from|by PARTY
behalf of PARTY
PARTY sez|comments|commented|mentions|mentioned|adds|added|swears|protests|objects|begs|pleads|seeks|seeking
PARTY ~ sez|comments|commented|mentions|mentioned|adds|added|swears|protests|objects|begs|pleads|seeks|seeking|grumbles
PARTY ~ pings|pinged|messages|nudges|nudged|rang|rings|dmed us|me|support|again|about|in
PARTY ~ points|pointed|pointing at|out|to
PARTY ~ comment|comments|declare|declares|declared that
PARTY ~ goes|went|keeps|kept|continues|kept on|to demanding|asking|insisting|complaining|demand|ask|insist
PARTY ~ goes on demanding|asking|insisting|complaining
PARTY ~ returns|returned|came|comes|back with|again|asking
PARTY ~ back with|to me|us
PARTY ~ the one chatting|talking|calling|complaining|on
PARTY ~ chatting|talking|speaking with|to me|us|support
PARTY ~ fuming|furious|angry|upset|mad|shouting|crying|waiting|yelling on|in the phone|line|chat
PARTY ~ angry|upset|furious|mad|unhappy|annoyed|frustrated|confused|worried because|that|about|with our|us|support
PARTY ~ not happy|content|satisfied|pleased|agree with
PARTY ~ wrote|writes|writing|written by|on|via|through|over|from the|chat|mail|email|phone
PARTY ~ filled|filed|submitted|lodged|raised|opened|sent .. form|appeal|complaint|dispute|ticket|request|report
PARTY ~ fills|files|submits|lodges|raises|opens|sends .. form|appeal|complaint|dispute|ticket|request|report
PARTY ~ can not find|see|click|open|access|login|withdraw|understand|get|use|flag|log
PARTY ~ unable|struggling to
PARTY ~ made|makes a complaint|request|report
PARTY ticket|email|message|mail|chat|letter|note|form says|said|asks|states|reads|claims
PARTY question|concern|request|complaint|claim is|are|that|about
chat|email|mail|call|complaint|request|question|inquiry|appeal|letter|ping .. from|by PARTY
PARTY on the other end
i|we have|got a PARTY on|in the chat|phone|line
contacted|approached|pinged|messaged by PARTY
user|customer|requester|asker|writer|person is a|the PARTY
it is the PARTY asking|writing|who|that
PARTY says|said|claims|told|tells|reports|writes me|us
PARTY insist|say|ask|request|complain|claim|demand|report|write|want|wonder that|us|for|if|why|how|to|about
PARTY feels|felt|confirms|confirmed|describes|described|shares|shared that|us|me|how|it|a
PARTY reminds|reminded|assures|announces|announced that|us|me|how|it|a
"""


def phrases_of(party: str) -> Iterator[str]:
    """Yield the phrases, in the form of `words`, that say that this party is asking."""
    for line in _PHRASES.strip().splitlines():
        yield line.replace(PLACE, party)
