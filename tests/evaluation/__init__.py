"""Tests of the metrics and of comparing knowledge bases."""
