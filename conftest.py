"""How every test here runs: async ones on a real loop, those marked `virtual_time` on one that jumps."""

import asyncio
import logging
from collections.abc import Callable, Mapping

import pytest
import structlog

from adapters.memory.clock import VirtualTimeLoop


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
