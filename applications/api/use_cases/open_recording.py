"""Finds the recording of a call for somebody who may hear it."""

from dataclasses import dataclass

from applications.api.use_cases.link_recording import PURPOSE
from domain.ids import BrandId, CallId
from ports.call_store import CallStore
from ports.clock import Clock
from ports.errors import NotFound, Refused
from ports.object_store import ObjectStore, StoredObject
from ports.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecording:
    """What is found is read from the object store, in parts as they are asked for."""

    calls: CallStore
    objects: ObjectStore
    tokens: Tokens
    clock: Clock

    def brand_of(self, token: str, call_id: CallId) -> BrandId:
        """The brand whose call the token lets somebody hear. Raises Refused for any other call."""
        claims = self.tokens.read(token, purpose=PURPOSE, at=self.clock.now())
        if claims.subject != call_id:
            raise Refused("the token is for another recording", reason="wrong_recording")
        return claims.brand

    async def __call__(self, brand: BrandId, call_id: CallId) -> StoredObject:
        """Raises NotFound when there is no such call, or no recording of it."""
        call = await self.calls.get(brand, call_id)
        if call.result is None or call.result.recording is None:
            raise NotFound("the call has no recording")
        return await self.objects.stat(call.result.recording.key)
