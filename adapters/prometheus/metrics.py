"""Measures kept by Prometheus's own client."""

from typing import Any

import prometheus_client as prometheus
from prometheus_client.exposition import generate_latest

from domain.measures import Counter, Gauge, Timing
from ports.metrics import Metrics


class PrometheusMetrics(Metrics):
    """A registry of its own: what other libraries register with the client's global one is not ours to show."""

    def __init__(self) -> None:
        self._registry = prometheus.CollectorRegistry()
        self._made: dict[str, Any] = {}
        self._labelled: dict[tuple[str, ...], Any] = {}

    def count(self, counter: Counter, *labels: str, by: float = 1.0) -> None:
        self._of(counter, prometheus.Counter, labels).inc(by)

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        self._of(gauge, prometheus.Gauge, labels).set(value)

    def observe(self, timing: Timing, seconds: float, *labels: str) -> None:
        self._of(timing, prometheus.Histogram, labels, buckets=timing.bounds).observe(seconds)

    def page(self) -> bytes:
        return generate_latest(self._registry)

    def _of(self, measure: Counter | Gauge | Timing, kind: Any, labels: tuple[str, ...], **options: Any) -> Any:
        """Kept by name and labels: the client's own way to it takes as long as all else that is done with it."""
        known = self._labelled.get((measure.name, *labels))
        if known is None:
            known = self._labelled[measure.name, *labels] = self._make(measure, kind, labels, **options)
        return known

    def _make(self, measure: Counter | Gauge | Timing, kind: Any, labels: tuple[str, ...], **options: Any) -> Any:
        made = self._made.get(measure.name)
        if made is None:
            made = kind(measure.name, measure.meaning, measure.labels, registry=self._registry, **options)
            self._made[measure.name] = made
        if len(labels) != len(measure.labels):
            raise ValueError(f"{measure.name} has the labels {measure.labels}")
        return made.labels(*labels) if labels else made
