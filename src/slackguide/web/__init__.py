"""HTTP: routing, health and request signatures."""
