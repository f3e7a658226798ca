"""The HTTP side: routing, health and request signatures."""
