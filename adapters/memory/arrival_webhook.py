"""Webhooks of nobody but tests: a message of ours, proved by an HMAC."""

import hashlib
import hmac
from typing import Final

from ports.arrival_webhook import ArrivalWebhook
from ports.errors import Refused
from ports.messages.decoders import decoder_of
from ports.messages.inbound import Arrived

NOTHING: Final = b"null"
"""News of something else."""


class MemoryArrivalWebhook(ArrivalWebhook):
    """With an empty secret nobody can prove anything."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def sign(self, body: bytes) -> str:
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()

    def read(self, body: bytes, authorization: str) -> Arrived | None:
        genuine = self._secret and hmac.compare_digest(self.sign(body).encode(), authorization.encode())
        if not genuine:
            raise Refused("this webhook is nobody's that we know", reason="webhook")
        return None if body == NOTHING else decoder_of(Arrived).decode(body)
