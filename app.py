"""Run slackguide as the sandbox, in Socket Mode or over HTTP, depending on the environment."""

from __future__ import annotations

from slackguide.runtime.entrypoint import main

if __name__ == "__main__":
    main()
