"""Settings of every test: none may depend on the load of the machine or on the terminal."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TTY_COMPATIBLE"):
    # rich and typer read these when slackguide.cli is imported: width and colours would depend on the terminal.
    os.environ.pop(name, None)

settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
