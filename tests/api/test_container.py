"""The container as it is in production, and as it is in tests."""

from pathlib import Path

import pytest

from applications.api.container import container_of, opened
from applications.api.schedule import jobs_of
from ports.settings import Media, Stores
from tests.api.conftest import caller, settings


@pytest.mark.parametrize(("stores", "media"), [(Stores.SQLITE, Media.EXCHANGE), (Stores.MEMORY, Media.MEMORY)])
async def test_every_adapter_can_be_made(tmp_path: Path, stores: Stores, media: Media) -> None:
    container = container_of(settings(stores=stores, media=media, data=str(tmp_path)))
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
