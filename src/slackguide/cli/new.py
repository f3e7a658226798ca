"""`slackguide new`: write the skeleton of a knowledge base."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from slackguide.cli.options import DayOption, today_or
from slackguide.cli.output import fail, info

SKELETON = "knowledge.yaml"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def new(
        directory: Annotated[Path, typer.Argument(help="The folder to create.", metavar="DIR")],
        today: DayOption = None,
    ) -> None:
        """Write a small knowledge base to begin with: one file with three entries, a form and comments.

        Nothing is overwritten: it exits 2 if the folder has YAML files already.
        """
        text = files("slackguide.knowledge").joinpath("data/skeleton.yaml").read_text("utf-8")
        try:
            if directory.is_dir() and any(path.suffix in (".yaml", ".yml") for path in directory.iterdir()):
                fail(f"{directory} has YAML files already: name a new folder.")
            directory.mkdir(parents=True, exist_ok=True)
            path = directory / SKELETON
            path.write_text(text.replace("{today}", f"{today_or(today):%Y-%m-%d}"), "utf-8")
        except OSError as error:
            fail(f"{directory} cannot be written: {error.strerror}.")
        info(f"{path} is written. Change it to your own, then:")
        info(f'  slackguide check {directory}\n  slackguide route --knowledge {directory} "I forgot my password"')
