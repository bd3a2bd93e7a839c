"""A hundred calls at once, in which the far end is not the bottleneck."""

import asyncio

from contract_tests.carrier import scripts
from contract_tests.carrier.far_end import FarEnd
from contract_tests.carrier.measure import missing
from contract_tests.carrier.sounds import tone
from tests.carrier.peer import Peer

CALLS = 100
SECONDS = 3.0


async def test_a_hundred_calls_are_all_spoken_to_on_time(carrier: FarEnd, phone: Peer) -> None:
    carrier.number("load", scripts.answers(scripts.says(tone(440, SECONDS)), ringing=0.02))
    for _ in range(CALLS):
        await phone.does("dial", uri=f"sip:load@127.0.0.1:{carrier.port}")
    legs = [await carrier.called("load", nth=number + 1) for number in range(CALLS)]
    for leg in legs:
        await leg.until(lambda seen: seen.acknowledged_at)
    before = [leg.seen.media.sent for leg in legs]
    await asyncio.sleep(SECONDS)
    for leg, sent in zip(legs, before, strict=True):
        media = leg.seen.media
        assert media.sent - sent >= 50 * SECONDS - 25
        assert media.unsent == 0
        assert media.worst_delay < 0.5
        assert len(media.audio) > 40 * SECONDS
        assert missing(media.audio) <= 0.01 * len(media.audio)
    for leg in legs:
        assert await leg.hang_up() == 200
