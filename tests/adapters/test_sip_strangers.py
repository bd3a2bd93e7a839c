"""Strangers at the door are told of, and do not fill the log."""

from structlog.typing import EventDict

from adapters.sip.strangers import REMEMBERED, Strangers


def test_a_scanner_fills_no_log_and_hides_nobody_else(lines: list[EventDict]) -> None:
    strangers = Strangers()
    for _ in range(10_000):
        strangers.came("192.0.2.1")
    strangers.came("192.0.2.2")

    assert [line["calls"] for line in lines if line["pii_host"] == "192.0.2.1"] == [2**n for n in range(14)]
    assert lines[-1]["pii_host"] == "192.0.2.2"


def test_of_many_addresses_those_that_came_last_are_remembered(lines: list[EventDict]) -> None:
    strangers = Strangers()
    for number in range(2 * REMEMBERED):
        strangers.came(f"host-{number}")
        strangers.came("often")
    lines.clear()

    strangers.came("often")
    strangers.came("host-0")

    assert [(line["pii_host"], line["calls"]) for line in lines] == [("host-0", 1)]
