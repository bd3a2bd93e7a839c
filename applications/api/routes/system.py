"""What the system check asks of the API."""

from litestar import get
from litestar.di import Provide

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import internal
from applications.api.http.given import Given, provide
from applications.api.use_cases.check_system import CheckSystem
from ports.messages.findings import Findings


@get("/system/check", operation_id="checkSystem", tags=["internal"], **internal())
async def check_system(check: Given[CheckSystem]) -> Findings:
    """Everything that was looked at, and what to do about what is not as it should be."""
    return await check()


ROUTES = (check_system,)


def dependencies(container: Container) -> dict[str, Provide]:
    return {"check": provide(maker(container, CheckSystem))}
