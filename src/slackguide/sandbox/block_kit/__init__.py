"""Block Kit: validation of blocks, and the state of interactive elements."""
