"""A hundred calls at once in one process, everybody speaking. The limits are generous: figures are the benchmark's."""

from benchmarks.sip_calls import measure

CALLS = 100
SECONDS = 10.0


def test_a_hundred_calls_at_once_are_paced_and_lose_nothing() -> None:
    figures = measure(CALLS, SECONDS)

    frames = CALLS * SECONDS * 50
    assert figures["lost to the phone"] == 0
    assert 19.0 < figures["gap p50 (ms)"] < 21.5
    assert figures["gap p99 (ms)"] < 100
    assert figures["lost to the room"] < frames / 4, "what a busy machine sends late may be too late"
