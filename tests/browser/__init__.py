"""Tests of the sandbox's page in a real browser, with the real app or a demo app behind it."""
