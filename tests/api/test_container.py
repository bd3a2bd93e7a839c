"""The container as it is in production, and as it is in tests."""

from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import iter_modules

import pytest

from applications.api import use_cases as package
from applications.api.cases import maker
from applications.api.container import container_of, opened
from applications.api.schedule import jobs_of
from ports.settings import Media, Stores
from tests.api.conftest import caller, settings


@pytest.mark.parametrize(
    ("stores", "media"),
    [(Stores.SQLITE, Media.EXCHANGE), (Stores.SQLITE, Media.LIVEKIT), (Stores.MEMORY, Media.MEMORY)],
)
async def test_every_adapter_can_be_made(tmp_path: Path, stores: Stores, media: Media) -> None:
    key = {"livekit_key": "cxb", "livekit_secret": "a-secret-of-tests-that-is-long-enough-for-livekit"}
    container = container_of(settings(stores=stores, media=media, data=str(tmp_path), **key))
    async with opened(container):
        for name, provider in container.providers.items():
            assert provider() is not None, name
        assert len(jobs_of(container).jobs) > 2


async def test_the_api_works_over_its_file(tmp_path: Path) -> None:
    container = container_of(settings(media=Media.MEMORY, data=str(tmp_path)))
    async with opened(container), caller(container) as client:
        assert (await client.get("http://127.0.0.1:8601/readyz")).status_code == 200
    async with caller(container) as client:
        assert (await client.get("http://127.0.0.1:8601/readyz")).status_code == 503


def use_cases() -> list[type]:
    """Every class of the use cases' modules that can be called."""
    modules = [import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__)]
    return [
        kind
        for module in modules
        for _, kind in getmembers(module, isclass)
        if kind.__module__ == module.__name__ and "__call__" in vars(kind)
    ]


@pytest.mark.parametrize("case", use_cases(), ids=lambda case: case.__name__)
def test_every_use_case_can_be_made_by_the_names_of_its_fields(tmp_path: Path, case: type) -> None:
    made = container_of(settings(stores=Stores.MEMORY, media=Media.MEMORY, data=str(tmp_path)))

    assert isinstance(maker(made, case)(), case)
