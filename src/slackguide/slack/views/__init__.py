"""Views: pure functions from the domain's objects to Slack's blocks."""
