"""All processes of a system as production runs them, each with a log of its own, and one call through all of them."""

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from adapters.simulation.population import Answer, Manner, persona_of
from launcher.up import children, resolved
from ports.settings import Settings
from tests.launcher.system import environment

MODULES: Final = {
    "exchange": "launcher.exchange.main",
    "api": "applications.api.main",
    "core": "applications.core.main",
    "dialler": "applications.dialler.main",
    "console": "applications.console.main",
}
CALLER: Final = "+14155550199"
NAME: Final = "Zebulonia"
"""What a lead is called; nobody else is, so that it is found wherever it got to."""

PATIENCE: Final = 90.0
BOT: Final = {
    "variables": ["name"],
    "flow": {
        "start": "ask",
        "steps": [
            {
                "id": "ask",
                "say": "Hello {name}, is that marmalade delivery fine?",
                "collect": "wish",
                "edges": [{"to": "bye", "kind": "always"}],
            },
            {
                "id": "bye",
                "say": "Then we come on Tuesday between nine and eleven in the morning, and ring twice. Goodbye.",
                "end": "agreed",
            },
        ],
    },
}


def who_says_yes(seed: int = 1) -> str:
    for last in range(100, 10_000):
        number = f"+1415555{last:04}"
        role = persona_of(number, seed=seed, overrides={}).role
        if role.answer is Answer.HUMAN and role.manner is Manner.SAYS_YES:
            return number
    raise AssertionError("nobody does")


def until(condition: Callable[[], Any], what: str, within: float = PATIENCE) -> Any:
    end = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < end, f"{what}: not within {within} s"
        time.sleep(0.1)  # other processes: there is nothing to be told by
    return found


class Receiver(ThreadingHTTPServer):
    """A CRM that takes every push, and a collector of traces. `spans` is each span with the service that sent it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiving)
        self.spans: list[tuple[str, Span]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Receiving(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/traces":
            self._collect(ExportTraceServiceRequest.FromString(body))
        self.send_response(204 if self.path == "/calls" else 200)
        self.end_headers()

    def _collect(self, sent: ExportTraceServiceRequest) -> None:
        for resource in sent.resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            spans = [span for scope in resource.scope_spans for span in scope.spans]
            self.server.spans += [(names["service.name"], span) for span in spans]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's own name
        return


@dataclass(kw_only=True)
class System:
    """Processes can be stopped one by one; nobody starts them again."""

    folder: Path
    environ: Mapping[str, str]
    settings: Settings
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str) -> None:
        with self.log(name).open("ab") as out:
            command = [sys.executable, "-m", MODULES[name]]
            self.running[name] = subprocess.Popen(command, env=self.environ, stdout=out, stderr=out)  # noqa: S603  # ours

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait(30)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def lines(self, name: str) -> list[dict[str, Any]]:
        """What it has logged, each line as JSON."""
        return [json.loads(line) for line in self.log(name).read_text().splitlines() if line]

    def told_of(self, name: str, call_id: str) -> list[dict[str, Any]]:
        return [line for line in self.lines(name) if line.get("call_id") == call_id]

    def healthy(self) -> bool:
        try:
            return all(httpx.get(child.health, trust_env=False).is_success for child in children(self.settings))
        except httpx.HTTPError:
            return False

    def check(self, **changes: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "launcher", "check"]
        return subprocess.run(  # noqa: S603  # our own interpreter
            command, env={**self.environ, **changes}, capture_output=True, text=True, timeout=60, check=False
        )

    def administrator(self) -> str:
        """Made now; the password."""
        command = [sys.executable, "-m", MODULES["api"], "create-admin"]
        made = subprocess.run(  # noqa: S603  # our own interpreter
            command, env=self.environ, capture_output=True, text=True, timeout=60, check=True
        )
        return made.stdout.strip().removeprefix("password: ")


@contextmanager
def production(folder: Path, **more: str) -> Iterator[System]:
    """All that a call needs, healthy; gone at the end."""
    environ = environment(folder / "data", 24_000 + os.getpid() % 150 * 10) | {
        "CXB_ENV": "production",
        "CXB_LOG_FORMAT": "json",
        "CXB_LOG_LEVEL": "debug",
        "CXB_SIMULATION_SPEED": "20",
        "CXB_PRIVATE_TARGETS": "127.0.0.0/8",
        "JWT_SECRET": secrets.token_urlsafe(40),
        "CXBCORE_SECRET": secrets.token_urlsafe(40),
        "CXB_SECRETS_KEY": secrets.token_urlsafe(40),
    }
    environ |= {name: str(value) for name, value in more.items()}
    with _as_ours(environ):
        settings = resolved()
    environ |= {
        "CXB_API_URL": settings.api_url,
        "CXB_CORE_URL": settings.core_url,
        "CXB_EXCHANGE_URL": settings.exchange_url,
        "CXB_PUBLIC_URL": settings.public_url,
    }
    system = System(folder=folder, environ=environ, settings=settings)
    try:
        yield system
    finally:
        for name in tuple(system.running):
            system.stop(name)


@contextmanager
def _as_ours(environ: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@dataclass(kw_only=True)
class Told:
    """One campaign of one call, and everything that must be in no log."""

    system: System
    api: httpx.Client
    receiver: Receiver
    secrets: dict[str, str]
    personal: dict[str, str] = field(default_factory=dict)
    campaign: str = ""
    call_id: str = ""
    checked: "subprocess.CompletedProcess[str] | None" = None

    def post(self, path: str, **given: Any) -> dict[str, Any]:
        answer = self.api.post(path, **given)
        assert answer.is_success, answer.text
        return dict(answer.json()) if answer.content else {}

    def get(self, path: str) -> dict[str, Any]:
        answer = self.api.get(path)
        assert answer.is_success, answer.text
        return dict(answer.json())


@contextmanager
def a_call_through(folder: Path, **more: str) -> Iterator[Told]:
    """Looked at by `./cxb check` while it is live; concluded, relayed and pushed when this yields."""
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        traces = {"CXB_TRACES": f"{receiver.url}/v1/traces", "OTEL_BSP_SCHEDULE_DELAY": "200"}
        system = stack.enter_context(production(folder, **traces, **more))
        password = system.administrator()
        for name in MODULES:
            system.start(name)
        until(system.healthy, "all processes are up")
        api = stack.enter_context(httpx.Client(base_url=f"{system.settings.api_url}/api/v1", trust_env=False))
        log_in = {"email": system.settings.admin_email, "password": password}
        token = api.post("/auth/login", json=log_in).json()["token"]
        api.headers["authorization"] = f"Bearer {token}"
        told = Told(system=system, api=api, receiver=receiver, secrets={"password": password, "token": token})
        _set_up(told, f"{receiver.url}/calls")
        _call(told)
        yield told


def _set_up(told: Told, crm_url: str) -> None:
    settings = told.system.settings
    target = told.post("/crm/targets", json={"name": "CRM", "url": crm_url})
    key = told.post("/api-keys", json={"name": "CRM"})
    told.secrets |= {
        "JWT_SECRET": settings.jwt_secret,
        "CXBCORE_SECRET": settings.core_secret,
        "CXB_SECRETS_KEY": settings.secrets_key,
        "webhook secret": target["secret"],
        "API key": key["key"],
    }
    number = who_says_yes()
    told.personal = {"phone": number, "digits": number[2:], "caller": CALLER, "name": NAME}
    bot = told.post("/bots", json={"name": "Marmalade", "draft": BOT})["id"]
    told.post(f"/bots/{bot}/publish")
    plan = {"numbers": {"numbers": [{"e164": CALLER}]}}
    told.campaign = told.post("/campaigns", json={"name": "One", "bot_id": bot, "plan": plan})["id"]
    rows = f"phone,name\n{number},{NAME}\n"
    started = told.post(
        f"/campaigns/{told.campaign}/imports?region=US", content=rows, headers={"content-type": "text/csv"}
    )
    until(lambda: told.get(f"/imports/{started['id']}")["state"] == "done", "the import is done")


def _call(told: Told) -> None:
    told.post(f"/campaigns/{told.campaign}/start")
    told.call_id = until(lambda: told.get("/calls?state=live")["items"], "a call is live")[0]["id"]
    told.checked = told.system.check()
    until(lambda: _has("api", told, "pushed"), "the result was pushed")
    until(lambda: _has("dialler", told, "attempt_settled"), "the lead knows")
    for turn in told.get(f"/calls/{told.call_id}")["result"]["turns"]:
        told.personal[f"words {turn['start']}"] = turn["text"]


def _has(process: str, told: Told, event: str) -> bool:
    return any(line["event"] == event for line in told.system.told_of(process, told.call_id))
