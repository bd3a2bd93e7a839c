"""Whether LiveKit answers, where it carries the calls instead of the exchange."""

from collections.abc import Sequence
from typing import Final

import httpx

from ports.messages.findings import Finding, fine, stops_calls
from ports.settings import Media, Settings

REMEDY: Final = "start it: ./cxb stack up; or mend {setting}"


async def livekit_answers(settings: Settings, http: httpx.AsyncClient) -> Sequence[Finding]:
    """One finding for the server, and one for its SIP service where that has an address of its own. None where the
    exchange carries calls."""
    if settings.media is not Media.LIVEKIT:
        return []
    found = [await _look("livekit", settings.livekit_url, "CXB_LIVEKIT_URL", http)]
    if settings.livekit_sip_url:
        found.append(await _look("livekit sip", settings.livekit_sip_url, "CXB_LIVEKIT_SIP_URL", http))
    return found


async def _look(subject: str, url: str, setting: str, http: httpx.AsyncClient) -> Finding:
    try:
        answer = await http.get(url.replace("ws", "http", 1))
    except httpx.HTTPError as error:
        said = type(error).__name__
    else:
        if answer.is_success:
            return fine(subject, f"answers at {url}")
        said = f"status {answer.status_code}"
    return stops_calls(subject, f"does not answer at {url} ({said})", REMEDY.format(setting=setting))
