"""Process runtime: entry point, signals, container, sandbox app."""
