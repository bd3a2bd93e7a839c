"""What `./cxb stack up` says and does where a server, or what builds it, is missing or another than the tested one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.problem import LaunchProblem
from launcher.stack.building import build, cached
from launcher.stack.programs import find_programs
from launcher.stack.versions import Versions, agrees, versions
from tests.launcher.test_command_line import cxb

WANTED = Versions(redis="7.0", livekit_server="1.13.5", livekit_sip="1.11.0", go="1.26")
GO = """\
case "$1" in
version) echo "go version go{version} linux/amd64" ;;
install) {installs} ;;
esac
"""
BUILDS = """mkdir -p "$GOBIN"
    printf "#!/bin/sh\\necho livekit-server version 1.13.5\\n" >"$GOBIN/server"
    chmod +x "$GOBIN/server"
"""


def program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A machine that has a Redis and nothing else; /bin is for the scripts' own needs."""
    program(tmp_path / "bin", "redis-server", 'echo "Redis server v=7.0.15 sha=00000000:0"')
    return {"PATH": f"{tmp_path / 'bin'}:/bin", "XDG_CACHE_HOME": str(tmp_path / "cache")}


def with_go(tmp_path: Path, version: str = "1.26.8", installs: str = BUILDS) -> None:
    program(tmp_path / "bin", "go", GO.format(version=version, installs=installs))


def test_all_that_is_missing_is_named_at_once_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    refused = cxb(
        "stack", "up", PATH=str(tmp_path / "bin"), XDG_CACHE_HOME=str(tmp_path), CXB_DATA=str(tmp_path / "data")
    )

    assert refused.returncode == 1
    assert "apt-get install redis-server" in refused.stderr
    assert "go is not on PATH" in refused.stderr
    assert "apt-get install golang-go" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_go_that_is_too_old_is_named_with_the_one_that_is_needed(tmp_path: Path, environ: dict[str, str]) -> None:
    with_go(tmp_path, "1.19.8")

    with pytest.raises(LaunchProblem, match=r"is 1\.19, and 1\.26 is the oldest"):
        find_programs(WANTED, environ)


@pytest.mark.parametrize("version", ["1.26", "1.26.8", "1.100.0", "2.0"])
def test_a_go_that_is_new_enough_builds_once(tmp_path: Path, environ: dict[str, str], version: str) -> None:
    with_go(tmp_path, version)
    built = find_programs(WANTED, environ).livekit_server

    assert built.path == tmp_path / "cache" / "cxb" / "livekit-server-1.13.5" / "server"
    assert (built.version, built.note) == ("1.13.5", "")

    (tmp_path / "bin" / "go").unlink()
    assert find_programs(WANTED, environ).livekit_server == built


def test_a_build_that_fails_leaves_nothing_and_says_gos_last_words(tmp_path: Path, environ: dict[str, str]) -> None:
    with_go(tmp_path, installs=f"{BUILDS} echo no space left on device; exit 1")

    with pytest.raises(LaunchProblem, match="no space left on device"):
        build(WANTED, environ)

    assert cached(WANTED, environ) is None
    assert list((tmp_path / "cache" / "cxb").iterdir()) == []


def test_a_build_that_is_interrupted_leaves_nothing(tmp_path: Path, environ: dict[str, str]) -> None:
    with_go(tmp_path, installs=f"{BUILDS} echo half >{tmp_path}/half; exec sleep 600")
    os.mkfifo(tmp_path / "half")  # opens when the build is half done
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CXB_")}
    with subprocess.Popen(
        [sys.executable, "-m", "launcher", "stack", "up"],
        env={**ours, **environ, "CXB_DATA": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as building:
        assert (tmp_path / "half").read_text() == "half\n"
        building.send_signal(signal.SIGINT)
        building.communicate(timeout=60)

    assert building.returncode == 130
    assert list((tmp_path / "cache" / "cxb").iterdir()) == []


def test_what_an_earlier_build_left_half_there_is_built_anew(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "cache" / "cxb" / "livekit-server-1.13.5").mkdir(parents=True)
    with_go(tmp_path)

    assert os.access(build(WANTED, environ), os.X_OK)


def test_a_server_that_is_named_or_on_path_needs_no_go_and_a_difference_is_said(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    on_path = program(tmp_path / "bin", "livekit-server", "echo livekit-server version 1.13.4")
    found = find_programs(WANTED, environ).livekit_server
    assert (found.path, found.version) == (on_path, "1.13.4")
    assert "tested with 1.13.5" in found.note

    named = program(tmp_path, "mine", "echo livekit-server version 1.13.5")
    found = find_programs(WANTED, {**environ, "CXB_LIVEKIT_SERVER": str(named)}).livekit_server
    assert (found.path, found.note) == (named, "")


def test_a_named_server_that_is_none_is_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(LaunchProblem, match="CXB_LIVEKIT_SERVER names"):
        find_programs(WANTED, {**environ, "CXB_LIVEKIT_SERVER": str(tmp_path / "none")})


def test_livekit_sip_is_taken_where_it_is_on_path(tmp_path: Path, environ: dict[str, str]) -> None:
    with_go(tmp_path)
    assert find_programs(WANTED, environ).livekit_sip is None

    program(tmp_path / "bin", "livekit-sip", "echo SIP version 1.11.0")
    sip = find_programs(WANTED, environ).livekit_sip
    assert sip is not None
    assert sip.note == ""


def test_versions_are_of_one_file_and_agree_by_their_beginning() -> None:
    assert versions() == WANTED
    assert agrees("7.0.15", "7.0")
    assert agrees("1.13.5", "1.13.5")
    assert not agrees("7.01", "7.0")
    assert not agrees("1.13.50", "1.13.5")
    assert not agrees("unknown", "1.13.5")
