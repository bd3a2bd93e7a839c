"""How a leg ended, read from the text by which the SIP stack says so."""

import re
from typing import Final

from ports.carrier import LegEnd
from ports.telephony import REFERRED, HangUp

BYE_FROM_THERE: Final = "Connection reset by peer"
REFER_DONE: Final = "Call transfered"
"""The stack's own spelling."""

RTP_TIMEOUT: Final = "rtp stream error"
NO_FINAL_ANSWER: Final = "Connection timed out"

BY_CALLEE: Final = frozenset({486, 600, 603, 607})
"""What somebody who was called says; all else is the network's word."""

STATUS: Final = re.compile(r"([3-6]\d\d)\b ?(.*)", re.DOTALL)

BYE: Final = LegEnd(status=200, reason="bye", by=HangUp.CALLEE)
OUR_BYE: Final = LegEnd(status=200, reason="bye", by=HangUp.US)
GIVEN_UP: Final = LegEnd(status=487, reason="given up", by=HangUp.CALLEE)
NO_ACK: Final = LegEnd(status=408, reason="answer not acknowledged", by=HangUp.NETWORK)
NOT_REACHED: Final = LegEnd(status=503, reason="trunk not reached", by=HangUp.NETWORK)
LINE_LOST: Final = LegEnd(status=200, reason="line lost", by=HangUp.NETWORK)
AUDIO_FAILED: Final = LegEnd(status=200, reason="audio failed", by=HangUp.NETWORK)


def end_of_unanswered(text: str) -> LegEnd:
    """Of an INVITE of ours. Without a status there was no final answer: 408 when nobody answered at all, 503 when the
    INVITE could not be brought there."""
    found = STATUS.match(text)
    if found is not None:
        status, reason = int(found[1]), found[2]
        blocked = status == 603 and "network blocked" in reason.lower()
        by = HangUp.CALLEE if status in BY_CALLEE and not blocked else HangUp.NETWORK
        return LegEnd(status=status, reason=reason, by=by)
    if text.startswith(NO_FINAL_ANSWER):
        return LegEnd(status=408, reason="no answer from the trunk", by=HangUp.NETWORK)
    return NOT_REACHED


def end_of_answered(text: str) -> LegEnd:
    """Of a call that was up."""
    if text.startswith(BYE_FROM_THERE):
        return BYE
    if text == REFER_DONE:
        return LegEnd(status=200, reason=REFERRED, by=HangUp.US)
    if text == RTP_TIMEOUT:
        return LegEnd(status=200, reason="rtp timeout", by=HangUp.NETWORK)
    return LINE_LOST
