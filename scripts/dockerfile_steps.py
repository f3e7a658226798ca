"""Print a shell script with the steps of the Dockerfile, for a bare system instead of a container engine.

    python3 scripts/dockerfile_steps.py CONTEXT > steps.sh

The script runs each step as root, then starts the image's command as its user and waits until the health check passes.
An instruction that this script does not know ends it with status 1. Requires only Python.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

IGNORED = ("FROM", "VOLUME", "EXPOSE", "STOPSIGNAL")
"""Instructions without an effect outside of a container. The base image is the system on which the script runs."""

HEALTH_SECONDS = 60

START = """
{command} &
process=$!
for second in $(seq {seconds}); do
  if {health}; then break; fi
  if [ "$second" = {seconds} ]; then echo "dockerfile_steps: the health check never passed" >&2; exit 1; fi
  sleep 1
done
kill -TERM "$process"
wait "$process"
echo "dockerfile_steps: every step ran, and the process started, was healthy and stopped"
"""


def main() -> None:
    """Print the script."""
    context = Path(sys.argv[1]).resolve()
    print("\n".join(["set -eux", *steps((context / "Dockerfile").read_text("utf-8"), context)]))


def steps(dockerfile: str, context: Path) -> Iterator[str]:
    """Yield the lines of the script."""
    user, command, health = "root", "", "true"
    for name, rest in instructions(dockerfile):
        match name:
            case "RUN":
                yield rest
            case "ENV":
                yield f"export {rest}"
            case "WORKDIR":
                yield f"mkdir -p {rest} && cd {rest}"
            case "COPY":
                yield copy(rest.split(), context)
            case "USER":
                user = rest
            case "CMD":
                command = rest
            case "HEALTHCHECK":
                health = rest[rest.index("CMD ") + 4 :]
            case _ if name not in IGNORED:
                sys.exit(f"dockerfile_steps: {name} is not known here")
    yield START.format(command=as_user(user, command), health=as_user(user, health), seconds=HEALTH_SECONDS)


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction with its arguments."""
    lines = (line for line in dockerfile.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def copy(arguments: list[str], context: Path) -> str:
    """Return the command for COPY: of a folder it copies the content, as Docker does."""
    *sources, target = arguments
    parts = [str(context / source) + ("/." if (context / source).is_dir() else "") for source in sources]
    folder = target if len(sources) > 1 or (context / sources[0]).is_dir() else str(Path(target).parent)
    return f"mkdir -p {shlex.quote(folder)} && cp -r {shlex.join(parts)} {shlex.quote(target)}"


def as_user(user: str, command: str) -> str:
    """Return a command in JSON form as a shell command of that user, in its environment."""
    return f"setpriv --reuid {user} --regid {user} --clear-groups {shlex.join(json.loads(command))}"


if __name__ == "__main__":
    main()
