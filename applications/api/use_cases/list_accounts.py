"""Gives the exchange the SIP accounts that calls go out and come in by, with their passwords open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from applications.api.trunk_password import about_password
from domain.routing.trunk import Trunk
from ports.errors import Refused
from ports.messages.sip import SipAccount, SipAccounts
from ports.secret_box import SecretBox
from ports.trunk_store import TrunkStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccounts:
    """One whose password does not open is left out, so that it harms no other."""

    trunks: TrunkStore
    secret_box: SecretBox

    async def __call__(self) -> SipAccounts:
        """Of every brand, by trunk."""
        return SipAccounts(accounts=tuple(self._accounts(await self.trunks.all(None))))

    def _accounts(self, trunks: Sequence[Trunk]) -> Iterator[SipAccount]:
        for trunk in trunks:
            if trunk.sip is None or not trunk.enabled:
                continue
            try:
                password = self._password(trunk)
            except Refused as refused:
                log.error("trunk_password_not_opened", trunk_id=trunk.id, reason=refused.reason)
                continue
            yield SipAccount(
                trunk_id=trunk.id, brand=trunk.brand, sip=trunk.sip, password=password, channels=trunk.channels
            )

    def _password(self, trunk: Trunk) -> str:
        if not trunk.sealed_password:
            return ""
        return self.secret_box.open(trunk.sealed_password, about=about_password(trunk.brand, trunk.id))
