"""The command line: results on standard output, messages on standard error.

Exit status: 0 fine, 1 the thing checked is not fine, 2 wrong use or unusable input.
"""

from slackguide.cli.main import app, main

__all__ = ["app", "main"]
