"""The Slack credentials of the tests."""

from __future__ import annotations

BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-bot-token-of-tests", "xapp-app-token-of-tests", "signing-secret-of-tests"
