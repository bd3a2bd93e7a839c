"""Finds out whose call came in: the trunk, the DID that was called, and the bot that is to answer."""

from dataclasses import dataclass

from domain.bots.bot import BotState, BotVersion
from domain.ids import BotId, BrandId, TrunkId
from domain.phone.number import E164, PhoneNumber
from domain.routing.did import Did, TurnedAway
from domain.routing.trunk import Trunk
from ports.bot_store import BotStore
from ports.clock import Clock
from ports.did_store import DidStore
from ports.errors import NotFound
from ports.messages.inbound import Arrived
from ports.number_plan import NumberPlan
from ports.trunk_store import TrunkStore

ANYWHERE = "US"
"""Where numbers belong that no DID says anything about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What is known of a call that came in. `did` is None for a number of nobody, and where the trunk is disabled;
    `turned_away` says why it may not be talked to, whoever is free. `caller` is E.164, or empty where it is withheld or
    no number."""

    trunk: Trunk
    number: str
    caller: str
    did: Did | None = None
    version: BotVersion | None = None
    turned_away: TurnedAway | None = None

    @property
    def bot_id(self) -> BotId:
        return self.did.bot_id if self.did else BotId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyDid:
    """Looks, and changes nothing."""

    trunks: TrunkStore
    dids: DidStore
    bots: BotStore
    plan: NumberPlan
    clock: Clock

    async def __call__(self, arrived: Arrived) -> Called | None:
        """None when the trunk is nobody's: then nobody can be told of the call."""
        trunk = await self._trunk(arrived.trunk_id)
        if trunk is None:
            return None
        number = as_e164(arrived.number)
        did = await self._did(trunk, number) if trunk.enabled else None
        if did is None:
            caller = self._caller(arrived.caller, ANYWHERE)
            why = TurnedAway.UNKNOWN_NUMBER if trunk.enabled else TurnedAway.TRUNK_DISABLED
            return Called(trunk=trunk, number=number, caller=caller, turned_away=why)
        version = await self._version(did.brand, did.bot_id)
        return Called(
            trunk=trunk,
            number=number,
            caller=self._caller(arrived.caller, self._region(number)),
            did=did,
            version=version,
            turned_away=self._why_not(did, version),
        )

    async def _trunk(self, trunk_id: TrunkId) -> Trunk | None:
        return next((trunk for trunk in await self.trunks.all(None) if trunk.id == trunk_id), None)

    async def _did(self, trunk: Trunk, number: str) -> Did | None:
        try:
            did = await self.dids.get(trunk.brand, number)
        except NotFound:
            return None
        return did if did.enabled and did.trunk_id in {None, trunk.id} else None

    async def _version(self, brand: BrandId, bot_id: BotId) -> BotVersion | None:
        try:
            bot = await self.bots.get(brand, bot_id)
        except NotFound:
            return None
        return bot.published() if bot.state is BotState.ACTIVE and bot.versions else None

    def _why_not(self, did: Did, version: BotVersion | None) -> TurnedAway | None:
        if version is None:
            return TurnedAway.BOT_AWAY
        return None if did.open_at(self.clock.now()) else TurnedAway.CLOSED

    def _caller(self, text: str, region: str) -> str:
        """A carrier writes `anonymous` or a name where there is no number to show."""
        found = self.plan.read(text, region)
        return found.e164 if isinstance(found, PhoneNumber) else ""

    def _region(self, number: str) -> str:
        found = self.plan.read(number, ANYWHERE)
        return found.region if isinstance(found, PhoneNumber) else ANYWHERE


def as_e164(number: str) -> str:
    """Carriers leave the plus away, or do not."""
    plus = f"+{number}"
    return plus if E164.fullmatch(plus) else number
