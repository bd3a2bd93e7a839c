"""A LiveKit server or cluster, and the key by which this process makes rooms and tickets there."""

from livekit.api.room_service import RoomService

from adapters.livekit.client import LiveKitClient


class LiveKitServer(LiveKitClient):
    """`url` is what joiners are given, `ws://…` or `wss://…`."""

    @property
    def rooms(self) -> RoomService:
        return self.api.room
