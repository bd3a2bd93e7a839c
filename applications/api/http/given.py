"""How handlers name what they are given: values that we made ourselves, and that nobody needs to check."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from litestar.di import Dependency, Provide
from litestar.params import SkipValidationMarker
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import HTTPRoute
from litestar.routes.base import BaseRoute

Thing = TypeVar("Thing")

Given = Annotated[Thing, Dependency(kind="named"), SkipValidationMarker()]
"""`Given[CreateBot]`: a dependency of that type, by the parameter's name."""


def provide(make: Callable[[], Any]) -> Provide:
    """A use case, made anew for each request, or a port."""

    def given() -> Any:  # the framework looks at a function's signature, which not all that can be called have
        return make()

    return Provide(given, use_cache=False, sync_to_thread=False)


class OneByOne(ReceiveRoutePlugin):
    """Makes what a handler is given one after the other. Of several that need nothing of each other, the framework
    would start a task each, which takes a multiple of the time that it takes to make ours: none of them waits."""

    def receive_route(self, route: BaseRoute) -> None:
        if isinstance(route, HTTPRoute):
            for _, needs in route.route_handler_map.values():
                needs.dependency_batches = [{each} for batch in needs.dependency_batches for each in batch]
