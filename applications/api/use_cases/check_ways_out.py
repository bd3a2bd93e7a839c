"""Looks at what every call needs: a Core with room, a trunk, a bot."""

from collections.abc import Sequence
from dataclasses import dataclass

from applications.api.use_cases.list_mirrored import ListMirrored
from domain.bots.bot import BotState
from domain.ids import DEFAULT_BRAND
from domain.routing.fleet import CoreServer, ServerState
from ports.bot_store import BotStore
from ports.core_gateway import CoreGateway
from ports.errors import PortError
from ports.fleet_registry import FleetRegistry
from ports.messages.core import CoreHealth
from ports.messages.findings import Finding, fine, stops_calls, worth_a_look
from ports.trunk_mirror import TrunkMirror
from ports.trunk_store import TrunkStore

BOTS_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWaysOut:
    """Asks each Core itself: what the fleet remembers may be a second old."""

    fleet: FleetRegistry
    cores: CoreGateway
    trunks: TrunkStore
    bots: BotStore
    mirrored: ListMirrored
    trunk_mirror: TrunkMirror

    async def __call__(self) -> Sequence[Finding]:
        return [*await self._cores(), await self._trunks(), *await self._copies(), await self._bots()]

    async def _copies(self) -> Sequence[Finding]:
        """The media server's own, where it keeps some."""
        try:
            found = await self.trunk_mirror.differences(await self.mirrored())
        except PortError as error:
            why = f"the media server did not say which trunks it has ({type(error).__name__})"
            remedy = "start it (./cxb stack up), or mend CXB_LIVEKIT_URL, CXB_LIVEKIT_KEY or its secret"
            return [stops_calls("trunks", why, remedy)]
        return [
            worth_a_look(
                f"trunk {one.trunk_id}",
                f"the media server's copy ({one.copy.value}) is {one.drift.value}",
                "wait ten seconds; if it stays, see `trunk_not_mirrored` and `trunk_out_of_step` in the API's log",
            )
            for one in found
        ]

    async def _cores(self) -> Sequence[Finding]:
        servers = await self.fleet.all()
        if not servers:
            return [stops_calls("cores", "the fleet has no Core", "add one: PUT /api/v1/fleet/{server_id}")]
        found = [await self._core(server) for server in servers]
        if any(finding.ok for finding in found):
            return found
        return [*found, stops_calls("cores", "no Core takes calls", "mend one of the Cores named above")]

    async def _core(self, server: CoreServer) -> Finding:
        subject = f"core {server.id}"
        try:
            health = await self.cores.health(server.url)
        except PortError as error:
            why = f"does not answer at {server.url} ({type(error).__name__})"
            return worth_a_look(subject, why, "start it, or mend its address or secret: CXB_CORE_URL, CXBCORE_SECRET")
        return _standing(subject, server, health)

    async def _trunks(self) -> Finding:
        known = await self.trunks.all(None)
        enabled = [trunk for trunk in known if trunk.enabled and trunk.channels > 0 and trunk.calls_per_second > 0]
        if enabled:
            return fine("trunks", f"{len(enabled)} enabled, {sum(t.channels for t in enabled)} channels")
        why = f"none of {len(known)} trunks is enabled" if known else "there is no trunk"
        return stops_calls(
            "trunks", why, "add or enable one; a new data folder gets the simulated trunk at first start"
        )

    async def _bots(self) -> Finding:
        page = await self.bots.page(DEFAULT_BRAND, state=BotState.ACTIVE, after=None, limit=BOTS_LOOKED_AT)
        published = [bot for bot in page.items if bot.versions]
        if published:
            return fine("bots", f"{len(published)} published")
        why = f"none of {len(page.items)} bots is published" if page.items else "there is no bot"
        return stops_calls("bots", why, "publish one: POST /api/v1/bots/{bot_id}/publish names what is wrong with it")


def _standing(subject: str, server: CoreServer, health: CoreHealth) -> Finding:
    if health.server_id != server.id:
        why = f"at {server.url} the Core {health.server_id} answers: calls would go to the wrong worker"
        return worth_a_look(subject, why, "give each Core its own CXB_SERVER_ID and address")
    if health.draining:
        return worth_a_look(subject, f"is draining, {health.live} calls left", "start it again to take calls")
    if server.state is ServerState.QUARANTINED:
        return worth_a_look(subject, "answers now and was not seen before", "wait two seconds, then look again")
    if health.live >= health.capacity:
        why = f"is full: {health.live} of {health.capacity} calls"
        return worth_a_look(subject, why, "wait, add a Core, or raise CXB_CORE_CAPACITY")
    return fine(subject, f"{health.live} of {health.capacity} calls, release {health.release}")
