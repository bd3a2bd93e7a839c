"""What the system check hears from the processes: whether each lives, knows the secret, and what it has found."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from domain.errors import InvalidValue
from launcher.up import children
from ports.messages.findings import CORE_CHECK, SYSTEM_CHECK, Finding, Findings, fine, stops_calls, worth_a_look
from ports.messages.reader import read
from ports.settings import Settings

PATIENCE: Final = 5.0
SECRET_HEADER: Final = "X-CXBCore-Secret"  # noqa: S105  # the header's name
NEEDED: Final = frozenset({"api", "core", "dialler", "exchange"})
WRONG_KEY: Final = "set the same CXBCORE_SECRET for all processes, and start them again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """The processes of one deployment, by the addresses in its settings."""

    settings: Settings
    http: httpx.AsyncClient

    async def findings(self) -> AsyncIterator[Finding]:
        """Only those that live are asked more."""
        lives = dict[str, bool]()
        for child in children(self.settings):
            answer = await self._ask(child.health)
            lives[child.name] = isinstance(answer, httpx.Response) and answer.is_success
            yield _alive(child.name, child.health, answer)
        looks = {"exchange": self._exchange, "core": self._core, "dialler": self._dialler, "api": self._api}
        for name, look in looks.items():
            for finding in await look() if lives.get(name) else ():
                yield finding

    async def _exchange(self) -> Sequence[Finding]:
        answer = await self._ask(self.settings.exchange_url.replace("ws", "http", 1))
        if isinstance(answer, httpx.Response) and answer.status_code == httpx.codes.UNAUTHORIZED:
            return [stops_calls("exchange", "has another secret than this folder", WRONG_KEY)]
        return [fine("exchange", "knows our secret")]

    async def _core(self) -> Sequence[Finding]:
        return await self._found("core", f"{self.settings.core_url}{CORE_CHECK}")

    async def _api(self) -> Sequence[Finding]:
        ready = await self._ask(f"{self.settings.api_url}/readyz")
        if not isinstance(ready, httpx.Response) or not ready.is_success:
            remedy = "see the API's log; is its disk full, or its data folder gone?"
            return [stops_calls("store", "the API cannot read its store", remedy)]
        return [
            fine("store", "answers"),
            *await self._found("api", f"{self.settings.api_url}{SYSTEM_CHECK}"),
        ]

    async def _dialler(self) -> Sequence[Finding]:
        answer = await self._ask(f"http://{self.settings.host}:{self.settings.dialler_port}/health")
        health: dict[str, Any] = answer.json() if isinstance(answer, httpx.Response) and answer.is_success else {}
        if health.get("draining"):
            return [stops_calls("dialler", "is draining", "start it again to dial")]
        if not health.get("api", True):
            remedy = "see that the API is up, and that CXB_API_URL and CXBCORE_SECRET of the Dialler are right"
            return [stops_calls("dialler", "does not reach the API", remedy)]
        return [fine("dialler", f"{health.get('running', 0)} attempts, {health.get('cores', 0)} Cores when last asked")]

    async def _found(self, name: str, url: str) -> Sequence[Finding]:
        answer = await self._ask(url)
        if not isinstance(answer, httpx.Response):
            return [stops_calls(name, f"{url} gave no answer in time ({answer})", f"see the log of {name}")]
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return [stops_calls(name, "has another secret than this folder", WRONG_KEY)]
        try:
            return read(answer.content, Findings).findings if answer.is_success else [_odd(name, answer)]
        except InvalidValue:
            return [_odd(name, answer)]

    async def _ask(self, url: str) -> httpx.Response | str:
        """The answer, or in a word why there is none."""
        try:
            return await self.http.get(url, headers={SECRET_HEADER: self.settings.core_secret})
        except httpx.HTTPError as error:
            return type(error).__name__


def processes(settings: Settings) -> Processes:
    """The caller closes `http`."""
    return Processes(settings=settings, http=httpx.AsyncClient(timeout=PATIENCE, trust_env=False))


def _alive(name: str, url: str, answer: httpx.Response | str) -> Finding:
    if isinstance(answer, httpx.Response) and answer.is_success:
        return fine(name, f"lives at {url}")
    said = f"status {answer.status_code}" if isinstance(answer, httpx.Response) else answer
    why, remedy = (
        f"does not answer at {url} ({said})",
        f"start it: ./cxb up; if it does not come up, see the log of {name}",
    )
    return stops_calls(name, why, remedy) if name in NEEDED else worth_a_look(name, why, remedy)


def _odd(name: str, answer: httpx.Response) -> Finding:
    return worth_a_look(name, f"cannot be asked: status {answer.status_code}", "is it of another release?")
