"""OPTIONS answers with all methods of an address."""

from typing import Any

from litestar import MediaType, Request, Response
from litestar.routes import HTTPRoute


async def answer_options(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Before any handler: the framework's own answer names one handler's methods, where several share an address."""
    if request.method != "OPTIONS":
        return None
    template = request.scope["path_template"]
    routes = [route for route in request.app.routes if isinstance(route, HTTPRoute) and route.path_format == template]
    methods = sorted({str(method) for route in routes for method in route.methods})
    return Response(None, status_code=204, headers={"allow": ", ".join(methods)}, media_type=MediaType.TEXT)
