"""Runs a script that prints how far it got, kills it without warning, and tells what it had promised by then."""

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def promised_before_kill(script: str, folder: Path, *, after: int) -> int:
    """The last whole number that the script printed. Killed with SIGKILL as soon as it has printed `after`."""
    process = subprocess.Popen(  # noqa: S603  # our own interpreter with a test's own text
        [sys.executable, "-c", script, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == after:
                break
        process.kill()
        promised = [after, *(int(line) for line in process.stdout if line.endswith("\n"))][-1]
    assert process.returncode == -signal.SIGKILL
    return promised
