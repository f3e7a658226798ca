"""Views: pure functions from our objects to Slack's blocks."""
