"""Core's control surface as an application: one door with one secret, and problems that name every bad field."""

import hmac
from typing import Any, Final, Protocol

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from applications.core.problems import HANDLERS
from applications.core.routes import ROUTES
from applications.core.use_cases.check_core import CheckCore
from applications.core.use_cases.order_call import OrderCall
from applications.core.use_cases.report_health import ReportHealth
from applications.core.use_cases.take_call import TakeCall
from ports.settings import Settings

LARGEST_BODY: Final = 64 * 1024


class Holds(Protocol):
    """What the app needs of the container."""

    def settings(self) -> Settings: ...

    def take_call(self) -> TakeCall: ...

    def order_call(self) -> OrderCall: ...

    def report_health(self) -> ReportHealth: ...

    def check_core(self) -> CheckCore: ...


def create_app(container: Holds) -> Litestar:
    """An app over what the container holds. Opening and closing that is the caller's."""
    cases = {
        "take_call": container.take_call(),
        "order_call": container.order_call(),
        "report_health": container.report_health(),
        "check_core": container.check_core(),
    }
    return Litestar(
        route_handlers=ROUTES,
        dependencies={name: _always(case) for name, case in cases.items()},
        guards=[_knows_secret(container.settings().core_secret)],
        exception_handlers=HANDLERS,
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
    )


def _always(case: object) -> Provide:
    def given() -> Any:
        return case

    return Provide(given, sync_to_thread=False)


def _knows_secret(secret: str) -> Guard:
    """An empty secret opens to nobody."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        if handler.opt.get("open"):
            return
        given = connection.headers.get("X-CXBCore-Secret", "")
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            raise NotAuthorizedException(detail="the internal secret is missing or wrong")

    return guard
