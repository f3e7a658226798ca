"""What holds for every test: nothing may hang on how busy the machine is, or on the terminal that started the run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TTY_COMPATIBLE"):
    # rich and typer read these when slackguide.cli is imported: width and colours would be those of whoever runs this.
    os.environ.pop(name, None)

settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
