"""The HTTP side: Slack's requests, and whether we are alive and ready."""
