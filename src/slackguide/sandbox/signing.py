"""Slack's request signature (docs.slack.dev/authentication/verifying-requests-from-slack)."""

import hashlib
import hmac


def signed_headers(*, secret: str, body: str, at: float) -> dict[str, str]:
    """The two headers with which Slack signs a request of this raw body sent at `at` (epoch seconds)."""
    timestamp = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
