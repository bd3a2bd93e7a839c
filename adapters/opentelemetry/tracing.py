"""Spans by OpenTelemetry's SDK, sent over OTLP."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags

from domain.ids import CallId
from domain.trace import SpanId, read_traceparent, root_of
from ports.tracing import Tracing

EXPORT_SECONDS = 5


def otlp(url: str) -> SpanExporter:
    """To an OTLP endpoint over HTTP, such as http://127.0.0.1:4318/v1/traces."""
    return OTLPSpanExporter(endpoint=url, timeout=EXPORT_SECONDS)


class OpenTelemetryTracing(Tracing):
    """Spans leave in batches, from a thread; those that nobody takes are dropped."""

    def __init__(self, process: str, exporter: SpanExporter) -> None:
        resource = Resource.create({"service.name": f"cxb-{process}", "service.namespace": "cxb"})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("cxb")

    @contextmanager
    def span(self, name: str, *, call: CallId | None = None, **facts: str) -> Iterator[None]:
        attributes = {f"cxb.{fact}": value for fact, value in facts.items()}
        if call:
            attributes["cxb.call_id"] = call
        span = self._tracer.start_span(name, context=self._around(call), attributes=attributes)
        token = contexts.attach(trace.set_span_in_context(span))
        try:
            yield
        except BaseException as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            span.end()
            contexts.detach(token)

    @contextmanager
    def joined(self, traceparent: str) -> Iterator[None]:
        far = read_traceparent(traceparent)
        token = contexts.attach(_inside(far) if far else contexts.get_current())
        try:
            yield
        finally:
            contexts.detach(token)

    def traceparent(self) -> str:
        now = trace.get_current_span().get_span_context()
        return SpanId(trace=now.trace_id, span=now.span_id).traceparent if now.is_valid else ""

    async def aclose(self) -> None:
        await asyncio.to_thread(self._provider.shutdown)

    def _around(self, call: CallId | None) -> Context:
        now = trace.get_current_span().get_span_context()
        if call is None or (now.is_valid and now.trace_id == root_of(call).trace):
            return contexts.get_current()
        return _inside(root_of(call))


def _inside(span: SpanId) -> Context:
    sampled = TraceFlags(TraceFlags.SAMPLED)
    far = SpanContext(trace_id=span.trace, span_id=span.span, is_remote=True, trace_flags=sampled)
    return trace.set_span_in_context(NonRecordingSpan(far), Context())
