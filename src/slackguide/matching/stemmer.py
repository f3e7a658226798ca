"""A light stemmer: remove inflectional endings that rarely change the meaning."""

from __future__ import annotations

from functools import lru_cache

_VOWELS = frozenset("aeiouy")
_EXCEPTIONS = frozenset(
    str.split(
        "always anything address bed being bring bus does during everything feed has his indeed is king less need news "
        "nothing red ring sing something speed string this thing thus us was wing yes"
    )
)
_IRREGULAR = {
    form: word
    for word, forms in {
        "begin": "began begun",
        "break": "broke broken",
        "bring": "brought",
        "buy": "bought",
        "choose": "chose chosen",
        "deny": "denied denial",
        "die": "died dies dying",
        "drink": "drank drunk",
        "fall": "fell fallen",
        "feel": "felt",
        "find": "found",
        "forget": "forgot forgotten",
        "freeze": "froze frozen",
        "get": "got gotten getting",
        "give": "gave given giving",
        "go": "went gone going goes",
        "hang": "hung",
        "hide": "hid hidden",
        "hold": "held",
        "keep": "kept",
        "know": "knew known",
        "leave": "left leaving",
        "lie": "lying lied",
        "lose": "lost losing",
        "make": "made making",
        "meet": "met",
        "pay": "paid payed",
        "say": "said says",
        "see": "saw seen",
        "sell": "sold",
        "send": "sent",
        "shoot": "shot",
        "speak": "spoke spoken",
        "steal": "stole stolen",
        "swear": "swore sworn",
        "take": "took taken taking",
        "tell": "told",
        "think": "thought",
        "understand": "understood",
        "win": "won",
        "withdraw": "withdrew withdrawn withdrawal withdrawals",
        "write": "wrote written writing",
    }.items()
    for form in forms.split()
}


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Return the stem of a lower-case word: "suspended", "suspending", "suspends" -> "suspend"; "froze" -> "freez"."""
    word = _IRREGULAR.get(word, word)
    if len(word) <= 3 or word in _EXCEPTIONS or not word.isalpha():
        return word
    return _without_final_vowel(_without_suffix(_without_plural(word)))


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_suffix(word: str) -> str:
    for ending, shortest in (("ingly", 3), ("edly", 3), ("ing", 3), ("ed", 3), ("er", 4), ("ly", 4), ("ment", 3)):
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= shortest and not _VOWELS.isdisjoint(rest):
            doubled = len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if doubled and ending in ("ing", "ed", "er") else rest
    return word


def _without_final_vowel(word: str) -> str:
    if len(word) <= 3:
        return word
    if word[-1] == "y" and word[-2] not in _VOWELS:
        return word[:-1] + "i"
    return word[:-1] if word[-1] == "e" else word
