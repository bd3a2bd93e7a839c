"""One real system for the whole folder by each way that calls are carried, and a far end for each test."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.telephone.system import Running, Telephone, at_the_telephone, running
from tests.telephone.ways import WAYS

Figure = Callable[[str, float], None]


@pytest.fixture(scope="package", params=WAYS)
def whole_system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp(f"telephone-{request.param}"), WAYS[request.param]) as started:
        yield started


@pytest.fixture
async def telephone(whole_system: Running) -> AsyncIterator[Telephone]:
    async with at_the_telephone(whole_system) as opened:
        yield opened


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Says a measure in seconds, and keeps it in the report, as `record_property` does for some of their forms."""

    def say(name: str, seconds: float) -> None:
        request.node.user_properties.append((name, round(seconds, 3)))
        sys.stdout.write(f"{name}: {1000 * seconds:.0f} ms\n")

    return say
