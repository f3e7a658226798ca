"""Entity extraction: the facts that a text states."""
