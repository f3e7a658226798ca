"""Listeners: each acknowledges, reads, calls and renders; what they call lives elsewhere."""
