"""The keys that CRMs call with."""

from litestar import delete, get, post
from litestar.di import Provide
from litestar.params import FromPath, JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.messages.people import ApiKeyMade, ApiKeyShown, NewApiKey, show_api_key
from applications.api.use_cases.create_api_key import CreateApiKey
from applications.api.use_cases.revoke_api_key import RevokeApiKey
from domain.ids import ApiKeyId, BrandId
from domain.people.user import Permission
from ports.api_key_store import ApiKeyStore
from ports.paging import Page


@get("/api-keys", operation_id="listApiKeys", tags=["api keys"], **person(Permission.CHANGE_INTEGRATIONS))
async def list_api_keys(
    brand: Given[BrandId], api_keys: Given[ApiKeyStore], after: After = None, limit: Limit = 50
) -> Page[ApiKeyShown]:
    """Newest first, revoked ones included."""
    return (await api_keys.page(brand, after=after, limit=limit)).map(show_api_key)


@post(
    "/api-keys",
    operation_id="createApiKey",
    tags=["api keys"],
    **person(Permission.CHANGE_INTEGRATIONS, 409, 413, 415),
)
async def create_api_key(
    data: JSONBody[NewApiKey], brand: Given[BrandId], create_key: Given[CreateApiKey]
) -> ApiKeyMade:
    """The only time that the key is shown."""
    key, text = await create_key(brand, name=data.name, expires_at=data.expires_at)
    return ApiKeyMade(key=text, api_key=show_api_key(key))


@delete(
    "/api-keys/{key_id:str}",
    operation_id="revokeApiKey",
    tags=["api keys"],
    **person(Permission.CHANGE_INTEGRATIONS, 404, 409),
)
async def revoke_api_key(key_id: FromPath[str], brand: Given[BrandId], revoke_key: Given[RevokeApiKey]) -> None:
    """It never works again; it stays in the list."""
    await revoke_key(brand, ApiKeyId(key_id))


ROUTES = (list_api_keys, create_api_key, revoke_api_key)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "api_keys": provide(container.api_keys),
        "create_key": provide(maker(container, CreateApiKey)),
        "revoke_key": provide(maker(container, RevokeApiKey)),
    }
