"""How a process runs: entry point, signals, container, sandbox app."""
