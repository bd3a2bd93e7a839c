"""The API as an application: its areas of routes, behind one way to read, refuse and document."""

from typing import Any, Final

from litestar import Litestar, Request, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.area import Area
from applications.api.http.bodies import LARGEST_JSON, StrictRequest
from applications.api.http.doors import SCHEMES, Doorman
from applications.api.http.errors import HANDLERS
from applications.api.http.given import OneByOne
from applications.api.http.methods import answer_options
from applications.api.http.plain_json import PlainJson
from applications.api.http.schemas import MessageSchemas
from applications.api.routes import (
    api_keys,
    attempts,
    auth,
    bots,
    calls,
    campaigns,
    crm_targets,
    deliveries,
    dialout,
    dids,
    dnc,
    events,
    fleet,
    health,
    imports,
    internal,
    leads,
    recordings,
    system,
    trunks,
    users,
    webhooks,
)
from domain.ids import BrandId
from domain.people.user import ApiKey, User

AREAS: Final[tuple[Area, ...]] = (
    auth,
    users,
    api_keys,
    bots,
    campaigns,
    imports,
    leads,
    dnc,
    attempts,
    calls,
    recordings,
    events,
    fleet,
    trunks,
    dids,
    crm_targets,
    deliveries,
    dialout,
    internal,
    webhooks,
    system,
)
ROOT: Final = "/api/v1"


def create_app(container: Container) -> Litestar:
    """An app over what the container holds. Opening and closing that is the caller's."""
    areas = [Router("/", route_handlers=area.ROUTES, dependencies=area.dependencies(container)) for area in AREAS]
    app = Litestar(
        route_handlers=[
            Router("/", route_handlers=health.ROUTES, dependencies=health.dependencies(container)),
            Router(ROOT, route_handlers=areas),
        ],
        dependencies={
            "user": Provide(_user, sync_to_thread=False),
            "brand": Provide(_brand, sync_to_thread=False),
            "api_key": Provide(_api_key, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        request_class=StrictRequest,
        response_class=PlainJson,
        request_max_body_size=LARGEST_JSON,
        openapi_config=_openapi(),
        plugins=[MessageSchemas(), OneByOne()],
        before_request=answer_options,
        logging_config=None,
    )
    app.state.doorman = maker(container, Doorman)()
    app.state.session_seconds = 60 * container.session_minutes()
    return app


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="CXB API",
        version="1",
        description="Fields that are not described are refused, and so is the character U+0000, wherever it stands.",
        path=f"{ROOT}/openapi.json",
        components=Components(security_schemes=dict(SCHEMES)),
        render_plugins=[JsonRenderPlugin(path="/")],
    )


def _user(request: Request[Any, Any, Any]) -> User:
    user: User = request.user
    return user


def _api_key(request: Request[Any, Any, Any]) -> ApiKey:
    key: ApiKey = request.user
    return key


def _brand(request: Request[Any, Any, Any]) -> BrandId:
    brand: BrandId = request.auth
    return brand
