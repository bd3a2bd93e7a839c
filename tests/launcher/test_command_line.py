"""The command line answers wrong input by name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def cxb(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CXB_")}
    return subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-m", "launcher", *arguments],
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_settings_are_listed_with_meaning_and_source_and_no_secret_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "cxb.env"
    file.write_text("CXB_CORE_CAPACITY=7\n")
    listed = cxb("settings", CXB_SETTINGS=str(file), CXB_API_PORT="9001", JWT_SECRET="s3cret-" * 8)

    assert listed.returncode == 0, listed.stderr
    rows = {line.split()[0]: line for line in listed.stdout.splitlines() if line and not line.startswith(" ")}
    assert "9001" in rows["CXB_API_PORT"]
    assert "environment" in rows["CXB_API_PORT"]
    assert str(file) in rows["CXB_CORE_CAPACITY"] or "cxb.env" in rows["CXB_CORE_CAPACITY"]
    assert "default" in rows["CXB_HOST"]
    assert "s3cret" not in listed.stdout


def test_every_wrong_setting_is_named_at_once() -> None:
    wrong = cxb("settings", CXB_API_PORT="eighty", CXB_RECOGNITION_ERRORS="2", CXB_STORS="sqlite")

    assert wrong.returncode == 2
    for name in ("CXB_API_PORT", "CXB_RECOGNITION_ERRORS", "CXB_STORS"):
        assert name in wrong.stderr


def test_production_does_not_start_with_weak_secrets(tmp_path: Path) -> None:
    refused = cxb("up", CXB_ENV="production", CXB_DATA=str(tmp_path / "data"), JWT_SECRET="secret")

    assert refused.returncode == 2
    assert "JWT_SECRET" in refused.stderr
    assert "CXBCORE_SECRET" in refused.stderr
    assert "CXB_SECRETS_KEY" in refused.stderr
    assert "token_urlsafe" in refused.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("upp",),
        ("demo", "--seed", "x"),
        ("settings", "--all"),
        ("proof", "--calls", "0"),
        ("proof", "--at", "127.0.0.1:1"),
        ("proof", "--number", "+14155550100", "--at", "nowhere"),
    ],
)
def test_a_wrong_command_says_how_it_is_used(arguments: tuple[str, ...]) -> None:
    wrong = cxb(*arguments)

    assert wrong.returncode == 2
    assert "usage" in wrong.stderr


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = cxb("up", CXB_DATA=str(tmp_path / "file"))

    assert refused.returncode == 1
    assert "data folder" in refused.stderr


def test_what_the_script_itself_reads_is_no_unknown_setting(tmp_path: Path) -> None:
    listed = cxb("settings", CXB_VENV=str(tmp_path), CXB_PYTHON="python3.11", CXB_SETTINGS=str(tmp_path / "none"))

    assert "CXB_VENV" not in listed.stderr
    assert "CXB_PYTHON" not in listed.stderr
