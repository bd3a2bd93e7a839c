"""The backends of metrics and tracing."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.memory.metrics import MemoryMetrics
from adapters.memory.tracing import MemoryTracing
from adapters.opentelemetry.tracing import OpenTelemetryTracing
from adapters.prometheus.metrics import PrometheusMetrics
from contract_tests.backends.backend import Backend
from contract_tests.backends.proofs import plain


@asynccontextmanager
async def _opentelemetry() -> AsyncIterator[OpenTelemetryTracing]:
    tracing = OpenTelemetryTracing("test", InMemorySpanExporter())
    try:
        yield tracing
    finally:
        await tracing.aclose()


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "metrics": {"memory": plain("memory", MemoryMetrics), "prometheus": plain("prometheus", PrometheusMetrics)},
    "tracing": {
        "memory": plain("memory", MemoryTracing),
        "opentelemetry": Backend(name="opentelemetry", open=_opentelemetry),
    },
}
