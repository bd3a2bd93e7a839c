"""`./cxb test`: everything that CI asks of a change, in one command."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

BIN: Final = Path(sys.executable).parent

STEPS: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("format", (str(BIN / "ruff"), "format", "--check", ".")),
    ("lint", (str(BIN / "ruff"), "check", ".")),
    ("types", (sys.executable, "-m", "mypy")),
    ("imports", (str(BIN / "lint-imports"),)),
    ("map", (sys.executable, "-m", "launcher", "map", "--check")),
    ("tests", (sys.executable, "-m", "pytest", "-q")),
)


def check(paths: Sequence[str]) -> int:
    """All steps, one after the other, also after one has failed; or pytest on `paths` alone. 0 when all passed."""
    if paths:
        return subprocess.run([sys.executable, "-m", "pytest", *paths], check=False).returncode  # noqa: S603  # our own interpreter
    failed = [name for name, command in STEPS if not _passes(name, command)]
    print(f"\ncxb test: {'FAILED: ' + ', '.join(failed) if failed else 'all passed'}", flush=True)
    return 1 if failed else 0


def _passes(name: str, command: Sequence[str]) -> bool:
    print(f"== {name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(list(command), check=False).returncode  # noqa: S603  # fixed commands from the table above
    print(f"== {name}: {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code == 0
