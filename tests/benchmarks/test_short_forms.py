"""Every benchmark runs, in its short form, so that none can rot; what it measures then means nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(
    path.stem for path in (ROOT / "benchmarks").glob("*.py") if "\ndef main() -> None:" in path.read_text()
)
BESIDE = {"api_requests": ("api_stalls",)}
"""Reports of a script beside the one that has its name."""


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_benchmark_runs_and_writes_what_it_found(script: str, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own scripts
        [sys.executable, "-m", f"benchmarks.{script}", "--short", "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for name in (script, *BESIDE.get(script, ())):
        report = json.loads((tmp_path / f"{name}.json").read_text())
        assert report["rows"], name
        assert all(row["figures"] for row in report["rows"])
        assert report["short"]
        assert {"cores", "python", "date"} <= set(report["machine"])
        assert f"| {report['size']}" in done.stdout


def test_all_benchmarks_are_there() -> None:
    assert {"api_requests", "lead_claims", "lead_import", "result_backlog", "starting"} <= set(SCRIPTS)
