"""What is said to somebody who asks for a call while there is no room for one."""

from ports.errors import Busy


class NoRoom(Busy):
    """Nothing was placed; the very same request may be made again after `retry_after` seconds."""
