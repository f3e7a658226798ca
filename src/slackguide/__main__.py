"""Run the command line with `python -m slackguide`."""

from slackguide.cli import main

if __name__ == "__main__":
    main()
