"""What every Metrics promises; what it shows is read as Prometheus reads it."""

from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain.measures import Counter, Gauge, Timing
from ports.metrics import Metrics

CALLS = Counter(name="cxb_test_calls_total", meaning="Calls", labels=("outcome", "way"))
LIVE = Gauge(name="cxb_test_live", meaning="Live now")
TOOK = Timing(name="cxb_test_seconds", meaning="How long", labels=("route",), bounds=(0.1, 1.0))

Sample = tuple[str, frozenset[tuple[str, str]]]


def shown(metrics: Metrics) -> Mapping[Sample, float]:
    """Every sample but the times of creation, which one client adds."""
    families = text_string_to_metric_families(metrics.page().decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def sample(name: str, **labels: str) -> Sample:
    return name, frozenset(labels.items())


def test_a_counter_grows_by_one_or_as_much_as_is_said_and_by_its_labels_apart(metrics: Metrics) -> None:
    metrics.count(CALLS, "busy", "out")
    metrics.count(CALLS, "busy", "out", by=2)
    metrics.count(CALLS, "completed", "out")

    assert shown(metrics) == {
        sample("cxb_test_calls_total", outcome="busy", way="out"): 3,
        sample("cxb_test_calls_total", outcome="completed", way="out"): 1,
    }


def test_a_gauge_shows_what_was_set_last(metrics: Metrics) -> None:
    metrics.set(LIVE, 7)
    metrics.set(LIVE, 2.5)

    assert shown(metrics) == {sample("cxb_test_live"): 2.5}


def test_times_are_counted_in_buckets_each_of_which_holds_the_smaller_ones(metrics: Metrics) -> None:
    for seconds in (0.05, 0.1, 0.5, 3.0):
        metrics.observe(TOOK, seconds, "/calls")

    values = shown(metrics)
    buckets = {edge: values[sample("cxb_test_seconds_bucket", route="/calls", le=edge)] for edge in ("0.1", "1.0")}
    assert buckets == {"0.1": 2, "1.0": 3}
    assert values[sample("cxb_test_seconds_bucket", route="/calls", le="+Inf")] == 4
    assert values[sample("cxb_test_seconds_count", route="/calls")] == 4
    assert values[sample("cxb_test_seconds_sum", route="/calls")] == pytest.approx(3.65)


def test_nothing_is_shown_before_something_is_measured(metrics: Metrics) -> None:
    assert shown(metrics) == {}


def test_every_measure_has_its_kind_and_its_meaning(metrics: Metrics) -> None:
    metrics.count(CALLS, "busy", "out")
    metrics.set(LIVE, 1)
    metrics.observe(TOOK, 1, "/")

    families = list(text_string_to_metric_families(metrics.page().decode()))
    kinds = {family.name: (family.type, family.documentation) for family in families if family.type != "unknown"}
    assert kinds["cxb_test_calls"] == ("counter", "Calls")
    assert kinds["cxb_test_live"] == ("gauge", "Live now")
    assert kinds["cxb_test_seconds"] == ("histogram", "How long")


def test_a_label_may_hold_anything(metrics: Metrics) -> None:
    odd = 'a "quoted" \\ and\nbroken one, with ümlauts'
    metrics.count(CALLS, odd, "")

    assert shown(metrics) == {sample("cxb_test_calls_total", outcome=odd, way=""): 1}


def test_a_counter_that_would_shrink_and_labels_that_do_not_fit_are_refused(metrics: Metrics) -> None:
    with pytest.raises(ValueError, match=r".+"):
        metrics.count(CALLS, "busy", "out", by=-1)
    with pytest.raises(ValueError, match=r".+"):
        metrics.count(CALLS, "busy")
    with pytest.raises(ValueError, match=r".+"):
        metrics.set(LIVE, 1, "too many")
    with pytest.raises(ValueError, match=r".+"):
        metrics.observe(TOOK, 1)
