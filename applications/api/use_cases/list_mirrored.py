"""Lists the trunks as a media server should keep them, each with the DIDs that may be called by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from applications.api.use_cases.list_accounts import ListAccounts
from ports.did_store import DidStore
from ports.messages.sip import SipAccount
from ports.trunk_mirror import MirroredTrunk


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMirrored:
    """A DID that any trunk may be called by is with each of its brand's."""

    accounts: ListAccounts
    dids: DidStore

    async def __call__(self) -> Sequence[MirroredTrunk]:
        return [await self._mirrored(account) for account in (await self.accounts()).accounts]

    async def _mirrored(self, account: SipAccount) -> MirroredTrunk:
        dids = await self.dids.all(account.brand)
        ours = (did.number for did in dids if did.enabled and did.trunk_id in {None, account.trunk_id})
        return MirroredTrunk(account=account, numbers=tuple(ours))
