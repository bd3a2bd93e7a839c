"""What operators watch: every measure that CXB takes, with its name, meaning and labels.

Names follow Prometheus: a counter ends in `_total`, times are in seconds.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Only grows, from 0 at the start of the process."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """What is so now."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long something took. `bounds` are the upper ends of its buckets, in seconds, in rising order."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


HTTP_REQUESTS: Final = Counter(
    name="cxb_http_requests_total", meaning="Answers over HTTP", labels=("method", "route", "status")
)
HTTP_SECONDS: Final = Timing(
    name="cxb_http_request_seconds", meaning="From a request to the end of its answer", labels=("method", "route")
)
HTTP_IN_PROGRESS: Final = Gauge(name="cxb_http_requests_in_progress", meaning="Requests being worked on")
HTTP_SHED: Final = Counter(
    name="cxb_http_requests_shed_total", meaning="Requests answered 503 because too many were in progress"
)
LOOP_LAG: Final = Gauge(name="cxb_loop_lag_seconds", meaning="How late the last timer of this process fired")
LEASES_LOST: Final = Counter(
    name="cxb_leases_lost_total", meaning="Leases that another holder took over while work went on", labels=("what",)
)

ATTEMPTS: Final = Counter(
    name="cxb_attempts_total", meaning="Attempts whose leads know what came of them", labels=("outcome",)
)
ATTEMPTS_RUNNING: Final = Gauge(name="cxb_attempts_running", meaning="Attempts that this Dialler is at")
DIALS: Final = Counter(name="cxb_dials_total", meaning="Legs asked for", labels=("answer",))
ANSWER_TO_ATTACH: Final = Timing(
    name="cxb_answer_to_attach_seconds",
    meaning="From a callee's answer until a Core was in the call",
    bounds=(0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0),
)
VERDICT_SECONDS: Final = Timing(
    name="cxb_verdict_seconds",
    meaning="From a callee's answer until the screening said who answered",
    labels=("verdict",),
    bounds=(0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0),
)
ABANDONED: Final = Counter(
    name="cxb_calls_abandoned_total", meaning="Answered calls for which no Core was free in time"
)

CALLS_LIVE: Final = Gauge(name="cxb_calls_live", meaning="Calls that this Core is in")
CALLS_TAKEN: Final = Counter(name="cxb_calls_taken_total", meaning="Calls that this Core took", labels=("kind",))
CALLS_REFUSED: Final = Counter(name="cxb_calls_refused_total", meaning="Calls that this Core had no room for")
CALLS_CONCLUDED: Final = Counter(
    name="cxb_calls_concluded_total", meaning="Calls that this Core made a result of", labels=("outcome",)
)
RESULTS: Final = Counter(
    name="cxb_results_total",
    meaning="Tries to hand a result to the API: delivered, postponed or parked",
    labels=("fate",),
)
RESULTS_WAITING: Final = Gauge(name="cxb_results_waiting", meaning="Results that the API does not have yet")

RESULTS_RECEIVED: Final = Counter(
    name="cxb_results_received_total", meaning="Results that Cores handed to the API", labels=("repeated",)
)
EVENTS_RELAYED: Final = Counter(name="cxb_calls_relayed_total", meaning="Calls whose events were relayed")
PUSHES: Final = Counter(
    name="cxb_pushes_total", meaning="Pushes tried, by what became of the delivery", labels=("state",)
)
PUSH_SECONDS: Final = Timing(
    name="cxb_push_seconds",
    meaning="How long receivers took to answer a push",
    bounds=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0),
)
IMPORT_ROWS: Final = Counter(
    name="cxb_import_rows_total", meaning="Rows of lead files that were read", labels=("taken",)
)

LEGS_LIVE: Final = Gauge(name="cxb_legs_live", meaning="Phone legs in the exchange")
ROOMS_OPEN: Final = Gauge(name="cxb_rooms_open", meaning="Rooms in the exchange")
FRAMES_DROPPED: Final = Counter(
    name="cxb_frames_dropped_total", meaning="Sound dropped because a client of the exchange was too slow"
)
