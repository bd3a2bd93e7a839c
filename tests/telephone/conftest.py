"""One real system for the whole folder, and a far end for each test."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.telephone.system import Running, Telephone, at_the_telephone, running

Figure = Callable[[str, float], None]


@pytest.fixture(scope="package")
def whole_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("telephone")) as started:
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
