"""Messages from the API to whoever carries calls by SIP."""

import msgspec

from domain.ids import BrandId, TrunkId
from domain.routing.sip import SipSettings


class SipAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A SIP trunk as it is used: its password is open here, and goes into no log and no store."""

    trunk_id: TrunkId
    brand: BrandId
    sip: SipSettings
    password: str = ""
    channels: int

    def __repr__(self) -> str:
        return f"SipAccount(trunk_id={self.trunk_id!r})"


class SipAccounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    accounts: tuple[SipAccount, ...]
