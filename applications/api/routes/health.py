"""Is the process there, and can it work?"""

import msgspec
from litestar import get
from litestar.di import Provide

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import anybody
from applications.api.http.given import Given, provide
from applications.api.use_cases.check_readiness import CheckReadiness


class Healthy(msgspec.Struct, frozen=True, kw_only=True):
    status: str = "ok"


@get("/healthz", operation_id="healthz", **anybody())
async def healthz() -> Healthy:
    """The process runs."""
    return Healthy()


@get("/readyz", operation_id="readyz", **anybody(503))
async def readyz(check_readiness: Given[CheckReadiness]) -> Healthy:
    """The process runs, and its store answers."""
    await check_readiness()
    return Healthy()


ROUTES = (healthz, readyz)


def dependencies(container: Container) -> dict[str, Provide]:
    return {"check_readiness": provide(maker(container, CheckReadiness))}
