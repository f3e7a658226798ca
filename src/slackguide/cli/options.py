"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

KnowledgeOption = Annotated[
    Path,
    typer.Option("--knowledge", envvar="SLACKGUIDE_KNOWLEDGE", help="The folder that holds the knowledge base."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for programs.")]

DEFAULT_KNOWLEDGE = Path("knowledge")
