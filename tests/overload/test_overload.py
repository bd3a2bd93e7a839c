"""Past its capacity the API sheds with a hint, answers health checks and our own processes, and recovers by itself."""

import json
import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.launcher.system import environment
from tests.seeing.system import until

CONNECTIONS: Final = 120
SECONDS: Final = 4.0
AT_ONCE: Final = 12
CEILING: Final = 1.5
"""Seconds; on an idle machine it is a twentieth of it."""

SECRET: Final = secrets.token_urlsafe(40)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API alone, as a process; its address."""
    folder = tmp_path_factory.mktemp("overload")
    environ = environment(folder, 26_000 + os.getpid() % 150 * 10) | {
        "CXB_STORES": "memory",
        "CXB_MEDIA": "memory",
        "CXB_API_REQUESTS": str(AT_ONCE),
        "CXBCORE_SECRET": SECRET,
        "JWT_SECRET": SECRET[::-1],
    }
    with (folder / "api.log").open("wb") as out:
        command = [sys.executable, "-m", "applications.api.main"]
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=out)  # noqa: S603  # ours
    url = f"http://127.0.0.1:{environ['CXB_API_PORT']}"
    try:
        until(lambda: _lives(url), "the API is up")
        yield url
    finally:
        process.kill()
        process.wait(30)


def _lives(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _took(client: httpx.Client, method: str, path: str, **rest: object) -> float:
    began = time.monotonic()
    answer = client.request(method, path, **rest)  # type: ignore[arg-type]
    assert answer.is_success, answer.text
    return time.monotonic() - began


def _crowd(url: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.overload.load", url.rpartition(":")[2], str(CONNECTIONS), str(SECONDS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603  # ours


def test_a_crowd_is_shed_and_keeps_neither_health_checks_nor_our_own_processes_waiting(api: str) -> None:
    slots = {"holder": "dialler_1", "slots": 0, "seconds": 10.0}
    ours = {"x-cxbcore-secret": SECRET}
    with httpx.Client(base_url=api, trust_env=False, timeout=10) as client:
        crowd = _crowd(api)
        healthy, served = [], []
        while crowd.poll() is None:
            healthy.append(_took(client, "GET", "/healthz"))
            served.append(_took(client, "POST", "/api/v1/fleet/reservations", json=slots, headers=ours))
        answers = json.loads(crowd.communicate()[0])
        measures = client.get("/metrics").text
        recovered = client.post("/api/v1/auth/login", json={"email": "a@example.com", "password": "x"})

    p99, ours_p99 = (statistics.quantiles(times, n=100)[98] for times in (healthy, served))
    sys.stdout.write(
        f"\noverload: {answers}; health p50 {statistics.median(healthy) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms; "
        f"ours p99 {ours_p99 * 1000:.0f} ms over {len(healthy)} rounds\n"
    )
    assert answers.get("503", 0) > 100, answers
    assert answers.get("401", 0) > 20, answers
    assert set(answers) <= {"401", "429", "503", "hints"}, answers
    assert answers["hints"] == answers.get("429", 0) + answers["503"]
    assert max(p99, ours_p99) < CEILING
    assert f"cxb_http_requests_shed_total {float(answers['503'])}" in measures
    assert recovered.status_code == 401


def test_after_the_crowd_has_gone_everybody_is_served_at_once(api: str) -> None:
    with httpx.Client(base_url=api, trust_env=False, timeout=10) as client:
        for turn in range(10):
            answer = client.post("/api/v1/auth/login", json={"email": f"b{turn}@example.com", "password": "x"})
            assert answer.status_code == 401, answer.text
        assert "cxb_http_requests_in_progress 1.0" in client.get("/metrics").text
