"""Runs slackguide: the sandbox, Socket Mode or HTTP, as the environment says."""

from slackguide.runtime.entrypoint import main

if __name__ == "__main__":
    main()
