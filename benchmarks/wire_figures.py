"""The figures of calls as they were on the wire, and what went wrong with which of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from benchmarks.rounds import Figures, percentile
from benchmarks.sip_caller import WireCall

MS: Final = 1000.0
SHARES: Final = {"p50": 0.5, "p95": 0.95}
GAP_SHARES: Final = {**SHARES, "p99": 0.99}


def wire_figures(calls: Sequence[WireCall], *, first_sound: bool) -> Figures:
    """Of those that were answered, whatever came later; `first_sound` where the other side speaks by itself."""
    answered = [call for call in calls if call.answered is not None]
    return {
        "calls that failed": sum(bool(call.fault) for call in calls),
        "calls at once, most": at_once(calls),
        **_times("INVITE → 180", (_after(call.began, call.rang) for call in answered)),
        **_times("INVITE → 200", (_after(call.began, call.answered) for call in answered)),
        **_times("200 → first packet", (_after(call.answered, call.first_packet) for call in answered)),
        **(
            _times("200 → first sound", (_after(call.answered, call.first_sound) for call in answered))
            if first_sound
            else {}
        ),
        **_times("packet gap", (gap for call in answered for gap in call.gaps), GAP_SHARES),
        "packets": sum(call.packets for call in answered),
        "packets lost": sum(call.lost for call in answered),
        **_times("BYE → 200", (call.bye for call in answered)),
    }


def faults(calls: Sequence[WireCall]) -> str:
    """Such as `486 × 3, no answer × 1`; empty when there are none."""
    counted = Counter(call.fault for call in calls if call.fault)
    return ", ".join(f"{fault} × {count}" for fault, count in counted.most_common())


def at_once(calls: Sequence[WireCall]) -> int:
    """The most that were answered and not yet over."""
    steps = [(call.answered, 1) for call in calls if call.answered is not None]
    steps += [(call.ended, -1) for call in calls if call.answered is not None and call.ended is not None]
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def call_seconds(calls: Sequence[WireCall]) -> float:
    """From each answer to each end, together."""
    return sum(_after(call.answered, call.ended) or 0.0 for call in calls)


def _after(began: float | None, at: float | None) -> float | None:
    return None if began is None or at is None else at - began


def _times(name: str, seconds: Iterable[float | None], shares: dict[str, float] = SHARES) -> Figures:
    found = [each for each in seconds if each is not None]
    figures = {f"{name} {said} (ms)": MS * percentile(found, share) for said, share in shares.items()}
    return {**figures, f"{name} most (ms)": MS * max(found, default=float("nan"))}
