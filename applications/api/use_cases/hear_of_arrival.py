"""A media server tells of a call that has come in: a Core gets it, or its caller the busy tone."""

from dataclasses import dataclass

import structlog

from applications.api.use_cases.receive_inbound import ReceiveInbound
from ports.arrival_webhook import ArrivalWebhook
from ports.rooms import Rooms
from ports.telephony import Telephony

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class HearOfArrival:
    """Told again, it does nothing new: the call is known by its id."""

    arrival_webhook: ArrivalWebhook
    receive: ReceiveInbound
    telephony: Telephony
    rooms: Rooms

    async def __call__(self, body: bytes, authorization: str) -> None:
        """Raises Refused for what the media server did not send, Unavailable when it should tell again."""
        arrived = self.arrival_webhook.read(body, authorization)
        if arrived is None:
            return
        received = await self.receive(arrived)
        if received.turned_away is not None:
            log.info("arrival_turned_away", call_id=arrived.call_id, why=received.turned_away.value)
            await self.telephony.hang_up(arrived.call_id)
            await self.rooms.close(arrived.call_id)
