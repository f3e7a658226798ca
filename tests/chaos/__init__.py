"""Chaos tests: processes and workers killed at random moments."""
