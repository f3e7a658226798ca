"""Entity extraction: find the facts that a text states."""
