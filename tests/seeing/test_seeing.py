"""A system as in production, in processes of its own: one call can be followed, and nobody's secrets are told."""

import re
import secrets
from collections.abc import Iterator, Sequence
from itertools import chain

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families

from domain.ids import CallId
from domain.trace import root_of
from tests.seeing.system import CALLER, MODULES, Told, a_call_through, until


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with a_call_through(tmp_path_factory.mktemp("seeing")) as told:
        _tempt(told)
        yield told


def _tempt(told: Told) -> None:
    """Requests that fail with something in them that must not be logged."""
    told.api.post("/auth/login", json={"email": "admin@example.com", "password": told.secrets["password"] + "x"})
    told.api.post("/dialout", json={"to": told.personal["phone"]}, headers={"x-api-key": told.secrets["API key"]})
    told.api.post("/results", content=b"{" + told.personal["name"].encode())
    told.api.get(f"/calls?phone={told.personal['digits']}")


STORY = {
    "dialler": [
        "attempt_opened",
        "dialled",
        "ringing",
        "answered",
        "core_attached",
        "screened",
        "ordering",
        "attempt_settled",
    ],
    "exchange": ["dialled", "ringing", "answered", "ended"],
    "core": ["call_taken", "call_ordered", "call_concluded", "result_delivered"],
    "core-calls": ["config_fetched", "room_joined", "order_taken", "conversation_ended"],
    "api": ["config_given", "core_joined", "result_received", "call_relayed", "pushed"],
}


@pytest.mark.parametrize("process", STORY)
def test_one_call_id_tells_the_story_of_a_call_in_the_log_of_each_process(told: Told, process: str) -> None:
    lines = told.system.told_of(process.removesuffix("-calls"), told.call_id)
    events = [line.get("kind") if line["event"] == "leg" else line["event"] for line in lines if _by(line, process)]

    assert _in_this_order(STORY[process], events), events


def test_the_push_of_the_call_was_taken(told: Told) -> None:
    [pushed] = [line for line in told.system.told_of("api", told.call_id) if line["event"] == "pushed"]
    assert (pushed["status"], pushed["error"]) == (204, None)


def _by(line: dict[str, object], process: str) -> bool:
    return line["process"] == process


def _in_this_order(wanted: Sequence[str], events: Sequence[object]) -> bool:
    rest = iter(events)
    return all(event in rest for event in wanted)


def test_no_secret_and_nothing_personal_is_in_any_line_of_any_log(told: Told) -> None:
    logs = {name: told.system.log(name).read_text() for name in MODULES}
    told_apart = {**told.secrets, **told.personal}

    assert len(told.personal) > 5, "no words were spoken"
    leaks = [(name, what) for name, log in logs.items() for what, text in told_apart.items() if text in log]
    assert leaks == []
    numbers = [(name, found) for name, log in logs.items() for found in re.findall(r"\+[1-9][0-9]{9,14}", log)]
    assert numbers == []


def test_every_line_is_an_event_with_a_static_name(told: Told) -> None:
    for line in chain.from_iterable(told.system.lines(name) for name in MODULES):
        assert re.fullmatch(r"[a-z][a-z0-9_.]*", line["event"]), line


@pytest.mark.parametrize(
    ("process", "wanted"),
    [
        ("api", {"cxb_results_received_total": 1, "cxb_calls_relayed_total": 1, "cxb_import_rows_total": 1}),
        ("core", {"cxb_calls_taken_total": 1, "cxb_calls_concluded_total": 1, "cxb_calls_live": 0}),
        ("dialler", {"cxb_attempts_total": 1, "cxb_dials_total": 1, "cxb_answer_to_attach_seconds_count": 1}),
        ("exchange", {"cxb_legs_live": 0, "cxb_frames_dropped_total": 0}),
    ],
)
def test_each_process_shows_what_operators_watch(told: Told, process: str, wanted: dict[str, float]) -> None:
    families = text_string_to_metric_families(httpx.get(_metrics_of(told, process), trust_env=False).text)
    samples = [sample for family in families for sample in family.samples]

    for name, value in wanted.items():
        assert sum(s.value for s in samples if s.name == name and s.labels.get("taken") != "false") == value, name
    if process != "exchange":
        assert any(s.name == "cxb_loop_lag_seconds" for s in samples)
        routes = {s.labels["route"] for s in samples if s.name == "cxb_http_requests_total"}
        assert not any(told.call_id in route or "?" in route for route in routes), routes


@pytest.mark.parametrize("process", ["api", "core", "dialler", "exchange"])
def test_whoever_comes_by_a_proxy_is_shown_the_measures_for_the_secret_alone(told: Told, process: str) -> None:
    url, by_proxy = _metrics_of(told, process), {"x-forwarded-for": "203.0.113.9"}
    secret = told.secrets["CXBCORE_SECRET"]

    assert httpx.get(url, headers=by_proxy, trust_env=False).status_code >= 400
    assert httpx.get(url, headers=by_proxy | {"x-cxbcore-secret": secret + "x"}, trust_env=False).status_code >= 400
    assert httpx.get(url, headers=by_proxy | {"x-cxbcore-secret": secret}, trust_env=False).status_code == 200


def test_one_trace_spans_dialler_core_and_api(told: Told) -> None:
    wanted = {
        ("cxb-dialler", "attempt"),
        ("cxb-dialler", "dial"),
        ("cxb-dialler", "attach"),
        ("cxb-dialler", "screening"),
        ("cxb-core", "take"),
        ("cxb-core", "call"),
        ("cxb-core", "conclude"),
        ("cxb-core", "result"),
        ("cxb-api", "receive"),
        ("cxb-api", "relay"),
        ("cxb-api", "push"),
    }
    trace = root_of(CallId(told.call_id)).trace.to_bytes(16)

    def of_the_call() -> dict[tuple[str, str], Span]:
        return {(service, span.name): span for service, span in told.receiver.spans if span.trace_id == trace}

    until(lambda: wanted <= of_the_call().keys(), f"{wanted} are in {of_the_call().keys()}", within=20.0)
    spans = of_the_call()
    for inner, outer in (
        (("cxb-dialler", "attach"), ("cxb-dialler", "attempt")),
        (("cxb-core", "take"), ("cxb-dialler", "attach")),
        (("cxb-api", "receive"), ("cxb-core", "result")),
    ):
        assert spans[inner].parent_span_id == spans[outer].span_id, (inner, outer)
    told_in_them = str(told.receiver.spans)
    assert not [what for what, text in (told.secrets | told.personal).items() if text in told_in_them]


def _metrics_of(told: Told, process: str) -> str:
    return f"http://127.0.0.1:{getattr(told.system.settings, f'{process}_port')}/metrics"


def test_the_check_finds_a_system_with_a_live_call_fine(told: Told) -> None:
    assert told.checked is not None
    assert told.checked.returncode == 0, told.checked.stdout
    assert "PROBLEM" not in told.checked.stdout
    for subject in ("secrets", "disk", "trunks", "bots", "core core-1", f"campaign {told.campaign}", "recordings"):
        assert re.search(rf"^ok +{subject}:", told.checked.stdout, re.MULTILINE), told.checked.stdout
    assert CALLER not in told.checked.stdout


def test_the_check_tells_of_a_secret_that_is_not_the_same_everywhere(told: Told) -> None:
    checked = told.system.check(CXBCORE_SECRET=secrets.token_urlsafe(40))

    assert checked.returncode == 1
    for name in ("exchange", "core", "api"):
        assert re.search(rf"^PROBLEM +{name}: has another secret", checked.stdout, re.MULTILINE), checked.stdout


def test_the_check_names_each_process_that_is_gone_and_what_that_keeps(told: Told) -> None:
    """The last one here: it takes the system apart."""
    system = told.system
    for name in ("console", "dialler", "core", "exchange", "api"):
        system.stop(name)
        checked = system.check()

        assert checked.returncode == 1, checked.stdout
        mark = "look" if name == "console" else "PROBLEM"
        assert re.search(rf"^{mark} +{name}: does not answer", checked.stdout, re.MULTILINE), checked.stdout
        for secret in told.secrets.values():
            assert secret not in checked.stdout + checked.stderr
