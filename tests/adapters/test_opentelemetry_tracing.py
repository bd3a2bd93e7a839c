"""Spans as a collector gets them."""

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.opentelemetry.chosen import tracing_to
from adapters.opentelemetry.tracing import OpenTelemetryTracing
from domain.ids import CallId
from domain.trace import root_of
from ports.tracing import UNTRACED

CALL = CallId("call_1")


async def test_spans_leave_with_their_parents_their_facts_and_no_words_of_an_error() -> None:
    exporter = InMemorySpanExporter()
    tracing = OpenTelemetryTracing("core", exporter)
    try:
        with tracing.span("call", call=CALL, outcome="busy"), tracing.span("dial"):
            raise ValueError("she said: +14155550123")
    except ValueError:
        await tracing.aclose()

    dial, call = exporter.get_finished_spans()
    assert (dial.name, call.name) == ("dial", "call")
    assert dial.parent == call.context
    assert call.parent is not None
    assert (call.parent.trace_id, call.parent.span_id) == (root_of(CALL).trace, root_of(CALL).span)
    assert dict(call.attributes or {}) == {"cxb.call_id": CALL, "cxb.outcome": "busy"}
    assert dial.resource.attributes["service.name"] == "cxb-core"
    assert dial.status.description == "ValueError"
    assert "+1415" not in dial.to_json() + call.to_json()


async def test_without_an_address_nothing_is_traced() -> None:
    assert tracing_to("api", "") is UNTRACED
    made = tracing_to("api", "http://127.0.0.1:1/v1/traces")
    assert isinstance(made, OpenTelemetryTracing)
    await made.aclose()
