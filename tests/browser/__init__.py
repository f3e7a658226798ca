"""A person at the sandbox's page, in a real browser, with the real app behind it."""
