"""What processes write down about themselves, and what they must not."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from adapters.system.logging import configure_logging
from ports.settings import Environment, LogFormat, Settings


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers, root.level = handlers, level


def settings(environment: Environment = Environment.PRODUCTION, level: str = "info") -> Settings:
    return Settings(environment=environment, log_format=LogFormat.JSON, log_level=level)


def test_an_event_is_one_line_of_json_with_its_process_and_its_call(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("core", settings())
    with structlog.contextvars.bound_contextvars(call_id="call_1"):
        structlog.get_logger().info("call_taken", slots=3)

    [line] = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert {name: event[name] for name in ("event", "process", "call_id", "slots", "level")} == {
        "event": "call_taken",
        "process": "core",
        "call_id": "call_1",
        "slots": 3,
        "level": "info",
    }


def test_personal_fields_are_written_in_development_only(capsys: pytest.CaptureFixture[str]) -> None:
    for environment in (Environment.PRODUCTION, Environment.DEVELOPMENT):
        configure_logging("core", settings(environment))
        structlog.get_logger().info("heard", pii_text="my secret wish")

    production, development = capsys.readouterr().err.splitlines()
    assert "wish" not in production
    assert "wish" in development


def test_libraries_log_in_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("core", settings())
    logging.getLogger("somebody").warning("it is %s", "late")

    event = json.loads(capsys.readouterr().err)
    assert (event["event"], event["process"], event["level"]) == ("it is late", "core", "warning")


def test_an_error_is_logged_with_its_traceback_in_the_same_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("core", settings(Environment.DEVELOPMENT))
    try:
        raise ValueError("no")
    except ValueError:
        structlog.get_logger().exception("broken")

    [line] = capsys.readouterr().err.splitlines()
    assert "ValueError: no" in json.loads(line)["exception"]


def test_production_logs_where_it_broke_and_not_what_the_error_says(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("core", settings())
    try:
        try:
            raise ExceptionGroup("of +14155550123", [KeyError("+14155550124")])
        except ExceptionGroup:
            raise ValueError("she said: my secret wish")  # noqa: B904  # an error while handling another
    except ValueError:
        structlog.get_logger().exception("broken")
    logging.getLogger("somebody").error("library_failed", exc_info=ValueError("my secret wish"))

    lines = capsys.readouterr().err
    assert "wish" not in lines
    assert "+1415" not in lines
    ours, theirs = (json.loads(line)["exception"] for line in lines.splitlines())
    for name in ("ValueError", "ExceptionGroup", "KeyError", "test_logging.py"):
        assert name in ours
    assert "ValueError" in theirs


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("core", settings(level="warning"))
    structlog.get_logger().info("chatter")

    assert capsys.readouterr().err == ""


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("core", Settings(log_format=LogFormat.TEXT))
    structlog.get_logger().info("call_taken", slots=3)

    assert "call_taken" in capsys.readouterr().err
