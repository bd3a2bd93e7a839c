"""How long the sound of a LiveKit track has stood in the library's jitter buffer."""

import asyncio
from typing import Final

import structlog
from livekit import rtc

USUAL: Final = 0.04
"""Seconds, before anything was measured: 30 to 60 were seen on a quiet path."""

STEP: Final = 0.001
"""Seconds by which `seconds` follows with each frame: the buffer, too, makes sound longer or shorter bit by bit, and a
step at once would be a cut in the recording."""

LEAP: Final = 0.02
"""Seconds from where on a recording is cut anyhow (MOST_LEAN in domain/calls/placing.py), so that it may be at once."""

PATIENCE: Final = 2.0
"""Seconds for the library to tell; it takes one or two milliseconds."""

log = structlog.get_logger()


class JitterBuffer:
    """As it was between the last two looks. To look costs 1.3 ms of a core, measured."""

    def __init__(self, track: rtc.Track) -> None:
        self._seconds = self._measured = USUAL
        self._track = track
        self._stood = 0.0
        self._samples = 0

    def of_next_frame(self) -> float:
        """Seconds."""
        off = self._measured - self._seconds
        self._seconds += off if abs(off) > LEAP else min(STEP, max(-STEP, off))
        return self._seconds

    async def look(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                told = await self._track.get_stats()
        except Exception:  # the library has no class of its own for this
            log.debug("livekit_told_no_delay", exc_info=True)
            return
        for each in told:
            if each.HasField("inbound_rtp"):
                inbound = each.inbound_rtp.inbound
                self._learn(inbound.jitter_buffer_delay, inbound.jitter_buffer_emitted_count)

    def _learn(self, stood: float, samples: int) -> None:
        """Since the track began: the seconds that each sample stood there, added up, and the number of samples."""
        if samples > self._samples:
            self._measured = (stood - self._stood) / (samples - self._samples)
        self._stood, self._samples = stood, samples
