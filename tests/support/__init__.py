"""Shared test support: harnesses, databases, processes, factories."""
