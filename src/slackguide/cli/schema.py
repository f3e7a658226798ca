"""`slackguide schema`: print the JSON Schema of the knowledge format."""

from __future__ import annotations

import typer

from slackguide.cli.output import print_json
from slackguide.knowledge.json_schema import json_schema


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def schema() -> None:
        """Print the JSON Schema of a knowledge file, for completion, hover help and validation in editors.

        It is shipped as knowledge/schema.json. The first line of every shipped knowledge file refers to it.
        """
        print_json(json_schema())
