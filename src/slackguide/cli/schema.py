"""`slackguide schema`: the JSON Schema of the knowledge format."""

from __future__ import annotations

import typer

from slackguide.cli.output import print_json
from slackguide.knowledge.json_schema import json_schema


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def schema() -> None:
        """Print the JSON Schema of a knowledge file, for editors: completion, hover help, faults as one types.

        The shipped knowledge/schema.json is this; the first line of every shipped file points to it.
        """
        print_json(json_schema())
