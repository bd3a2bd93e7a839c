"""Builds livekit-server with Go, once for each version, into the user's cache: there whole or not at all."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from launcher.problem import LaunchProblem
from launcher.stack.versions import Versions

MODULE: Final = "github.com/livekit/livekit-server/cmd/server"
BINARY: Final = "server"
"""What Go calls it, after its folder."""

TELL_EVERY: Final = 15.0
LAST_WORDS: Final = 600
GO_VERSION: Final = re.compile(r"go(\d+)\.(\d+)")


def cached(wanted: Versions, environ: Mapping[str, str]) -> Path | None:
    """The one of this version that was built before."""
    built = _home(wanted, environ) / BINARY
    return built if os.access(built, os.X_OK) else None


def _home(wanted: Versions, environ: Mapping[str, str]) -> Path:
    cache = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME") or Path.home()) / ".cache")
    return Path(cache) / "cxb" / f"livekit-server-{wanted.livekit_server}"


def go_fault(wanted: Versions, path: str) -> str:
    """What keeps Go from building it, and what to do; nothing where it can."""
    why = _why_not(shutil.which("go", path=path), wanted.go)
    if not why:
        return ""
    return (
        f"livekit-server {wanted.livekit_server} is neither here nor can it be built: {why}. apt-get install golang-go "
        f"where that is new enough (apt-cache policy golang-go), else take Go {wanted.go} or newer from go.dev/dl; or "
        "put a livekit-server on PATH, or name one in CXB_LIVEKIT_SERVER"
    )


def _why_not(go: str | None, oldest: str) -> str:
    if go is None:
        return "go is not on PATH"
    told = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  # on PATH
    found = GO_VERSION.search(told)
    if found is None:
        return f"{go} does not say its version"
    have, need = tuple(map(int, found.groups())), tuple(map(int, oldest.split(".")))
    return (
        "" if have >= need else f"{go} is {found.group().removeprefix('go')}, and {oldest} is the oldest that will do"
    )


def build(wanted: Versions, environ: Mapping[str, str]) -> Path:
    """Minutes the first time, and says so as they pass. Raises LaunchProblem with Go's last words when it fails."""
    home = _home(wanted, environ)
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f"{home.name}.part-", dir=home.parent) as part:
            made = Path(part) / "bin"
            _install(f"{MODULE}@v{wanted.livekit_server}", made, Path(part) / "go.log", environ)
            _move(made, home)
    except OSError as error:
        raise LaunchProblem(f"livekit-server cannot be kept in {home}: {error.strerror}") from None
    return home / BINARY


def _install(what: str, folder: Path, log: Path, environ: Mapping[str, str]) -> None:
    print(f"cxb: building {what}: once, some minutes", flush=True)
    began = time.monotonic()
    with log.open("w") as out:
        # no cgo: livekit-server needs no C, so neither does whoever builds it
        go = subprocess.Popen(  # noqa: S603  # a module that is named above
            ["go", "install", what],  # noqa: S607  # the one whose version was looked at
            env={**environ, "GOBIN": str(folder), "CGO_ENABLED": "0"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _watch(go, began)
        finally:
            go.kill()
            go.wait()
    if go.returncode != 0:
        raise LaunchProblem(f"go install {what} failed:\n{log.read_text(errors='replace')[-LAST_WORDS:].strip()}")
    print(f"cxb: built in {time.monotonic() - began:.0f} s", flush=True)


def _watch(go: "subprocess.Popen[bytes]", began: float) -> None:
    while True:
        try:
            go.wait(TELL_EVERY)
        except subprocess.TimeoutExpired:
            print(f"cxb: still building after {time.monotonic() - began:.0f} s", flush=True)
        else:
            return


def _move(made: Path, home: Path) -> None:
    """Another `./cxb stack up` may have been faster, or an earlier one have left a folder without a program."""
    if os.access(home / BINARY, os.X_OK):
        return
    if home.exists():
        shutil.rmtree(home)
    made.rename(home)
