"""Tests of escalations, without Slack and without a database."""
