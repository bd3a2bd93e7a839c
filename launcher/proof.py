"""`./cxb proof`: SIP callers against a system, measured on the wire, beside an echo on the same machine."""

import subprocess
import sys
from collections.abc import Sequence


def run_proof(asked: Sequence[str]) -> int:
    """The callers and what they find as a process of its own: they are a benchmark, and no part of production."""
    command = [sys.executable, "-m", "benchmarks.sip_proof", *asked]
    return subprocess.run(command, check=False).returncode  # noqa: S603  # our own interpreter and module
