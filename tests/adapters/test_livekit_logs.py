"""LiveKit's library puts access tokens into its log: nothing of it gets past ours."""

import logging
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from adapters.livekit import audio_links


@pytest.fixture
def _everything_is_logged() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("_everything_is_logged")
def test_the_librarys_log_is_ours_and_its_text_is_private(capfd: pytest.CaptureFixture[str]) -> None:
    assert audio_links.logs.LIBRARY is logging.getLogger("livekit")

    with capture_logs() as said:
        logging.getLogger("livekit").error("invalid token: %s", "eyJh")
        logging.getLogger("livekit").info("that it is alive")

    assert said == [
        {
            "event": "livekit_says",
            "log_level": "debug",
            "level_name": "ERROR",
            "pii_message": "invalid token: eyJh",
        }
    ]
    assert capfd.readouterr() == ("", "")
