"""When a result that did not arrive is sent again."""

import hashlib
from typing import Final

FIRST_WAIT: Final = 0.2
LONGEST_WAIT: Final = 30.0


def wait_before_resend(call_id: str, tries: int, *, at_least: float = 0.0) -> float:
    """Seconds to wait after `tries` failed tries: doubling, spread by half either way, the same whenever asked.

    The spread comes from the call's id, so that a thousand results that failed together do not come back together.
    """
    spread = int.from_bytes(hashlib.sha256(f"{call_id}/{tries}".encode()).digest()[:4]) / 2**32
    doubled = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(tries, 30))
    return max(at_least, min(LONGEST_WAIT, doubled * (0.5 + spread)))
