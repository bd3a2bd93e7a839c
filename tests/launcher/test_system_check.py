"""`./cxb check` on a machine where things are missing: what it says, what it leaves alone, and its exit code."""

import json
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from launcher import system_check
from launcher.check_here import here, with_kept_secrets
from launcher.command_line import main
from launcher.data_folder import SECRETS, held, with_secrets
from ports.messages.findings import Finding, fine, stops_calls, worth_a_look
from ports.settings import Settings

Usage = namedtuple("Usage", ["total", "used", "free"])


def found(data: Path) -> dict[str, Finding]:
    return {finding.subject: finding for finding in here(Settings(data=str(data)))}


def test_a_folder_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    finding = found(tmp_path / "none")["data folder"]

    assert finding.keeps_calls
    assert not (tmp_path / "none").exists()


def test_a_folder_that_nobody_holds_and_one_that_is_held_are_told_apart(tmp_path: Path) -> None:
    with_secrets(Settings(data=str(tmp_path)))
    assert "no ./cxb up holds" in found(tmp_path)["data folder"].detail
    with held(tmp_path, "http://127.0.0.1:8600"):
        finding = found(tmp_path)["data folder"]
        assert finding.ok
        assert "held by http://127.0.0.1:8600" in finding.detail
    assert not found(tmp_path)["data folder"].ok


def test_secrets_are_neither_made_nor_shown(tmp_path: Path) -> None:
    assert found(tmp_path)["secrets"].keeps_calls
    assert list(tmp_path.iterdir()) == []

    made = with_secrets(Settings(data=str(tmp_path)))
    assert with_kept_secrets(Settings(data=str(tmp_path))) == made
    assert found(tmp_path)["secrets"].ok
    (tmp_path / SECRETS).write_text(json.dumps({"jwt_secret": "x" * 40, "core_secret": "short"}))
    finding = found(tmp_path)["secrets"]
    assert "CXBCORE_SECRET" in finding.detail
    assert "JWT_SECRET" not in finding.detail
    assert "short" not in finding.detail.removesuffix("shorter than 32 characters")
    (tmp_path / SECRETS).write_text("not json")
    assert found(tmp_path)["secrets"].keeps_calls


def test_a_folder_that_cannot_be_written_keeps_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # a mode would not do: root may write everywhere
    assert found(tmp_path)["data folder"].keeps_calls


@pytest.mark.parametrize(("free", "ok", "keeps"), [(5e9, True, False), (5e8, False, False), (5e7, False, True)])
def test_a_disk_that_fills_up_is_told_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, *, ok: bool, keeps: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1e12, 1e12 - free, free))
    finding = found(tmp_path)["disk"]

    assert (finding.ok, finding.keeps_calls) == (ok, keeps)


def test_each_finding_is_one_line_with_what_to_do() -> None:
    assert system_check.line(fine("disk", "80 GB free")) == "ok       disk: 80 GB free"
    assert system_check.line(worth_a_look("crm", "2 were given up", "replay them")).startswith("look     crm: 2 were")
    assert system_check.line(stops_calls("api", "is gone", "start it")) == "PROBLEM  api: is gone -> start it"
    assert "because of: api" in system_check.verdict([stops_calls("api", "a", "b"), worth_a_look("crm", "a", "b")])


def test_with_nothing_up_it_names_every_process_and_exits_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate(("API", "CORE", "DIALLER", "EXCHANGE", "CONSOLE")):
        monkeypatch.setenv(f"CXB_{name}_PORT", str(1 + number))  # ports on which nobody listens
    monkeypatch.setenv("CXB_DATA", str(tmp_path))

    assert main(["check"]) == 1
    said = capsys.readouterr().out
    for name in ("api", "core", "dialler", "exchange"):
        assert f"PROBLEM  {name}: does not answer" in said
    assert "no calls are made because of: secrets, dialler, core, api, exchange" in said


def test_where_livekit_carries_calls_nobody_starts_or_misses_an_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate(("API", "CORE", "DIALLER", "CONSOLE")):
        monkeypatch.setenv(f"CXB_{name}_PORT", str(1 + number))  # ports on which nobody listens
    livekit = {"CXB_MEDIA": "livekit", "CXB_LIVEKIT_KEY": "cxb", "CXB_LIVEKIT_SECRET": 32 * "s"}
    for variable, value in {"CXB_DATA": str(tmp_path), **livekit}.items():
        monkeypatch.setenv(variable, value)

    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "PROBLEM  dialler: does not answer" in said
    assert "exchange" not in said


def test_wrong_settings_are_the_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CXB_API_PORT", "none")
    assert main(["check"]) == 2
    assert "CXB_API_PORT" in capsys.readouterr().err
