"""Slack's names of the emoji that people type most: its client sends names, never the characters."""

from __future__ import annotations

import re

EMOJI_NAMES = {
    "👍": "+1",
    "👎": "-1",
    "✅": "white_check_mark",
    "❌": "x",
    "⚠": "warning",
    "🚨": "rotating_light",
    "⛔": "no_entry",
    "🛑": "octagonal_sign",
    "❗": "exclamation",
    "❓": "question",
    "💡": "bulb",
    "📝": "memo",
    "🔗": "link",
    "🔒": "lock",
    "🔑": "key",
    "⏳": "hourglass_flowing_sand",
    "📅": "date",
    "📣": "mega",
    "📧": "email",
    "🎫": "ticket",
    "🔴": "red_circle",
    "⭐": "star",
    "✨": "sparkles",
    "🔥": "fire",
    "🎉": "tada",
    "🚀": "rocket",
    "👀": "eyes",
    "👋": "wave",
    "🙌": "raised_hands",
    "🙏": "pray",
    "👏": "clap",
    "👌": "ok_hand",
    "💪": "muscle",
    "🤝": "handshake",
    "😄": "smile",
    "🙂": "slightly_smiling_face",
    "😀": "grinning",
    "😂": "joy",
    "🤔": "thinking_face",
    "😐": "neutral_face",
    "😢": "cry",
    "😭": "sob",
    "❤": "heart",
    "💔": "broken_heart",
    "💸": "money_with_wings",
    "💰": "moneybag",
    "🆘": "sos",
    "😊": "blush",
    "😅": "sweat_smile",
    "🙃": "upside_down_face",
    "😡": "rage",
    "💯": "100",
    "🤷": "shrug",
    "🤦": "face_palm",
}
"""Names by character, without variation selectors."""

SKIN_TONES = {chr(0x1F3FB + number): f"skin-tone-{number + 2}" for number in range(5)}
"""Names of the modifiers."""

EMOJI = re.compile(rf"([{''.join(EMOJI_NAMES)}])\ufe0f?([{''.join(SKIN_TONES)}]?)")
"""A known emoji, with its skin tone."""


def emoji_of(match: re.Match[str]) -> tuple[str, str | None]:
    """Return the name and the skin tone of a match of `EMOJI`."""
    return EMOJI_NAMES[match[1]], SKIN_TONES.get(match[2])
