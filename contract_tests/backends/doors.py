"""The backends of CXB's inner doors: memory twins, and HTTP before the same twins."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from adapters.http.carrier_desk import HttpCarrierDesk
from adapters.http.channel_desk import HttpChannelDesk
from adapters.http.config_source import HttpConfigSource
from adapters.http.core_gateway import HttpCoreGateway
from adapters.http.fleet_desk import HttpFleetDesk
from adapters.http.result_sink import HttpResultSink
from adapters.memory.clock import MemoryClock
from contract_tests.backends import far_side, scene
from contract_tests.backends.backend import Backend
from ports.carrier_desk import CarrierDesk
from ports.channel_desk import ChannelDesk
from ports.config_source import ConfigSource
from ports.core_gateway import CoreGateway
from ports.fleet_desk import FleetDesk
from ports.result_sink import ResultSink

API = "http://api.example"


@asynccontextmanager
async def _memory_config_source() -> AsyncIterator[ConfigSource]:
    yield scene.config_source()


@asynccontextmanager
async def _http_config_source() -> AsyncIterator[ConfigSource]:
    transport = far_side.config_api(scene.config_source()).transport()
    source = HttpConfigSource(API, scene.SECRET, transport=transport)
    yield source
    await source.aclose()


@asynccontextmanager
async def _memory_result_sink() -> AsyncIterator[ResultSink]:
    yield scene.result_sink()


@asynccontextmanager
async def _http_result_sink() -> AsyncIterator[ResultSink]:
    sink = HttpResultSink(API, scene.SECRET, transport=far_side.result_api(scene.result_sink()).transport())
    yield sink
    await sink.aclose()


@asynccontextmanager
async def _memory_channel_desk() -> AsyncIterator[ChannelDesk]:
    yield scene.channel_desk(MemoryClock())


@asynccontextmanager
async def _http_channel_desk() -> AsyncIterator[ChannelDesk]:
    transport = far_side.channel_api(scene.channel_desk(MemoryClock())).transport()
    desk = HttpChannelDesk(API, scene.SECRET, transport=transport)
    yield desk
    await desk.aclose()


@asynccontextmanager
async def _memory_core_gateway() -> AsyncIterator[CoreGateway]:
    yield scene.core_gateway()


@asynccontextmanager
async def _http_core_gateway() -> AsyncIterator[CoreGateway]:
    gateway = HttpCoreGateway(scene.SECRET, transport=far_side.cores(scene.core_gateway()).transport())
    yield gateway
    await gateway.aclose()


@asynccontextmanager
async def _memory_fleet_desk() -> AsyncIterator[FleetDesk]:
    yield scene.fleet_desk(MemoryClock())


@asynccontextmanager
async def _http_fleet_desk() -> AsyncIterator[FleetDesk]:
    clock = MemoryClock()
    transport = far_side.fleet_api(scene.fleet_desk(clock)).transport()
    desk = HttpFleetDesk(API, scene.SECRET, clock=clock, transport=transport)
    yield desk
    await desk.aclose()


@asynccontextmanager
async def _memory_carrier_desk() -> AsyncIterator[CarrierDesk]:
    yield scene.carrier_desk()


@asynccontextmanager
async def _http_carrier_desk() -> AsyncIterator[CarrierDesk]:
    transport = far_side.carrier_api(scene.carrier_desk()).transport()
    desk = HttpCarrierDesk(API, scene.SECRET, transport=transport)
    yield desk
    await desk.aclose()


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "config_source": {
        "memory": Backend(name="memory", open=_memory_config_source),
        "http": Backend(name="http", open=_http_config_source),
    },
    "result_sink": {
        "memory": Backend(name="memory", open=_memory_result_sink),
        "http": Backend(name="http", open=_http_result_sink),
    },
    "channel_desk": {
        "memory": Backend(name="memory", open=_memory_channel_desk),
        "http": Backend(name="http", open=_http_channel_desk),
    },
    "core_gateway": {
        "memory": Backend(name="memory", open=_memory_core_gateway),
        "http": Backend(name="http", open=_http_core_gateway),
    },
    "fleet_desk": {
        "memory": Backend(name="memory", open=_memory_fleet_desk),
        "http": Backend(name="http", open=_http_fleet_desk),
    },
    "carrier_desk": {
        "memory": Backend(name="memory", open=_memory_carrier_desk),
        "http": Backend(name="http", open=_http_carrier_desk),
    },
}
