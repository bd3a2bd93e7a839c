"""Takes a file of leads and keeps it; reading it comes later, and may begin again."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from domain.campaigns.campaign import Campaign, CampaignState
from domain.campaigns.lead_import import LeadImport
from domain.errors import Fault, InvalidValue, RuleBroken
from domain.ids import BrandId, CampaignId, ImportId
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.errors import PortError
from ports.ids import Ids
from ports.import_store import ImportStore
from ports.number_plan import NumberPlan
from ports.object_store import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginImport:
    """Raises NotFound, RuleBroken for an archived campaign, InvalidValue for an unknown region or an empty file."""

    campaigns: CampaignStore
    imports: ImportStore
    objects: ObjectStore
    plan: NumberPlan
    clock: Clock
    ids: Ids

    async def __call__(
        self,
        brand: BrandId,
        campaign_id: CampaignId,
        chunks: AsyncIterator[bytes],
        *,
        region: str,
        columns: Mapping[str, str],
    ) -> LeadImport:
        self._check(await self.campaigns.get(brand, campaign_id), region)
        import_id = ImportId(self.ids.new("imp"))
        stored = await self.objects.put(f"imports/{brand}/{import_id}.csv", chunks)
        if not stored.size:
            await self.objects.delete(stored.key)
            raise InvalidValue(Fault(field="", reason="the file is empty"))
        lead_import = LeadImport(
            id=import_id,
            brand=brand,
            campaign_id=campaign_id,
            object_key=stored.key,
            size=stored.size,
            region=region,
            created_at=self.clock.now(),
            columns=columns,
        )
        return await self._add(lead_import)

    async def _add(self, lead_import: LeadImport) -> LeadImport:
        """Or the file goes as well: one that nobody knows of would stay for ever."""
        try:
            return await self.imports.add(lead_import)
        except PortError:
            await self.objects.delete(lead_import.object_key)
            raise

    def _check(self, campaign: Campaign, region: str) -> None:
        if campaign.state is CampaignState.ARCHIVED:
            raise RuleBroken("an archived campaign takes no more leads")
        if not self.plan.knows(region):
            raise InvalidValue(Fault(field="region", reason="must be an ISO 3166 code, such as GB"))
