"""What the API's program says when it is run for one word instead of being served."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import fields

from launcher.container import environment
from launcher.problem import LaunchProblem
from ports.settings import Settings


def as_environment(settings: Settings) -> Mapping[str, str]:
    """What children read; they know no file. What is empty is as good as not set."""
    values = {field.metadata["name"]: str(getattr(settings, field.name)) for field in fields(Settings)}
    return {name: value for name, value in values.items() if value}


async def said_by_api(settings: Settings, command: str, word: str) -> str | None:
    """What stands behind `word: ` in its answer, or None. Raises LaunchProblem with its complaint."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "applications.api.main",
        command,
        env={**environment(), **as_environment(settings)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await process.communicate()
    if process.returncode != 0:
        raise LaunchProblem(f"{command} of the API failed:\n{complaint.decode(errors='replace')}")
    mark = f"{word}: "
    lines = (line for line in said.decode().splitlines() if line.startswith(mark))
    return next((line.removeprefix(mark) for line in lines), None)
