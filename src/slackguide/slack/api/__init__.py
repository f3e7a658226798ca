"""Calls of Slack's Web API, and its errors."""
