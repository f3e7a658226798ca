"""`python -m slackguide`: the command line."""

from slackguide.cli import main

if __name__ == "__main__":
    main()
