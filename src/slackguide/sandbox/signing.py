"""Slack's request signature (docs.slack.dev/authentication/verifying-requests-from-slack)."""

from slack_sdk.signature import SignatureVerifier


def signed_headers(*, secret: str, body: str, at: float) -> dict[str, str]:
    """Return the two headers with which Slack signs a request of this raw body sent at `at` (epoch seconds)."""
    timestamp = str(int(at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature or ""}
