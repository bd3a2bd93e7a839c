"""The Console as an application: its pages, and the API behind the same origin."""

from pathlib import Path
from typing import Any, Final

from litestar import Litestar, MediaType, Response, asgi, get
from litestar.enums import ScopeType
from litestar.static_files import create_static_files_router
from litestar.types import HTTPScope, Receive, Scope, Send

from applications.console.proxy import ApiProxy

PAGES: Final = Path(__file__).parent / "pages"

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def create_app(proxy: ApiProxy) -> Litestar:
    """Everything under /api is the API's; the rest is pages."""

    @get("/healthz", sync_to_thread=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @get("/", media_type=MediaType.HTML, sync_to_thread=False)
    def index() -> Response[str]:
        return Response((PAGES / "index.html").read_text(), media_type=MediaType.HTML, headers=HEADERS)

    @asgi("/api", is_mount=True, copy_scope=True)
    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await proxy(_unmounted(scope), receive, send)

    files = create_static_files_router("/pages", [PAGES], send_as_attachment=False)
    return Litestar(route_handlers=[healthz, index, api, files], openapi_config=None, logging_config=None)


def _unmounted(scope: Scope) -> HTTPScope:
    """The scope with the path that the browser asked for; a mount cuts its own part off."""
    whole: Any = dict(scope)
    if not whole["path"].startswith("/api"):
        whole["path"] = "/api" + whole["path"]
    return whole  # type: ignore[no-any-return]  # a scope with one value changed
