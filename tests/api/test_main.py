"""The API as a process: what it says on its command line."""

import os
import subprocess
import sys
from pathlib import Path


def run(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "CXB_DATA": str(data),
        "JWT_SECRET": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "CXBCORE_SECRET": "2c26b46b68ffc68ff99b453c1d30413413422d70",
        **settings,
    }
    command = [sys.executable, "-m", "applications.api.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603


def test_the_first_administrator_s_password_is_printed_once(tmp_path: Path) -> None:
    first, second = run(tmp_path, "create-admin"), run(tmp_path, "create-admin")
    assert first.stdout.startswith("password: ")
    assert (first.returncode, second.returncode, second.stdout) == (0, 0, "exists\n")


def test_wrong_words_and_wrong_settings_are_told(tmp_path: Path) -> None:
    assert "usage" in run(tmp_path, "nonsense").stderr
    wrong = run(tmp_path, "create-admin", CXB_API_PORT="none", CXB_STORES="paper")
    assert wrong.returncode == 2
    assert "CXB_API_PORT" in wrong.stderr
    assert "CXB_STORES" in wrong.stderr
    assert "Traceback" not in wrong.stderr
