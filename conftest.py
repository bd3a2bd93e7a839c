"""How every test here runs: async ones on a real loop, those marked `virtual_time` on one that jumps."""

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Mapping

import pytest
import structlog
from hypothesis import HealthCheck, settings
from structlog.typing import EventDict

from adapters.memory.clock import VirtualTimeLoop

# a slow machine is no fault of the code, and what fails here must fail again
for name, examples in {"here": 100, "ci": 500}.items():
    settings.register_profile(
        name,
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "here"))


def pytest_configure(config: pytest.Config) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    config.addinivalue_line("markers", "virtual_time: runs on a loop that jumps to the next timer")


def pytest_asyncio_loop_factories(
    config: pytest.Config,  # noqa: ARG001  # the hook's own signature
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    return {"real": asyncio.new_event_loop}


@pytest.fixture
def lines() -> Iterator[list[EventDict]]:
    """What is logged meanwhile, warnings included."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with structlog.testing.capture_logs() as captured:
        yield captured
    structlog.configure(**before)
