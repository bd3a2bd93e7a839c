"""Lists the trunks as a media server should keep them, each with the DIDs that may be called by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from applications.api.use_cases.list_accounts import ListAccounts
from ports.did_store import DidStore
from ports.messages.sip import SipAccount
from ports.trunk_mirror import MirroredTrunk


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMirrored:
    """A DID that any trunk may be called by is with each of its brand's. Whoever calls a number that is none is to be
    refused and on record, as everywhere: one trunk brings them in."""

    accounts: ListAccounts
    dids: DidStore

    async def __call__(self) -> Sequence[MirroredTrunk]:
        accounts = (await self.accounts()).accounts
        return [await self._mirrored(account, strays=account is accounts[0]) for account in accounts]

    async def _mirrored(self, account: SipAccount, *, strays: bool) -> MirroredTrunk:
        dids = await self.dids.all(account.brand)
        ours = (did.number for did in dids if did.enabled and did.trunk_id in {None, account.trunk_id})
        return MirroredTrunk(account=account, numbers=tuple(ours), strays=strays)
