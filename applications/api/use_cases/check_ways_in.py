"""Looks at what real trunks need: passwords that open, DIDs that are answered, numbers of ours to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from applications.api.trunk_password import about_password
from domain.bots.bot import BotState
from domain.calls.call import Call, Direction
from domain.calls.outcome import Outcome
from domain.campaigns.campaign import CampaignState
from domain.ids import DEFAULT_BRAND, TrunkId
from domain.routing.did import Did, TurnedAway
from domain.routing.trunk import CarrierKind, Trunk
from ports.bot_store import BotStore
from ports.call_store import CallFilter, CallStore
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.did_store import DidStore
from ports.errors import NotFound, Refused
from ports.messages.findings import Finding, fine, worth_a_look
from ports.secret_box import SecretBox
from ports.trunk_mirror import TrunkMirror
from ports.trunk_store import TrunkStore

LATELY: Final = timedelta(hours=1)
LOOKED_AT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWaysIn:
    """Says nothing where there is neither a SIP trunk nor a DID. Whether a trunk is registered, the exchange knows."""

    trunks: TrunkStore
    dids: DidStore
    bots: BotStore
    calls: CallStore
    campaigns: CampaignStore
    secret_box: SecretBox
    trunk_mirror: TrunkMirror
    clock: Clock

    async def __call__(self) -> Sequence[Finding]:
        trunks = [trunk for trunk in await self.trunks.all(DEFAULT_BRAND) if trunk.carrier is CarrierKind.SIP]
        dids = await self.dids.all(DEFAULT_BRAND)
        if not trunks and not dids:
            return []
        found = [
            *(finding for trunk in trunks for finding in self._trunk(trunk)),
            *await self._dids({trunk.id: trunk for trunk in trunks}, dids),
            *await self._strays(),
            *(await self._shown(dids) if any(trunk.enabled for trunk in trunks) else ()),
        ]
        return found or [fine("sip", f"{len(trunks)} trunks, {len(dids)} DIDs")]

    def _trunk(self, trunk: Trunk) -> Sequence[Finding]:
        subject = f"trunk {trunk.id}"
        if not trunk.enabled:
            return [worth_a_look(subject, "is disabled", "enable it, or remove it: PATCH /api/v1/trunks/{trunk_id}")]
        try:
            if trunk.sealed_password:
                self.secret_box.open(trunk.sealed_password, about=about_password(trunk.brand, trunk.id))
        except Refused as refused:
            why = f"its password does not open ({refused.reason}), so that it is not used"
            return [worth_a_look(subject, why, "put its key back into CXB_SECRETS_KEY, or set the password anew")]
        lacking = [] if trunk.sip is None else self.trunk_mirror.lacks(trunk.sip, "sip")
        return [
            worth_a_look(subject, f"{one.field} {one.reason}", "change it: PATCH /api/v1/trunks") for one in lacking
        ]

    async def _dids(self, trunks: Mapping[TrunkId, Trunk], dids: Sequence[Did]) -> Sequence[Finding]:
        enabled = [did for did in dids if did.enabled]
        found = []
        away = [did for did in enabled if not await self._talks(did)]
        if away:
            why = f"{len(away)} have a bot that is archived, gone or never published, such as {away[0].bot_id}"
            found.append(worth_a_look("dids", why, "publish or unarchive the bot, or give the DID another"))
        cut_off = [did for did in enabled if did.trunk_id and not _works(trunks.get(did.trunk_id))]
        if cut_off:
            why = f"{len(cut_off)} may be called by one trunk only, which is off or gone: {cut_off[0].trunk_id}"
            found.append(worth_a_look("dids", why, "enable the trunk, or let the DID be called by any"))
        if enabled and not any(trunk.enabled for trunk in trunks.values()):
            found.append(worth_a_look("dids", "there is no SIP trunk that calls could come in by", "add or enable one"))
        return found

    async def _talks(self, did: Did) -> bool:
        try:
            bot = await self.bots.get(did.brand, did.bot_id)
        except NotFound:
            return False
        return bot.state is BotState.ACTIVE and bool(bot.versions)

    async def _strays(self) -> Sequence[Finding]:
        where = CallFilter(direction=Direction.INBOUND, outcome=Outcome.TURNED_AWAY, since=self.clock.now() - LATELY)
        lately = (await self.calls.page(DEFAULT_BRAND, where=where, after=None, limit=LOOKED_AT)).items
        strays = [call.id for call in lately if _called_nobody(call)]
        if not strays:
            return []
        why = f"{len(strays)} calls of the last hour came for numbers that are none, such as {strays[0]}"
        return [worth_a_look("dids", why, "see caller_number of that call; add it: POST /api/v1/dids")]

    async def _shown(self, dids: Sequence[Did]) -> Sequence[Finding]:
        """Callees who call back reach nobody, and many carriers refuse such calls."""
        ours = {did.number for did in dids}
        found = []
        for campaign in await self.campaigns.in_states(frozenset({CampaignState.RUNNING})):
            strange = [number for number in campaign.plan.numbers.numbers if number.e164 not in ours]
            if campaign.brand == DEFAULT_BRAND and strange:
                why = f"shows {len(strange)} caller numbers that are no DIDs of ours"
                found.append(worth_a_look(f"campaign {campaign.id}", why, "add them as DIDs, or show those we have"))
        return found


def _works(trunk: Trunk | None) -> bool:
    return trunk is not None and trunk.enabled


def _called_nobody(call: Call) -> bool:
    return bool(call.result and call.result.detail == TurnedAway.UNKNOWN_NUMBER.value)
