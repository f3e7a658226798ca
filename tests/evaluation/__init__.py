"""Tests of the measures and of comparing knowledge bases."""
