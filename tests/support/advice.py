"""Texts about undelivered messages that name the code alone."""

from __future__ import annotations

from slackguide.escalation.models import Escalation


class PlainAdvice:
    """A `delivery.dispatcher.Explain`."""

    def post(self, code: str, escalation: Escalation, *, final: bool) -> str:
        """Return the reference, the code, and whether it is final."""
        return f"{escalation.reference}: {code}{' (final)' if final else ''}"

    def recipient(self, code: str) -> str:
        """Return the code."""
        return code
