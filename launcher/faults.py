"""`./cxb faults`: kills CXB's processes at every step of a call, as often as asked, and judges what became of it."""

import subprocess
import sys
from collections.abc import Sequence


def run_faults(asked: Sequence[str]) -> int:
    """The trials as a process of their own: they are tests, and no part of what runs in production."""
    command = [sys.executable, "-m", "contract_tests.faults.run", *asked]
    return subprocess.run(command, check=False).returncode  # noqa: S603  # our own interpreter and module
