"""The command line: results on standard output, messages on standard error.

Exit status: 0 for success, 1 for a failed check, 2 for wrong usage or invalid input.
"""

from slackguide.cli.main import app, main

__all__ = ["app", "main"]
