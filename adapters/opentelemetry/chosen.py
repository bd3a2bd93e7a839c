"""Traces as the settings want them: none, or sent to an address; the SDK is imported only where it is used."""

import importlib

from ports.tracing import UNTRACED, Tracing


def tracing_to(process: str, url: str) -> Tracing:
    """To an OTLP endpoint over HTTP; with an empty `url`, nowhere."""
    if not url:
        return UNTRACED
    made = importlib.import_module("adapters.opentelemetry.tracing")
    tracing: Tracing = made.OpenTelemetryTracing(process, made.otlp(url))
    return tracing
