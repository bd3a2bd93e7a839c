"""Where a Core gets the channel that a second leg needs of its trunk: the API."""

from abc import abstractmethod
from typing import Protocol

from domain.ids import CallId


class ChannelDesk(Protocol):
    """Core's door to the API for legs beside a call's own. Both methods raise Unavailable when it does not answer."""

    @abstractmethod
    async def hold(self, call_id: CallId, leg_id: CallId) -> None:
        """For half a minute a channel of the call's trunk is that leg's, and at first a place in its calls per second.
        Asking again while it holds one holds on to it, and takes nothing more. Raises Refused with `no_channel` when
        none is free, with `trunk` when the trunk places no calls any more, with `unknown_call` and `call_ended`; Busy
        when the trunk may place no more calls just now."""

    @abstractmethod
    async def give_back(self, call_id: CallId, leg_id: CallId) -> None:
        """Nothing when it holds none, or nobody knows the call."""
